"""Unsubscribe links, tracking links and open pixels of emails; each names a message and is signed
with the workspace's secret.

A token is 88 characters of base64: two bytes with the mode of the workspace (live or test) and the
number of the link, then workspace, contact and message (16 bytes each), then 128 bits of
HMAC-SHA256 over the purpose and all of these. Tokens do not expire and are not stored: only the
secret of the workspace shows whether one is genuine. A token is valid for its purpose only.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.kit import ids

Purpose = Literal["u", "c", "o"]
"""Purpose of a link, as in its path: `u` unsubscribe, `c` click, `o` open pixel."""

MAX_LINKS = 0x7FFF
_TEST = 0x8000
_SIGNED, _SIGNATURE = 50, 16
_LENGTH = 88
NOBODY = ids.unpacked("con", bytes(16))
"""Contact id in the links of previews and test messages."""


@dataclass(frozen=True, slots=True)
class Token:
    """Decoded token of a link. It must not be trusted before `is_genuine` has checked its
    signature."""

    workspace: WorkspaceId
    message_id: str
    number: int = 0
    """Number of the tracking link in its email."""

    @classmethod
    def read(cls, text: str) -> tuple[Self, bytes] | None:
        """Return the decoded token and its signature, or None if the text is not a token."""
        if len(text) != _LENGTH or not text.isascii():
            return None
        try:
            data = urlsafe_b64decode(text)
        except ValueError:
            return None
        if len(data) != _SIGNED + _SIGNATURE or urlsafe_b64encode(data).decode() != text:
            return None
        head = int.from_bytes(data[:2], "big")
        workspace, contact, message = (data[at : at + 16] for at in (2, 18, 34))
        token = cls(
            WorkspaceId.of(ids.unpacked("wsp", workspace), "test" if head & _TEST else "live"),
            message_ids.joined(ids.unpacked("con", contact), ids.unpacked("msg", message)),
            head & MAX_LINKS,
        )
        return token, data[_SIGNED:]

    @property
    def contact_id(self) -> str:
        return message_ids.contact_of(self.message_id) or ""

    @property
    def is_sample(self) -> bool:
        """True if the link is from a preview or a test message: following it has no effect."""
        return self.contact_id == NOBODY

    def text(self, purpose: Purpose, secret: bytes) -> str:
        packed = self._packed()
        return urlsafe_b64encode(packed + _signature(purpose, packed, secret)).decode()

    def is_genuine(self, purpose: Purpose, signature: bytes, secret: bytes) -> bool:
        return hmac.compare_digest(signature, _signature(purpose, self._packed(), secret))

    def _packed(self) -> bytes:
        head = self.number | (_TEST if self.workspace.mode == "test" else 0)
        named = (self.workspace.public, *(message_ids.split(self.message_id) or ()))
        return head.to_bytes(2, "big") + b"".join(map(ids.packed, named))


_IN_REVIEW = "https://unsubscribe.invalid"
"""Base URL of links without effect (RFC 2606, 2)."""


@dataclass(frozen=True, slots=True)
class Links:
    """Builder of the links in one workspace's emails. Links of a `sample` name no contact, so
    following them has no effect."""

    base_url: str
    workspace: WorkspaceId
    secret: bytes = field(repr=False)
    sample: bool = False

    def for_review(self) -> "Links":
        """Return links for an email that a person approves before it is sent. They have no effect,
        and are the same in every function, by whichever address the API was called."""
        return replace(self, sample=True, base_url=_IN_REVIEW)

    def unsubscribe(self, message_id: str) -> str:
        return f"{self.base_url}/t/u/{self._token('u', message_id)}"

    def click(self, message_id: str, number: int) -> str:
        """Return the tracking link for the destination with this number."""
        return f"{self.base_url}/t/c/{self._token('c', message_id, number)}"

    def opened(self, message_id: str) -> str:
        """Return the URL of the open pixel."""
        return f"{self.base_url}/t/o/{self._token('o', message_id)}.gif"

    def _token(self, purpose: Purpose, message_id: str, number: int = 0) -> str:
        if self.sample:
            _, own = message_ids.split(message_id) or ("", "")
            message_id = message_ids.joined(NOBODY, own)
        return Token(self.workspace, message_id, number).text(purpose, self.secret)


def _signature(purpose: Purpose, packed: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + packed, "sha256")[:_SIGNATURE]
