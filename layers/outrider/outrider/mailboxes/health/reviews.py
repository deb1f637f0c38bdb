"""Updates of the health of mailboxes, with one event for each change.

Every change is written under optimistic lock, so refusals in a row are counted exactly with any
number of workers. A healthy mailbox costs no write.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event
from outrider.mailboxes.health import breaker
from outrider.mailboxes.health.assessment import EmailCounts, HealthAssessment, assess, last_days
from outrider.mailboxes.health.guardrail import REASON, SPAN
from outrider.mailboxes.models import RATES, Mailbox
from outrider.mailboxes.repository import MailboxCounts, MailboxRepository

_ATTEMPTS = 12
"""Attempts at a write: when many workers are refused at the same time, they lose optimistic locks
until the breaker is open."""

Change = tuple[Mailbox, Sequence[Event]]


@dataclass(frozen=True, slots=True)
class HealthReviews:
    """Health updates of the mailboxes of the caller's workspace."""

    caller: Caller
    mailboxes: MailboxRepository

    def review(self, mailbox_id: str, message_id: str = "", **names: str) -> None:
        """Assess the mailbox again after an outcome of one of its emails was counted, and pause it
        if its guard-rail trips. `message_id` and `names` (ids of the campaign, contact, …) identify
        the email in the event. Writes nothing if nothing changes or the mailbox does not exist.
        Raises Stale after too many lost optimistic locks."""

        def judged(found: MailboxCounts) -> Change:
            mailbox, counts = found.mailbox, found.last_hours
            tripped = mailbox.guardrail.tripped_by(counts.sent, counts.bounced, counts.complained)
            if not message_id or tripped is None or mailbox.status == "paused":
                return mailbox, []
            paused = mailbox.model_copy(update={"status": "paused", "paused_reason": REASON})
            event = self.caller.event(
                "campaign.guardrail_tripped",
                identity=f"{mailbox_id}/{message_id}",
                paused="mailbox",
                tripped_by=tripped,
                sent=counts.sent,
                bounced=counts.bounced,
                complained=counts.complained,
                hours=int(SPAN.total_seconds()) // 3600,
                mailbox_id=mailbox_id,
                **names,
            )
            return paused, [event]

        self._change(mailbox_id, judged)

    def refused(self, seen: Mailbox, reason: breaker.Reason, detail: str) -> None:
        """Count that the mailbox's provider refused an email. `seen` is the mailbox as read before
        the email was handed over. Raises Stale."""
        now = clock.now()

        def counted(found: MailboxCounts) -> Change:
            after = breaker.after_failure(
                found.mailbox.breaker, reason, detail, now, probe=not seen.is_healthy
            )
            return found.mailbox.model_copy(update={"breaker": after}), []

        self._change(seen.id, counted)

    def accepted(self, seen: Mailbox) -> None:
        """Close the breaker, and begin a new day of the ramp if one is due. `seen` is the mailbox
        as read before the email was handed over; if it needs neither, nothing is read or written.
        Raises Stale."""
        now = clock.now()
        if seen.breaker is None and not seen.begins_day(now):
            return

        def counted(found: MailboxCounts) -> Change:
            return found.mailbox.having_sent(now).model_copy(update={"breaker": None}), []

        self._change(seen.id, counted)

    def begin_probe(self, seen: Mailbox) -> bool:
        """Make the next email the probe of a half-open breaker. Return False if another worker has
        changed the mailbox, as by taking the probe."""
        now = clock.now()
        assert seen.breaker is not None
        after = seen.model_copy(
            update={"breaker": seen.breaker.probing(now), "version": seen.version + 1}
        )
        try:
            self.mailboxes.change(seen, after)
        except Stale:
            return False
        return True

    def seen_again(self, mailboxes: Iterable[Mailbox]) -> list[Mailbox]:
        """Return the mailboxes; those stopped by their bounce or complaint rates are assessed again
        first, because rates recover as days pass without any event that triggers a review. This
        costs one more read, and only if there are such mailboxes."""
        seen = list(mailboxes)
        stopped = [each.id for each in seen if RATES & set(each.health_reasons)]
        if not stopped:
            return seen
        counts = self.mailboxes.counts(stopped, last_days(clock.now().date()))
        return [
            self._recovered(each, counts[each.id]) if each.id in counts else each for each in seen
        ]

    def _recovered(self, mailbox: Mailbox, counts: EmailCounts) -> Mailbox:
        if not _differs(mailbox, assess(mailbox, counts)):
            return mailbox
        self.review(mailbox.id)
        return self.mailboxes.get(mailbox.id) or mailbox

    def _change(self, mailbox_id: str, change: Callable[[MailboxCounts], Change]) -> None:
        """Apply `change` and write its events if it changes anything, with retries of lost
        optimistic locks."""
        for _ in attempts(_ATTEMPTS):
            found = self.mailboxes.get_with_counts(mailbox_id, last_days(clock.now().date()))
            if found is None:
                return
            before = found.mailbox
            changed, change_events = change(found)
            after, events = self.assessed(before, changed, found.counts)
            if after == before:
                return
            try:
                self.mailboxes.change(before, after, [*change_events, *events])
            except Stale:
                continue
            return
        raise Stale

    def assessed(
        self, before: Mailbox, after: Mailbox, counts: EmailCounts
    ) -> tuple[Mailbox, Sequence[Event]]:
        """Return `after` with its health assessed and its version raised, and the events of the
        change; return `before` itself if nothing has changed."""
        health = assess(after, counts)
        if after == before and not _differs(before, health):
            return before, []
        after = after.model_copy(
            update={
                "health": health.state,
                "health_reasons": health.reasons,
                "updated_at": clock.timestamp(),
                "version": before.version + 1,
            }
        )
        if not _differs(before, health):
            return after, []
        changed = self.caller.event(
            "mailbox.health_changed",
            identity=f"{before.id}/{after.version}",
            mailbox_id=before.id,
            health=health.state,
            reasons=health.reasons,
            previous_health=before.health,
        )
        return after, [changed]


def _differs(mailbox: Mailbox, health: HealthAssessment) -> bool:
    return (mailbox.health, mailbox.health_reasons) != (health.state, health.reasons)
