"""Carrying out one step of one enrollment: read, decide, claim, send, record.

At most once: the claim is one transaction whose first write can succeed only once for a step. A
crash behind it leaves a message that is `sending`; when its lease is over it becomes `unknown` and
waits for a person, and is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import CLAIM_LEASE, ROUND, STEP_LEASE, Enrollment, StepJob, Thread
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import clock
from outrider.kit.counters import Counters
from outrider.kit.dynamo import Action, TransactionFailed, transact
from outrider.kit.logs import logger
from outrider.kit.outbox import Event
from outrider.kit.queues import Queue, QueueMessage
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.gates import Defer, Drop, Fail, Held, Leave, Lost, Send, Skip, decide
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.snapshot import Snapshot, SnapshotReader
from outrider.messages.transports import Outcome, Transport
from outrider.sequences.models import Step

_DECISIONS = 3
_RETRY_DELAYS = (60, 300, 900, 3600, 10800)
"""Seconds to wait after each time a provider did not take the mail; the last is repeated."""


class StepHeld(Exception):
    """Another worker holds the step; the record has to come again."""


class StepContended(Exception):
    """The enrollment changed between reading and claiming, again and again."""


@dataclass(frozen=True, slots=True)
class StepService:
    caller: Caller
    reader: SnapshotReader
    enrollments: EnrollmentRepository
    contacts: ContactRepository
    suppressions: SuppressionRepository
    mailboxes: MailboxRepository
    messages: MessageRepository
    counters: Counters
    transport: Transport
    steps: Queue

    def run(self, job: StepJob) -> str:
        """Carry the step out and give what became of it, in a word for the log.

        Raises StepHeld and StepContended; the queue then brings the record again.
        """
        for _ in range(_DECISIONS):
            seen = self.reader.read(job)
            try:
                return self._carry_out(job, seen)
            except TransactionFailed:
                continue
        raise StepContended(job.message_id)

    def _carry_out(self, job: StepJob, seen: Snapshot) -> str:  # noqa: PLR0911 - one line a decision
        match decide(job, seen, clock.now()):
            case Drop(reason):
                return f"dropped: {reason}"
            case Held(until):
                raise StepHeld(f"{job.message_id} is held until {until}")
            case Lost(enrollment, message):
                return self._give_up(enrollment, message)
            case Skip(enrollment, reason):
                return self._skip(job, seen, enrollment, reason)
            case Defer(enrollment, until, reason):
                self.enrollments.postpone(enrollment, until, reason)
                return f"deferred: {reason}"
            case Fail(enrollment, reason):
                return self._fail(job, enrollment, reason)
            case Leave(enrollment, reason):
                return self._finish(enrollment, reason)
            case Send() as send:
                return self._send(job, seen, send)

    # ── Sending ──────────────────────────────────────────────────────────────────────────────────

    def _send(self, job: StepJob, seen: Snapshot, send: Send) -> str:
        message = self._message(job, send.enrollment).model_copy(
            update={
                **send.mail.content.model_dump(),
                "links": send.mail.links,
                "variant_id": send.step.variant_for(send.enrollment.id).id,
                "sender": send.mailbox.email,
                "recipient": send.contact.email,
                "claimed_until": clock.to_text(clock.now() + CLAIM_LEASE),
            }
        )
        refusal = self._claim(message, send)
        if refusal:
            return refusal
        outcome = self.transport.send(message, send.mailbox, send.mail.mime)
        match outcome.kind:
            case "accepted":
                return self._record_sent(job, seen, send, message, outcome)
            case "refused":
                return self._record_refused(send, message, outcome)
            case "not_accepted":
                return self._put_back(send, message, outcome)
            case "unknown":
                return self._give_up(send.enrollment, message)

    def _claim(self, message: Message, send: Send) -> str | None:
        """Make the message ours alone. Gives what was done instead when a gate closed; raises
        TransactionFailed when something else changed."""
        day = _day(message)
        try:
            transact(
                self.messages.add(message),
                self.enrollments.claim(send.enrollment, message.id, send.mailbox.id),
                self.mailboxes.take(send.mailbox.id, day, send.mailbox.cap_on(day)),
                self.contacts.present(send.contact.id),
                *self.suppressions.absent(send.contact.email, send.contact.other_emails),
            )
        except TransactionFailed as failure:
            _, _, cap, _, *suppressed = failure.reasons
            if any(reason.failed for reason in suppressed):
                return self._finish(
                    send.enrollment, "suppressed", self._skipped(message, "suppressed")
                )
            if cap.failed:
                tomorrow = datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)
                self.enrollments.postpone(send.enrollment, tomorrow, "mailbox_cap")
                return "deferred: mailbox_cap"
            raise
        return None

    def _record_sent(
        self, job: StepJob, seen: Snapshot, send: Send, message: Message, outcome: Outcome
    ) -> str:
        sent = self.caller.event("email.sent", identity=message.id, **message.names())
        record = self.messages.sent(message, outcome.provider_id, outcome.rfc_message_id, [sent])
        following = seen.step_after(job.step_id)
        if following is None:
            transact(
                record,
                self.enrollments.end_claimed(
                    job.contact_id,
                    message.id,
                    "finished",
                    "completed",
                    [self._ended(send.enrollment, "enrollment.finished", "completed")],
                ),
                self.counters.add(sent=1, active=-1, completed=1),
            )
            return "sent"
        slot, due = self._slot(following, seen)
        thread = _continued(send.enrollment.thread, message, outcome)
        transact(
            record,
            self.enrollments.advance(job.contact_id, message.id, following.id, due, thread),
            self.counters.add(sent=1),
        )
        self._hand_over(job, following, slot)
        return "sent"

    def _record_refused(self, send: Send, message: Message, outcome: Outcome) -> str:
        """The provider will never take this mail: the enrollment ends."""
        reason = f"refused: {outcome.detail}"
        failed = self.caller.event(
            "email.failed", identity=message.id, reason=reason, **message.names()
        )
        transact(
            self.messages.failed(message, reason, [failed]),
            self.enrollments.end_claimed(
                message.contact_id,
                message.id,
                "failed",
                reason,
                [self._ended(send.enrollment, "enrollment.failed", reason)],
            ),
            self.counters.add(active=-1, failed=1),
        )
        return reason

    def _put_back(self, send: Send, message: Message, outcome: Outcome) -> str:
        """The mail certainly did not go out: undo the claim and try again later."""
        seconds = _RETRY_DELAYS[min(send.enrollment.attempts, len(_RETRY_DELAYS) - 1)]
        later = clock.now() + timedelta(seconds=seconds)
        transact(
            self.messages.withdraw(message),
            self.enrollments.retry(message.contact_id, message.id, later, outcome.detail),
            self.mailboxes.give_back(send.mailbox.id, _day(message)),
        )
        logger().warning("the provider took no mail", reason=outcome.detail, alarm="provider")
        return f"not accepted: {outcome.detail}"

    def _give_up(self, enrollment: Enrollment, message: Message) -> str:
        """Nobody knows whether the mail went out: it is not sent again, and a person decides."""
        transact(
            self.messages.unknown(message, "the outcome was lost"),
            self.enrollments.end_claimed(
                message.contact_id,
                message.id,
                "paused",
                "unknown_outcome",
                [self._ended(enrollment, "enrollment.paused", "unknown_outcome")],
            ),
            self.counters.add(active=-1, paused=1),
        )
        return "unknown"

    # ── Not sending ──────────────────────────────────────────────────────────────────────────────

    def _skip(self, job: StepJob, seen: Snapshot, enrollment: Enrollment, reason: str) -> str:
        skipped = self._skipped(self._message(job, enrollment), reason)
        following = seen.step_after(job.step_id)
        if following is None:
            return self._finish(enrollment, reason, skipped)
        slot, due = self._slot(following, seen)
        transact(
            skipped,
            self.enrollments.skip_to(enrollment, following.id, due),
            self.counters.add(skipped=1),
        )
        self._hand_over(job, following, slot)
        return f"skipped: {reason}"

    def _fail(self, job: StepJob, enrollment: Enrollment, reason: str) -> str:
        message = self._message(job, enrollment).model_copy(
            update={"state": "failed", "reason": reason}
        )
        failed = self.caller.event(
            "email.failed", identity=message.id, reason=reason, **message.names()
        )
        transact(
            self.messages.add(message, [failed]),
            self.enrollments.end(
                enrollment,
                "failed",
                reason,
                [self._ended(enrollment, "enrollment.failed", reason)],
            ),
            self.counters.add(active=-1, failed=1),
        )
        return f"failed: {reason}"

    def _finish(self, enrollment: Enrollment, reason: str, skipped: Action | None = None) -> str:
        transact(
            self.enrollments.end(
                enrollment,
                "finished",
                reason,
                [self._ended(enrollment, "enrollment.finished", reason)],
            ),
            self.counters.add(active=-1, completed=1, skipped=1 if skipped else 0),
            *([skipped] if skipped else []),
        )
        return f"finished: {reason}"

    # ── Parts ────────────────────────────────────────────────────────────────────────────────────

    def _slot(self, following: Step, seen: Snapshot) -> tuple[datetime | None, datetime]:
        """When the following step is handed over from here, if it is, and its due time.

        A step that comes up before the campaign's next round goes straight to the queue, its due
        time behind its slot as if a round had planned it. Where mails need a gap between them, or
        the campaign no longer has the mailbox, a round must plan it.
        """
        due = clock.now() + following.wait
        if following.wait > ROUND or seen.mailbox is None or seen.mailbox.min_gap_seconds:
            return None, due
        return due, due + STEP_LEASE

    def _hand_over(self, job: StepJob, following: Step, slot: datetime | None) -> None:
        if slot is not None:
            seconds = round((slot - clock.now()).total_seconds())
            body = job.model_copy(update={"step_id": following.id}).model_dump()
            self.steps.send([QueueMessage(body, delay_seconds=seconds)])

    def _message(self, job: StepJob, enrollment: Enrollment) -> Message:
        return Message(
            id=job.message_id,
            contact_id=job.contact_id,
            campaign_id=job.campaign_id,
            sequence_id=job.sequence_id,
            enrollment_id=enrollment.id,
            step_id=job.step_id,
            mailbox_id=job.mailbox_id,
            state="sending",
            created_at=clock.timestamp(),
        )

    def _skipped(self, message: Message, reason: str) -> Action:
        """The record of a mail that was left out; its content is not kept."""
        skipped = self.caller.event(
            "email.skipped", identity=message.id, reason=reason, **message.names()
        )
        return self.messages.add(
            message.model_copy(
                update={
                    "state": "skipped",
                    "reason": reason,
                    "claimed_until": None,
                    "subject": None,
                    "text": None,
                    "html": None,
                }
            ),
            [skipped],
        )

    def _ended(self, enrollment: Enrollment, event: str, reason: str) -> Event:
        identity = f"{enrollment.id}/{enrollment.generation}"
        return self.caller.event(event, identity=identity, reason=reason, **enrollment.names())


def _day(message: Message) -> date:
    """The day (UTC) whose cap the message takes a part of."""
    return clock.from_text(message.created_at).date()


def _continued(thread: Thread | None, message: Message, outcome: Outcome) -> Thread:
    earlier = thread.message_ids if thread else []
    return Thread(
        subject=thread.subject if thread else message.subject or "",
        message_ids=[*earlier, outcome.rfc_message_id],
    )
