"""Transports, which hand an email over to a provider at most once and classify the outcome."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports.verdicts import Kind, Scope


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """Outcome of handing an email over to a provider; `verdicts` explains the kinds and scopes.
    `detail` is the provider's own text."""

    kind: Kind
    detail: str = ""
    provider_id: str = ""
    rfc_message_id: str = ""
    """The Message-ID header that the recipient sees, without <>."""
    scope: Scope | None = None
    """Subject of a refusal; None if the outcome is accepted or unknown."""


def without_address(outcome: SendOutcome, address: str) -> SendOutcome:
    """Return the outcome without the recipient's address, because `detail` is stored and logged."""
    if not address:
        return outcome
    hidden = re.sub(re.escape(address), "(recipient)", outcome.detail, flags=re.IGNORECASE)
    return replace(outcome, detail=hidden)


class Transport(Protocol):
    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        """Hand over `mime`, the email to `message.recipient`, at most once. Errors of the provider
        or the network are part of the outcome and never raised."""


def always() -> bool:
    return True


class PatientTransport(Transport, Protocol):
    def send(
        self,
        message: Message,
        mailbox: Mailbox,
        mime: bytes,
        may_send: Callable[[], bool] = always,
    ) -> SendOutcome:
        """Hand over `mime` as `Transport` does. If the email had to wait for its turn, it is handed
        over only if `may_send` returns true."""


@dataclass(frozen=True, slots=True)
class ByKind:
    """Transport that chooses the provider by the kind of the mailbox."""

    ses: Transport
    smtp: Transport

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        chosen = self.smtp if mailbox.kind == "smtp" else self.ses
        return chosen.send(message, mailbox, mime)
