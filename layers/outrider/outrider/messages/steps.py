"""Carrying out one step of one enrollment: read, decide, claim, send, record.

At most once: the claim is one transaction whose first write can succeed only once for a step. A
crash behind it leaves a message that is `sending`; when its lease is over it becomes `unknown` and
waits for a person, and is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns import branching, windows
from outrider.campaigns.models import CLAIM_LEASE, Enrollment, StepJob
from outrider.kit import clock
from outrider.kit.dynamo import TransactionFailed, transact
from outrider.kit.logs import logger
from outrider.mailboxes.reviews import HealthReviews
from outrider.messages import gates, threads
from outrider.messages.claims import Claims
from outrider.messages.content.drafts import Mail
from outrider.messages.content.mime import own_message_id
from outrider.messages.decisions import (
    Drop,
    Expired,
    Held,
    Lost,
    Migrate,
    OtherSteps,
    Passed,
    Ready,
    Skip,
    Stopped,
    Waiting,
    decide,
)
from outrider.messages.gates import Closed, Defer, End, Stay
from outrider.messages.models import Message
from outrider.messages.progress import Progress
from outrider.messages.rivals import Rivals
from outrider.messages.snapshot import Snapshot, SnapshotReader
from outrider.messages.tasks import Tasks
from outrider.messages.transports import Outcome, Transport
from outrider.messages.transports.sms import TextTransport
from outrider.sequences.models import Step

_DECISIONS = 4
_RETRY_DELAYS = (60, 300, 900, 3600, 10800)
"""Seconds to wait after each time a provider did not take the message; the last is repeated."""


class StepHeld(Exception):
    """Another worker holds the step; the record has to come again."""


class StepContended(Exception):
    """The enrollment changed between reading and claiming, again and again."""


@dataclass(frozen=True, slots=True)
class StepService:
    caller: Caller
    reader: SnapshotReader
    rivals: Rivals
    claims: Claims
    progress: Progress
    tasks: Tasks
    transport: Transport
    texts: TextTransport
    reviews: HealthReviews

    def run(self, job: StepJob) -> str:
        """Carry the step out and give what became of it, in a word for the log.

        Raises StepHeld and StepContended; the queue then brings the record again.
        """
        for _ in range(_DECISIONS):
            seen = self.reader.read(job)
            try:
                done = self._carry_out(job, seen)
            except TransactionFailed:
                continue
            if isinstance(done, str):
                return done
            job = done
        raise StepContended(job.message_id)

    def _carry_out(self, job: StepJob, seen: Snapshot) -> str | StepJob:  # noqa: PLR0911
        """What became of the step; or the job to go on with, after another look."""
        match decide(job, seen, clock.now()):
            case Drop(reason):
                return f"dropped: {reason}"
            case Held(until):
                raise StepHeld(f"{job.message_id} is held until {until}")
            case Lost(enrollment, message):
                return self._settle_lost(seen, enrollment, message)
            case OtherSteps(enrollment):
                return job.model_copy(update={"steps_version": enrollment.steps_version})
            case Migrate(enrollment, version):
                return self._migrate(job, seen, enrollment, version)
            case Passed(enrollment, message):
                self.progress.go_on(enrollment, message, seen.way, claimed=False)
                return "passed: the step has its message"
            case Expired(enrollment, message):
                self.tasks.expire(enrollment, message, seen.way)
                return "expired"
            case Waiting(enrollment, message):
                self.tasks.wait(enrollment, message)
                return "waiting"
            case Stopped(enrollment, step, gate):
                return self._stop(job, enrollment, step, gate)
            case Skip(enrollment, step, reason):
                message = _message(job, enrollment, step)
                self.progress.skipped(enrollment, message, seen.way, reason)
                return f"skipped: {reason}"
            case Ready() as ready:
                return self._begin(job, seen, ready)

    # ── Carrying out ─────────────────────────────────────────────────────────────────────────────

    def _begin(self, job: StepJob, seen: Snapshot, ready: Ready) -> str:
        enrollment, step = ready.enrollment, ready.step
        if seen.settings.exclusive and (rivals := self.rivals.of(enrollment)):
            return self._stop(job, enrollment, step, gates.rival(rivals[0], clock.now()))
        message = _message(job, enrollment, step)
        if step.by_person:
            closed = self.tasks.begin(message, ready, seen.settings)
            return self._stop(job, enrollment, step, closed) if closed else "waiting"
        message = _claimed(message, ready)
        closed = self.claims.claim(message, ready, seen.settings)
        if closed:
            return self._stop(job, enrollment, step, closed)
        return self._settle(seen, ready, message, self._send(ready, message))

    def _send(self, ready: Ready, message: Message) -> Outcome:
        if isinstance(ready.said, Mail):
            assert ready.mailbox is not None
            return self.transport.send(message, ready.mailbox, ready.said.mime)
        return self.texts.send(message)

    def _settle(self, seen: Snapshot, ready: Ready, message: Message, outcome: Outcome) -> str:
        enrollment = ready.enrollment
        match outcome.kind:
            case "accepted":
                rfc_id, provider_id = outcome.rfc_message_id, outcome.provider_id
                self.progress.sent(enrollment, message, seen.way, rfc_id, provider_id)
                return "sent"
            case "refused":
                reason = f"refused: {outcome.detail}"
                self.progress.failed(
                    enrollment, message, reason, *self.claims.refused(message, ready)
                )
                self.claims.untouch(message)
                return reason
            case "not_accepted":
                return self._put_back(seen, ready, message, outcome)
            case "unknown":
                self.progress.lost(enrollment, message)
                return "unknown"

    def _put_back(self, seen: Snapshot, ready: Ready, message: Message, outcome: Outcome) -> str:
        """The message certainly did not go out: undo the claim and try again later."""
        seconds = _RETRY_DELAYS[min(ready.enrollment.attempts, len(_RETRY_DELAYS) - 1)]
        later = clock.now() + timedelta(seconds=seconds)
        progress = self.progress
        transact(
            *progress.messages.withdraw(message),
            progress.enrollments.retry(message.contact_id, message.id, later, outcome.detail),
            *self.claims.give_back(message, ready, seen.settings),
        )
        self.claims.untouch(message)
        logger().warning("the provider took no message", reason=outcome.detail, alarm="provider")
        return f"not accepted: {outcome.detail}"

    def _settle_lost(self, seen: Snapshot, enrollment: Enrollment, message: Message) -> str:
        """What is known of a message whose worker is gone: its recipient may have it."""
        if message.went_out:
            self.progress.sent(enrollment, message, seen.way, "", "")
            return "sent, as its delivery shows"
        self.progress.lost(enrollment, message)
        return "unknown"

    # ── Not carrying out ─────────────────────────────────────────────────────────────────────────

    def _stop(self, job: StepJob, enrollment: Enrollment, step: Step, gate: Closed) -> str:
        match gate.then:
            case Stay():
                return f"dropped: {gate.reason}"
            case Defer(until):
                self.progress.enrollments.postpone(enrollment, until, gate.reason)
                return f"deferred: {gate.reason}"
            case End() as end:
                return self._end(job, enrollment, step, gate, end)

    def _end(self, job: StepJob, enrollment: Enrollment, step: Step, gate: Closed, end: End) -> str:
        """The enrollment ends; where its step failed or was suppressed, a record says so."""
        writes = list(self.progress.endings.writes(enrollment, end.state, gate.reason))
        message = _message(job, enrollment, step)
        if end.state == "failed":
            writes += self.progress.failing(message, gate.reason)
            writes.append(self.progress.count(message, "failed"))
        elif gate.gate == "suppression":
            writes += self.progress.skipping(message, gate.reason)
            writes.append(self.progress.count(message, f"skipped_{gate.reason}"))
        transact(*writes)
        return f"{end.state}: {gate.reason}"

    def _migrate(
        self, job: StepJob, seen: Snapshot, enrollment: Enrollment, version: int
    ) -> str | StepJob:
        steps = self.reader.steps(job.sequence_id, version)
        step = branching.same_or_next(seen.steps, steps, job.step_id)
        if step is None:
            transact(*self.progress.endings.writes(enrollment, "finished", "completed"))
            return "finished: the new steps end here"
        due = clock.from_text(enrollment.due_at or clock.timestamp())
        if step.id != job.step_id:
            since = clock.from_text(enrollment.previous_at or enrollment.created_at)
            due = windows.due_after(since, step, seen.settings, enrollment.timezone)
        transact(self.progress.enrollments.migrate(enrollment, version, step.id, due))
        if step.id != job.step_id:
            return "migrated"
        return job.model_copy(update={"steps_version": version})


def _message(job: StepJob, enrollment: Enrollment, step: Step) -> Message:
    """The step's message, before anything is said in it."""
    return Message(
        id=job.message_id,
        thread_id=threads.thread_id(job.campaign_id, job.contact_id),
        channel=step.channel,
        contact_id=job.contact_id,
        campaign_id=job.campaign_id,
        sequence_id=job.sequence_id,
        enrollment_id=enrollment.id,
        step_id=step.id,
        variant_id=step.variant_for(enrollment.id).id,
        mailbox_id=job.mailbox_id if step.channel == "email" else "",
        state="sending",
        created_at=clock.timestamp(),
    )


def _claimed(message: Message, ready: Ready) -> Message:
    """The message with all it says, to whom, and how long it is ours."""
    said: dict[str, Any] = {"claimed_until": clock.to_text(clock.now() + CLAIM_LEASE)}
    if isinstance(ready.said, Mail):
        said |= {
            **ready.said.content.model_dump(),
            "links": ready.said.links,
            "sender": ready.mailbox.email if ready.mailbox else None,
            "rfc_message_id": ready.mailbox and own_message_id(ready.mailbox, message.id),
            "recipient": ready.contact.email,
        }
    else:
        said |= {"text": ready.said.text, "recipient": ready.contact.phone}
    return message.model_copy(update=said)
