"""Pagination with encrypted cursors.

A cursor is the position after a page, encrypted and authenticated with a secret of the workspace,
and bound to the list and its filters: a cursor that was altered, or is used in another workspace or
with other filters, is rejected. The authentication tag also serves as the nonce of the key stream,
as in deterministic authenticated encryption (RFC 5297). Encryption keeps clients from relying on a
cursor's content.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from outrider.kit import json
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.inputs import Checked
from outrider.kit.models import Model

_TAG_BYTES = 16
MAX_CURSOR_LENGTH = 4096
"""Characters; a position contains the keys of a table and an index, with sort keys of up to 1,024
bytes."""

T = TypeVar("T")


class PageQuery(Checked):
    """Query parameters that all lists accept."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many at most")] = 50
    cursor: Annotated[
        str | None,
        Field(max_length=MAX_CURSOR_LENGTH, description="`next_cursor` of the page before"),
    ] = None

    def question(self) -> dict[str, Any]:
        """Return the filters that a cursor is bound to: all query parameters except `limit` and
        `cursor`."""
        return self.model_dump(exclude={"limit", "cursor"}, exclude_none=True, mode="json")


class Page(Model, Generic[T]):
    """One page of a list."""

    object: Literal["list"] = "list"
    data: list[T]
    has_more: bool
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Encryption of the cursors of one list in one workspace."""

    secret: bytes
    scope: str
    pointer: str = "/query/cursor"
    """JSON Pointer to the cursor in a request, for errors."""

    def seal(self, place: Mapping[str, Any], question: Mapping[str, Any]) -> str:
        """Return the cursor for a position."""
        payload = json.dumps(place)
        tag = self._tag(payload, question)
        return (
            base64.urlsafe_b64encode(tag + self._apply_key_stream(tag, payload))
            .decode()
            .rstrip("=")
        )

    def open(self, cursor: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return the position in a cursor. Raises ValidationFailed if it is not a cursor of this
        list and these filters."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            sealed = b""
        tag, hidden = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        payload = self._apply_key_stream(tag, hidden)
        if not payload or not hmac.compare_digest(tag, self._tag(payload, question)):
            raise ValidationFailed.at(
                self.pointer,
                "This cursor does not belong to this request. Use next_cursor of the previous page "
                "with the same filters, or leave it out to begin at the start.",
            )
        place: dict[str, Any] = json.loads(payload)
        return place

    def page(
        self,
        query: PageQuery,
        items: Sequence[T],
        place: Mapping[str, Any] | None,
    ) -> Page[T]:
        """Return a page; `place` is the position after it, or None for the last page."""
        cursor = self.seal(place, query.question()) if place else None
        return Page(data=list(items), has_more=place is not None, next_cursor=cursor)

    def after(self, query: PageQuery) -> dict[str, Any] | None:
        """Return the position to start from, or None for the first page. Raises
        ValidationFailed."""
        return self.open(query.cursor, query.question()) if query.cursor is not None else None

    def _tag(self, payload: bytes, question: Mapping[str, Any]) -> bytes:
        bound = json.dumps([self.scope, sorted(question.items())])
        message = len(bound).to_bytes(4, "big") + bound + payload
        return hmac.digest(self.secret, message, hashlib.sha256)[:_TAG_BYTES]

    def _apply_key_stream(self, tag: bytes, text: bytes) -> bytes:
        """Encrypt or decrypt `text`: XOR with a key stream that depends on `tag`."""
        stream = hashlib.shake_256(b"cursor\x00" + self.secret + tag).digest(len(text))
        mixed = int.from_bytes(text) ^ int.from_bytes(stream)
        return mixed.to_bytes(len(text))
