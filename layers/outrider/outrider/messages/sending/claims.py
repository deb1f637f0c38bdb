"""Claim of a step, and the last check before its message is sent.

The claim is one conditional update of the enrollment; the guarantee of at most one send per step
rests on it alone. Everything that can forbid the message is read after the claim, so every change
committed before that read is honoured.
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
"""Seconds between attempts to record an outcome. Their sum is shorter than the rest of the claim's
lease after the longest send."""

T = TypeVar("T")


class Outdated(Exception):
    """Raised when data that the message was rendered from has changed; the step is not claimed."""


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
        """Claim the step of `message`, repeat the checks, and store the message's content. Return
        the gate that has closed since `seen` was read (the claim is still held), or the new
        snapshot if the message may be sent.

        `ready` comes from `Ready.to_claim`. Raises ConditionFailed if the enrollment changed or its
        contact is being erased, Outdated if data that the message was rendered from changed, and
        StoreFailed if DynamoDB fails. After an error no claim is held, so the message is not taken
        for lost.
        """
        enrollment = ready.enrollment
        claim = self.enrollments.claim_action(
            enrollment, message.id, message.mailbox_id, message.recipient or ""
        )
        self.enrollments.table.write(claim)
        try:
            found = self._check_again(seen, ready, message)
            if isinstance(found, Snapshot):
                self._store_content(message)
        except (StoreFailed, ConditionFailed):
            persistently(lambda: self._release(enrollment, message))
            persistently(lambda: self.undo_touch(message))
            raise
        return found

    def may_still_be_sent(self, seen: Snapshot, ready: Ready) -> bool:
        """Return whether all gates are still open for a claimed message that had to wait for its
        turn; False also if DynamoDB cannot be read."""
        try:
            now = self.standing.read(seen, ready.enrollment)
        except StoreFailed:
            return False
        return not _has_changed(seen, now) and next(self._closed(now, ready), None) is None

    def begin(
        self, seen: Snapshot, ready: Ready, task: Message, events: Sequence[Event]
    ) -> Closed | None:
        """Create the manual `task` and let its enrollment wait for it. Return the gate that is
        closed; then nothing is written.

        Raises TransactionFailed if the enrollment changed, Outdated if data that the task was
        rendered from changed, and StoreFailed if DynamoDB fails.
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
        """Release the claim of a message that was certainly not sent; its step is due again at
        `due`. `counts` makes the wait after the next failure longer.

        Raises ConditionFailed if the claim was lost meanwhile, and StoreFailed if DynamoDB fails.
        """
        lane = lane_of(ready.enrollment, ready.step)
        retried = self.enrollments.retry_action(
            ready.enrollment, message.id, due, lane, reason, counts=counts
        )
        self.enrollments.table.write(retried)
        self.undo_touch(message)

    def undo_touch(self, message: Message) -> None:
        """Remove the record that the contact was written to, for a message that was not sent."""
        at = clock.from_text(message.created_at)
        self.touches.undo(message.contact_id, self.campaign_id, at)

    def _check_again(self, seen: Snapshot, ready: Ready, message: Message) -> Closed | Snapshot:
        now = self.standing.read(seen, ready.enrollment)
        if _has_changed(seen, now):
            self._release(ready.enrollment, message)
            raise Outdated(message.id)
        return next(self._closed(now, ready), None) or self._touch(message, now.settings) or now

    def _closed(self, now: Snapshot, ready: Ready) -> Iterator[Closed]:
        return gates.at_sending(now, ready.enrollment, ready.step, clock.now())

    def _touch(self, message: Message, settings: Settings) -> Closed | None:
        """Record that the campaign writes to the contact. Return the closed gate if another
        campaign wrote to the contact within the minimum interval."""
        interval = timedelta(hours=settings.min_interval_hours)
        at = clock.from_text(message.created_at)
        try:
            self.touches.take(message.contact_id, self.campaign_id, at, interval)
        except RecentlyTouched as recently:
            return gates.recently_contacted(clock.from_text(recently.touch.at) + interval)
        return None

    def _store_content(self, message: Message) -> None:
        """Store the message's content. It is a write of its own: in a transaction it would cost
        twice as much, and the record of the message follows later. Raises ConditionFailed if the
        content was erased."""
        for action in self.messages.content_actions(message):
            self.messages.table.write(action)

    def _release(self, enrollment: Enrollment, message: Message) -> None:
        """Release the claim; the step's due time does not change."""
        release = self.enrollments.release_action(enrollment, message.id)
        self.enrollments.table.write(release)


def persistently(write: Callable[[], T]) -> T:
    """Return the result of `write`, which records what only the holder of a claim knows. While
    DynamoDB fails, retry until shortly before the lease of the claim ends; then raise
    StoreFailed."""
    for seconds in _WAITS:
        try:
            return write()
        except StoreFailed:
            logger().warning("the outcome of a claimed step could not be recorded yet")
            clock.sleep(seconds)
    return write()


def _has_changed(seen: Snapshot, now: Snapshot) -> bool:
    """Return whether data that the message was rendered from has changed. Deleted data does not
    count: its gate is closed instead."""
    both = zip(_written_from(seen), _written_from(now), strict=True)
    return any(is_ is not None and was != is_ for was, is_ in both)


def _written_from(seen: Snapshot) -> tuple[object, ...]:
    """Return the versions of the data that the message is rendered from and of the rules for
    sending it."""
    contact, campaign, mailbox = seen.contact, seen.campaign, seen.mailbox
    return (
        contact and contact.version,
        campaign and (campaign.settings, campaign.least_steps_version),
        mailbox and (mailbox.email, mailbox.name, mailbox.kind),
    )
