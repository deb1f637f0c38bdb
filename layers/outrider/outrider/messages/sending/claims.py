"""Claiming a step, and the last look before its message is sent.

The claim is one conditional update of the enrollment: at most one send per step rests on it alone.
Whatever can forbid the message is read after the claim, so all that was committed before that read
is honoured.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from outrider.campaigns.dispatch.due_index import lane_of
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import Enrollment
from outrider.contacts.touches import RecentlyTouched, Touches
from outrider.kit import clock
from outrider.kit.aws.dynamodb import ConditionFailed, StoreFailed, transact
from outrider.kit.observability.logs import logger
from outrider.kit.outbox import Event
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.sending import gates
from outrider.messages.sending.decisions import Ready
from outrider.messages.sending.gates import Closed
from outrider.messages.sending.last_check import RestrictionsReader
from outrider.messages.sending.snapshot import Snapshot
from outrider.sequences.models import Settings

_WAITS = (0.2, 0.5, 1, 2, 4, 8, 8, 8, 8)
"""Seconds between attempts to record an outcome: together less than what a claim's lease leaves
after the longest send."""

T = TypeVar("T")


class Outdated(Exception):
    """What the message was written from has changed; nothing is claimed any more."""


@dataclass(frozen=True, slots=True)
class StepClaims:
    """Claims of steps of one campaign."""

    campaign_id: str
    enrollments: EnrollmentRepository
    messages: MessageRepository
    touches: Touches
    mailboxes: MailboxRepository
    standing: RestrictionsReader

    def claim(self, seen: Snapshot, ready: Ready, message: Message) -> Closed | Snapshot:
        """Claim the step of `message`, look again, and write what the message says. Return the gate
        that has closed since `seen` was read, with the claim still held; what stands there now when
        the message may be sent.

        `ready` is as `to_claim` gives it. Raises ConditionFailed when the enrollment changed, or
        its contact is being erased, Outdated when what the message was written from changed, and
        StoreFailed: then nothing is held, so that nobody takes the message for lost.
        """
        enrollment = ready.enrollment
        claim = self.enrollments.claim_action(
            enrollment, message.id, message.mailbox_id, message.recipient or ""
        )
        self.enrollments.table.write(claim)
        try:
            found = self._look_again(seen, ready, message)
            if isinstance(found, Snapshot):
                self._say(message)
        except (StoreFailed, ConditionFailed):
            persistently(lambda: self._release(enrollment, message))
            persistently(lambda: self.untouch(message))
            raise
        return found

    def may_still_be_sent(self, seen: Snapshot, ready: Ready) -> bool:
        """Whether a look at this moment finds no gate closed, for a message that was claimed and
        then had to wait. False also where nothing can be read."""
        try:
            now = self.standing.read(seen, ready.enrollment)
        except StoreFailed:
            return False
        return not _has_changed(seen, now) and next(self._closed(now, ready), None) is None

    def begin(
        self, seen: Snapshot, ready: Ready, task: Message, events: Sequence[Event]
    ) -> Closed | None:
        """Give a person the `task` to do. Return the gate that is closed, and then begin nothing.

        Raises TransactionFailed when the enrollment changed, Outdated when what the task says was
        written from did.
        """
        now = self.standing.read(seen, ready.enrollment)
        if _has_changed(seen, now):
            raise Outdated(task.id)
        closed = next(self._closed(now, ready), None)
        closed = closed or self._touch(task, now.settings)
        if closed is None:
            transact(
                self.messages.add_action(task, events),
                *self.messages.content_actions(task),
                self.enrollments.wait_action(ready.enrollment, task.id, task.due_at or ""),
            )
        return closed

    def put_back(
        self, message: Message, ready: Ready, due: str, reason: str, *, counts: bool
    ) -> None:
        """Undo the claim of a message that was certainly not sent; its step is due again at `due`.

        Raises ConditionFailed when the claim was lost meanwhile.
        """
        lane = lane_of(ready.enrollment, ready.step)
        retried = self.enrollments.retry_action(
            ready.enrollment, message.id, due, lane, reason, counts=counts
        )
        self.enrollments.table.write(retried)
        self.untouch(message)

    def untouch(self, message: Message) -> None:
        """Forget that the contact was written to, for a message that was not sent."""
        at = clock.from_text(message.created_at)
        self.touches.undo(message.contact_id, self.campaign_id, at)

    def _look_again(self, seen: Snapshot, ready: Ready, message: Message) -> Closed | Snapshot:
        now = self.standing.read(seen, ready.enrollment)
        if _has_changed(seen, now):
            self._release(ready.enrollment, message)
            raise Outdated(message.id)
        return next(self._closed(now, ready), None) or self._touch(message, now.settings) or now

    def _closed(self, now: Snapshot, ready: Ready) -> Iterator[Closed]:
        return gates.at_sending(now, ready.enrollment, ready.step, clock.now())

    def _touch(self, message: Message, settings: Settings) -> Closed | None:
        """Note that the campaign writes to the contact, unless another one did a short time ago."""
        interval = timedelta(hours=settings.min_interval_hours)
        at = clock.from_text(message.created_at)
        try:
            self.touches.take(message.contact_id, self.campaign_id, at, interval)
        except RecentlyTouched as recently:
            return gates.recently_contacted(clock.from_text(recently.touch.at) + interval)
        return None

    def _say(self, message: Message) -> None:
        """By itself: a transaction would cost twice as much, and the record comes after it. Raises
        ConditionFailed where an erasure came first."""
        for action in self.messages.content_actions(message):
            self.messages.table.write(action)

    def _release(self, enrollment: Enrollment, message: Message) -> None:
        """Give the claim back; the step stays due as it was."""
        release = self.enrollments.release_action(enrollment, message.id)
        self.enrollments.table.write(release)


def persistently(write: Callable[[], T]) -> T:
    """Write what only the holder of a claim knows: while DynamoDB takes nothing, again and again
    until shortly before the lease of the claim ends. Raises StoreFailed after that."""
    for seconds in _WAITS:
        try:
            return write()
        except StoreFailed:
            logger().warning("what became of a claimed step could not be recorded yet")
            clock.sleep(seconds)
    return write()


def _has_changed(seen: Snapshot, now: Snapshot) -> bool:
    """Whether a message was written from what is out of date. What is gone closes a gate."""
    both = zip(_written_from(seen), _written_from(now), strict=True)
    return any(is_ is not None and was != is_ for was, is_ in both)


def _written_from(seen: Snapshot) -> tuple[object, ...]:
    """What a message says is written from, and the rules by which it is sent."""
    contact, campaign, mailbox = seen.contact, seen.campaign, seen.mailbox
    return (
        contact and contact.version,
        campaign and (campaign.settings, campaign.least_steps_version),
        mailbox and (mailbox.email, mailbox.name, mailbox.kind),
    )
