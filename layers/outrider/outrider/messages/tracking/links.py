"""The links that a mail gives its recipient: they name a message, and only the workspace's secret
makes them.

A token is 88 characters: whether the workspace is live or a sandbox and the number of the link (2
bytes), then workspace, contact and message (16 bytes each), then 128 bits of HMAC-SHA256 over what
the link is for and all of these. Nothing expires, and nothing about a link is stored: the workspace
alone tells whether a token is one of its own. A token for one purpose is none for another.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Literal, Self

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.kit import ids

Purpose = Literal["u", "c", "o"]
"""To unsubscribe, to follow a link, to tell that the mail was opened: as in the link's path."""

MAX_LINKS = 0x7FFF
_TEST = 0x8000
_SIGNED, _SIGNATURE = 50, 16
_LENGTH = 88
NOBODY = ids.unpacked("con", bytes(16))
"""Stands for the contact in the links of previews and test messages."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token names. One that was read is not to be believed before it is `genuine`."""

    workspace: WorkspaceId
    message_id: str
    number: int = 0
    """Of the link in its mail, for a link that leads elsewhere."""

    @classmethod
    def read(cls, text: str) -> tuple[Self, bytes] | None:
        """What a text names, if it is a token, and its signature."""
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
        """Whether it stood in a preview or a test message: then it acts on nobody."""
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


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links in the mails of one workspace. Those of a `sample` name no contact, so
    following them changes nothing."""

    base_url: str
    workspace: WorkspaceId
    secret: bytes = field(repr=False)
    sample: bool = False

    def unsubscribe(self, message_id: str) -> str:
        return f"{self.base_url}/t/u/{self._token('u', message_id)}"

    def click(self, message_id: str, number: int) -> str:
        """The link to the destination of this number."""
        return f"{self.base_url}/t/c/{self._token('c', message_id, number)}"

    def opened(self, message_id: str) -> str:
        """The picture that a mail shows when it is opened."""
        return f"{self.base_url}/t/o/{self._token('o', message_id)}.gif"

    def _token(self, purpose: Purpose, message_id: str, number: int = 0) -> str:
        if self.sample:
            _, own = message_ids.split(message_id) or ("", "")
            message_id = message_ids.joined(NOBODY, own)
        return Token(self.workspace, message_id, number).text(purpose, self.secret)


def _signature(purpose: Purpose, packed: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + packed, "sha256")[:_SIGNATURE]
