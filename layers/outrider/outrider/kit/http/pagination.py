"""Pages and cursors.

A cursor is the place where the page before ended, sealed with a secret of the workspace and bound
to the question it answers: altered, foreign or reused for another question, it is refused. The tag
that proves this is also the nonce of the key stream that hides the place, as in deterministic
authenticated encryption (RFC 5297): so nobody comes to rely on what a cursor holds.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from outrider.kit import json
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.inputs import Checked

_TAG_BYTES = 16
MAX_CURSOR_LENGTH = 4096
"""A place has the keys of a table and of an index, and a sort key up to 1,024 bytes."""

T = TypeVar("T")


class PageQuery(Checked):
    """The query parameters every list takes."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many at most")] = 50
    cursor: Annotated[
        str | None,
        Field(max_length=MAX_CURSOR_LENGTH, description="`next_cursor` of the page before"),
    ] = None

    def question(self) -> dict[str, Any]:
        """What a cursor is bound to: everything asked but the place and the size of the page."""
        return self.model_dump(exclude={"limit", "cursor"}, exclude_none=True, mode="json")


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    object: Literal["list"] = "list"
    data: list[T]
    has_more: bool
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens the cursors of one list of one workspace."""

    secret: bytes
    scope: str
    pointer: str = "/query/cursor"
    """Where in a request its cursor stands."""

    def seal(self, place: Mapping[str, Any], question: Mapping[str, Any]) -> str:
        payload = json.dumps(place)
        tag = self._tag(payload, question)
        return base64.urlsafe_b64encode(tag + self._hidden(tag, payload)).decode().rstrip("=")

    def open(self, cursor: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """The place a cursor names. Raises ValidationFailed when it is not one of ours."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            sealed = b""
        tag, hidden = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        payload = self._hidden(tag, hidden)
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
        cursor = self.seal(place, query.question()) if place else None
        return Page(data=list(items), has_more=place is not None, next_cursor=cursor)

    def after(self, query: PageQuery) -> dict[str, Any] | None:
        return self.open(query.cursor, query.question()) if query.cursor is not None else None

    def _tag(self, payload: bytes, question: Mapping[str, Any]) -> bytes:
        bound = json.dumps([self.scope, sorted(question.items())])
        message = len(bound).to_bytes(4, "big") + bound + payload
        return hmac.digest(self.secret, message, hashlib.sha256)[:_TAG_BYTES]

    def _hidden(self, tag: bytes, text: bytes) -> bytes:
        """`text` hidden, or what was hidden: XOR with a key stream that `tag` chooses."""
        stream = hashlib.shake_256(b"cursor\x00" + self.secret + tag).digest(len(text))
        mixed = int.from_bytes(text) ^ int.from_bytes(stream)
        return mixed.to_bytes(len(text))
