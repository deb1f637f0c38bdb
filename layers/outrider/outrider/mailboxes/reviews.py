"""Keeping a mailbox's health up to date, and telling when it changes: once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.outbox import Event
from outrider.mailboxes.errors import MailboxMoved
from outrider.mailboxes.health import Counts, Health, assess, last_days
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository

_ATTEMPTS = 5
_OF_RATES = {"bounce_rate", "complaint_rate"}


@dataclass(frozen=True, slots=True)
class HealthReviews:
    caller: Caller
    mailboxes: MailboxRepository

    def review(self, mailbox_id: str) -> None:
        """To be called when something of its mails was counted. Nothing happens without a change,
        nor when there is no such mailbox."""
        self._change(mailbox_id, lambda mailbox: mailbox)

    def login_refused(self, mailbox_id: str) -> None:
        """The mailbox sends nothing until it has other settings, or a login succeeds."""
        now = clock.timestamp()
        self._change(
            mailbox_id,
            lambda mailbox: mailbox.model_copy(
                update={"login_refused_at": mailbox.login_refused_at or now}
            ),
        )

    def pause(self, mailbox_id: str, reason: str, events: Sequence[Event] = ()) -> None:
        """Until a person sets it to active again. One that is paused keeps its first reason, and
        `events` are not told."""

        def paused(mailbox: Mailbox) -> Mailbox:
            if mailbox.status == "paused":
                return mailbox
            return mailbox.model_copy(update={"status": "paused", "paused_reason": reason})

        self._change(mailbox_id, paused, events)

    def seen_again(self, mailboxes: Iterable[Mailbox]) -> list[Mailbox]:
        """The mailboxes, those anew that rates have stopped: rates recover as days go by, though
        nothing happens to the mailbox. One call more, and only where there are such."""
        seen = list(mailboxes)
        stopped = [each.id for each in seen if _OF_RATES & set(each.health_reasons)]
        if not stopped:
            return seen
        counts = self.mailboxes.counts(stopped, last_days(clock.now().date()))
        return [
            self._recovered(each, counts[each.id]) if each.id in counts else each for each in seen
        ]

    def _recovered(self, mailbox: Mailbox, counts: Counts) -> Mailbox:
        if not _differs(mailbox, assess(mailbox, counts)):
            return mailbox
        self.review(mailbox.id)
        return self.mailboxes.get(mailbox.id) or mailbox

    def _change(
        self, mailbox_id: str, change: Callable[[Mailbox], Mailbox], told: Sequence[Event] = ()
    ) -> None:
        """`told` is what the change says, where it changes something."""
        for _ in range(_ATTEMPTS):
            found = self.mailboxes.get_with_counts(mailbox_id, last_days(clock.now().date()))
            if found is None:
                return
            before = found.mailbox
            changed = change(before)
            after, events = self.assessed(before, changed, found.counts)
            if after == before:
                return
            try:
                self.mailboxes.change(
                    before, after, [*(told if changed != before else ()), *events]
                )
            except MailboxMoved:
                continue
            return
        raise MailboxMoved(mailbox_id)

    def assessed(
        self, before: Mailbox, after: Mailbox, counts: Counts
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


def _differs(mailbox: Mailbox, health: Health) -> bool:
    return (mailbox.health, mailbox.health_reasons) != (health.state, health.reasons)
