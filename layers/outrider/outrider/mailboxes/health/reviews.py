"""Keeping the health of mailboxes up to date, and telling when it changes: once.

Every change is written at the version that was read, so what is counted in a row is exact under
any number of workers, and a mailbox that is well costs no write.
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
"""Workers that are refused at once get in each other's way until the breaker is open."""

Change = tuple[Mailbox, Sequence[Event]]


@dataclass(frozen=True, slots=True)
class HealthReviews:
    caller: Caller
    mailboxes: MailboxRepository

    def review(self, mailbox_id: str, message_id: str = "", **names: str) -> None:
        """Judge the mailbox again, after something of its mails was counted: of the message that
        these are the names of. Nothing happens without a change, nor when there is no such
        mailbox."""

        def judged(found: MailboxCounts) -> Change:
            mailbox, counts = found.mailbox, found.last_hours
            tripped = mailbox.guardrail.tripped_by(counts.sent, counts.bounced, counts.complained)
            if not message_id or tripped is None or mailbox.status == "paused":
                return mailbox, []
            paused = mailbox.model_copy(update={"status": "paused", "paused_reason": REASON})
            told = self.caller.event(
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
            return paused, [told]

        self._change(mailbox_id, judged)

    def refused(self, seen: Mailbox, reason: breaker.Reason, detail: str) -> None:
        """Count that the provider of the mailbox refused a mail; `seen` is how it stood when the
        mail was handed over."""
        now = clock.now()

        def counted(found: MailboxCounts) -> Change:
            after = breaker.after_failure(
                found.mailbox.breaker, reason, detail, now, probe=not seen.is_healthy
            )
            return found.mailbox.model_copy(update={"breaker": after}), []

        self._change(seen.id, counted)

    def accepted(self, seen: Mailbox) -> None:
        """Close the breaker, and count a day of the ramp that begins. `seen` is how the mailbox
        stood when the mail was handed over: where it tells neither, nothing is read or written."""
        now = clock.now()
        if seen.breaker is None and not seen.begins_day(now):
            return

        def counted(found: MailboxCounts) -> Change:
            return found.mailbox.having_sent(now).model_copy(update={"breaker": None}), []

        self._change(seen.id, counted)

    def begin_probe(self, seen: Mailbox) -> bool:
        """Make the next mail the probe of a half-open breaker. False when another one is."""
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
        """The mailboxes, those anew that rates have stopped: rates recover as days go by, though
        nothing happens to the mailbox. One call more, and only where there are such."""
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
        """The events of `change` are told where it changes something."""
        for _ in attempts(_ATTEMPTS):
            found = self.mailboxes.get_with_counts(mailbox_id, last_days(clock.now().date()))
            if found is None:
                return
            before = found.mailbox
            changed, told = change(found)
            after, events = self.assessed(before, changed, found.counts)
            if after == before:
                return
            try:
                self.mailboxes.change(before, after, [*told, *events])
            except Stale:
                continue
            return
        raise Stale

    def assessed(
        self, before: Mailbox, after: Mailbox, counts: EmailCounts
    ) -> tuple[Mailbox, Sequence[Event]]:
        """`after` with the health it has, as the next version, and what is to be told; `before`
        itself when nothing is different."""
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
