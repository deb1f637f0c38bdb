"""Handing a mail to a provider, once, and saying truthfully what came of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports.verdicts import Kind, Scope


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What a provider made of a mail (`verdicts` says what each kind and scope means). `detail` is
    what it said, in its own words."""

    kind: Kind
    detail: str = ""
    provider_id: str = ""
    rfc_message_id: str = ""
    """The Message-ID the recipient sees, without <>."""
    scope: Scope | None = None
    """Whom a refusal is about; None where it is accepted or unknown."""


def without_address(outcome: SendOutcome, address: str) -> SendOutcome:
    """Return the outcome without the recipient's address: what a server says is kept and logged."""
    if not address:
        return outcome
    hidden = re.sub(re.escape(address), "(recipient)", outcome.detail, flags=re.IGNORECASE)
    return replace(outcome, detail=hidden)


class Transport(Protocol):
    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        """Hand over `mime`, the mail to `message.recipient`, at most once. Never raises for what
        the provider or the network does."""


def always() -> bool:
    return True


class PatientTransport(Transport, Protocol):
    def send(
        self,
        message: Message,
        mailbox: Mailbox,
        mime: bytes,
        still: Callable[[], bool] = always,
    ) -> SendOutcome:
        """As `Transport`; where the mail had to wait for its turn, it is handed over only if
        `still` says that it may be sent."""


@dataclass(frozen=True, slots=True)
class ByKind:
    """Each mail through the provider of its mailbox."""

    ses: Transport
    smtp: Transport

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        chosen = self.smtp if mailbox.kind == "smtp" else self.ses
        return chosen.send(message, mailbox, mime)
