"""Handing a mail to a provider, once, and saying truthfully what came of it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """`accepted` and `refused` are final; `not_accepted` did not go out and may be tried again;
    `unknown` may have gone out."""

    kind: Literal["accepted", "refused", "not_accepted", "unknown"]
    detail: str = ""
    provider_id: str = ""
    rfc_message_id: str = ""
    """The Message-ID the recipient sees, without <>."""
    locked_out: bool = False
    """The mailbox's user name or password was refused: no mail of it will go out."""


class Transport(Protocol):
    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> Outcome:
        """Hand over `mime`, the mail to `message.recipient`, at most once. Never raises for what
        the provider or the network does."""


@dataclass(frozen=True, slots=True)
class ByKind:
    """Each mail through the provider of its mailbox."""

    ses: Transport
    smtp: Transport

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> Outcome:
        chosen = self.smtp if mailbox.kind == "smtp" else self.ses
        return chosen.send(message, mailbox, mime)
