"""Transport that reports each outcome to the circuit breaker of the mailbox."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.kit.aws.dynamodb import StoreFailed
from outrider.kit.errors import Stale
from outrider.kit.observability.logs import logger
from outrider.mailboxes.health.breaker import Reason
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import PatientTransport, SendOutcome, always
from outrider.messages.transports.verdicts import PROBE, Scope

_REASONS: dict[Scope, Reason] = {
    "sender": "identity",
    "account": "account_refused",
    "login": "login_refused",
    "connection": "unreachable",
    "content": "content_refused",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Transport that sends one email at a time, as a probe, while the mailbox's circuit breaker is
    half-open. Healthy mailboxes cost no read and no write. An outcome `unknown` counts as an
    unreachable provider, because a user must settle each such message."""

    transport: PatientTransport
    reviews: HealthReviews

    def send(
        self,
        message: Message,
        mailbox: Mailbox,
        mime: bytes,
        may_send: Callable[[], bool] = always,
    ) -> SendOutcome:
        if mailbox.is_half_open and not self.reviews.begin_probe(mailbox):
            detail = (
                "Another email is testing whether the provider of the mailbox accepts emails again"
            )
            return SendOutcome(PROBE.kind, detail, scope=PROBE.scope)
        outcome = self.transport.send(message, mailbox, mime, may_send)
        try:
            self._judge(mailbox, outcome)
        except (Stale, StoreFailed):  # the email's own outcome must still be recorded
            logger().warning("the health of a mailbox could not be judged", mailbox_id=mailbox.id)
        return outcome

    def _judge(self, mailbox: Mailbox, outcome: SendOutcome) -> None:
        if outcome.kind == "accepted":
            self.reviews.accepted(mailbox)
        elif outcome.kind == "unknown":
            self.reviews.refused(mailbox, "unreachable", outcome.detail)
        elif outcome.scope in _REASONS:
            self.reviews.refused(mailbox, _REASONS[outcome.scope], outcome.detail)
