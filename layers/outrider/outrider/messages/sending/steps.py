"""Carrying out one step of one enrollment: read, decide, claim, check again, send, record.

Delivery is at most once: nothing is sent without the claim, a conditional update of the enrollment
that succeeds once per step and generation. If a worker dies after its claim, the lease expires and
the message is recorded as `unknown`, to be settled by an event of the provider or a user. It is
never resent automatically.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.dispatch import windows
from outrider.campaigns.dispatch.due_index import lane_of
from outrider.campaigns.dispatch.reservations import Reservations
from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import CLAIM_LEASE, QUEUED_LANE, Enrollment, StepJob
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed, TransactionFailed, transact
from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.smtp_slots import Places
from outrider.messages.bounces.service import Bounces
from outrider.messages.content.drafts import Mail
from outrider.messages.models import Message
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.sending import gates
from outrider.messages.sending.claims import Outdated, StepClaims, persistently
from outrider.messages.sending.decisions import (
    Decision,
    Drop,
    Expired,
    Leased,
    Lost,
    Migrate,
    OtherSteps,
    Passed,
    Ready,
    Skip,
    Stopped,
    TaskPending,
    decide,
)
from outrider.messages.sending.exclusive import Rivals
from outrider.messages.sending.gates import Closed, Defer, End, Stay
from outrider.messages.sending.outcome import OutcomeRecorder
from outrider.messages.sending.retry_schedule import retry
from outrider.messages.sending.snapshot import Snapshot, SnapshotReader
from outrider.messages.sending.step_messages import new_message, sent_from, written
from outrider.messages.tasks.due import Tasks
from outrider.messages.transports import PatientTransport, SendOutcome
from outrider.messages.transports.sms import TextTransport
from outrider.sequences.models import Step

_DECISIONS = 5
_WAITS = (5, 10, 20, 40, 80, 160)
"""Seconds until a job is retried that found no free slot at its mail server; up to twice as long
with jitter. Their sum is shorter than `STEP_LEASE`."""


class StepHeld(Exception):
    """Raised when another worker holds the claim; the queue must redeliver the record."""


class StepContended(Exception):
    """Raised when every attempt lost its optimistic lock on the enrollment."""


@dataclass(frozen=True, slots=True)
class StepService:
    caller: Caller
    reader: SnapshotReader
    rivals: Rivals
    claims: StepClaims
    progress: OutcomeRecorder
    tasks: Tasks
    transport: PatientTransport
    texts: TextTransport
    settling: Settling
    reservations: Reservations
    bounces: Bounces
    reviews: HealthReviews
    places: Places
    again: Callable[[StepJob, int], None]
    """Send a job to the queue again, with a delay in seconds."""
    leave_others: Callable[[], None]
    """Return the batch's jobs of other workspaces to the queue before a wait for a mail server."""

    def run(self, job: StepJob) -> str:
        """Carry the step out, and return the outcome in a few words for the log.

        Raises StepHeld or StepContended, and StoreFailed if DynamoDB fails; the queue then
        redelivers it.
        """
        for number in range(_DECISIONS):
            newest = number > 0
            seen = self.reader.read(job, newest=newest)
            decision = self._decide(job, seen)
            if not (newest or isinstance(decision, Ready)):
                continue  # the read was eventually consistent, and no claim would detect stale data
            try:
                done = self._carry_out(job, seen, decision)
            except (ConditionFailed, TransactionFailed, Outdated):
                metrics.count("ClaimsLost")
                continue
            if isinstance(done, str):
                return done
            job = done
        raise StepContended(job.message_id)

    def _decide(self, job: StepJob, seen: Snapshot) -> Decision:
        decision, now = decide(job, seen, clock.now()), clock.now()
        if isinstance(decision, Ready) and seen.settings.exclusive:
            for other in self.rivals.of(decision.enrollment):
                return Stopped(decision.enrollment, decision.step, gates.rival(other, now))
        return decision

    def _carry_out(  # noqa: PLR0911
        self, job: StepJob, seen: Snapshot, decision: Decision
    ) -> str | StepJob:
        """Return the outcome of the step, or an updated job to decide again."""
        match decision:
            case Drop(reason):
                return f"dropped: {reason}"
            case Leased(until):
                raise StepHeld(f"{job.message_id} is held until {until}")
            case Lost(enrollment):
                return self._record_lost(job, seen, enrollment)
            case OtherSteps(enrollment):
                return job.model_copy(update={"steps_version": enrollment.steps_version})
            case Migrate(enrollment, version):
                return self._migrate(job, seen, enrollment, version)
            case Passed(enrollment, message):
                self.progress.advance(enrollment, message, seen.way, claimed=False)
                return "passed: the step has its message"
            case Expired(enrollment, message):
                self.tasks.expire(enrollment, message, seen.way)
                return "expired"
            case TaskPending(enrollment, message):
                self.tasks.wait(enrollment, message)
                return "waiting"
            case Stopped(enrollment, step, gate):
                return self._stop(job, seen, gate, enrollment=enrollment, step=step)
            case Skip(enrollment, step, reason):
                message = new_message(job, enrollment, step)
                self.progress.skipped(enrollment, message, seen.way, reason)
                self._give_back(job)
                return f"skipped: {reason}"
            case Ready() as ready:
                return self._begin(job, seen, ready)

    # ── Carrying out ─────────────────────────────────────────────────────────────────────────────

    def _begin(self, job: StepJob, seen: Snapshot, ready: Ready) -> str:
        enrollment, step = ready.enrollment, ready.step
        message = new_message(job, enrollment, step)
        if step.by_person:
            closed = self.tasks.begin(seen, ready, message)
            return (
                self._stop(job, seen, closed, enrollment=enrollment, step=step)
                if closed
                else "waiting"
            )
        message = written(message, ready.content, ready.mailbox, ready.contact)
        with self.places.held(ready.mailbox, message.id) as free:
            if not free:
                return self._wait(job, seen, ready)
            if ready.mailbox and ready.mailbox.kind == "smtp":
                self.leave_others()
            ready = ready.to_claim()
            checked = self.claims.claim(seen, ready, message)
            outcome = None if isinstance(checked, Closed) else self._send(checked, ready, message)
        if isinstance(checked, Closed):
            stop = partial(self._stop, job, seen, checked, enrollment=ready.enrollment, step=step)
            return persistently(lambda: stop(claimed=message.id))
        assert outcome is not None
        return self._settle(job, checked, ready, message, outcome)

    def _wait(self, job: StepJob, seen: Snapshot, ready: Ready) -> str:
        """Delay the job because the workspace's concurrency limit for mail servers is reached;
        after the last retry, make the step due for the dispatcher again."""
        waited = job.waits or 0
        if waited < len(_WAITS):
            seconds = _WAITS[waited] + secrets.randbelow(_WAITS[waited])
            self.again(job.model_copy(update={"waits": waited + 1}), seconds)
            return "waits for a slot at its mail server"
        lane = lane_of(ready.enrollment, ready.step)
        self._later(job, seen, ready.enrollment, "", (clock.now(), lane, "mail_server_busy"))
        return "deferred: mail_server_busy"

    def _send(self, now: Snapshot, ready: Ready, message: Message) -> SendOutcome:
        """Send the message through its transport. `now` is the snapshot of the last check."""
        if isinstance(ready.content, Mail):
            assert now.mailbox is not None
            may_send = partial(self.claims.may_still_be_sent, now, ready)
            return self.transport.send(message, now.mailbox, ready.content.mime, may_send)
        return self.texts.send(message)

    def _settle(
        self, job: StepJob, seen: Snapshot, ready: Ready, message: Message, outcome: SendOutcome
    ) -> str:
        """Record the provider's verdict, retrying within the lease: no other worker knows it."""
        enrollment, progress = ready.enrollment, self.progress
        match outcome.kind:
            case "accepted":
                sent = message.sent(outcome.provider_id, outcome.rfc_message_id)
                return self._record_sent(enrollment, seen, sent)
            case "refused":
                if outcome.scope == "recipient" and message.channel == "email":
                    return self._record_bounce(enrollment, message, outcome)
                failed = message.model_copy(update={"reason": f"refused: {outcome.detail}"})
                counted = self._refuse_actions(failed)
                persistently(lambda: progress.failed(enrollment, failed, *counted))
                self.claims.undo_touch(message)
                return str(failed.reason)
            case "not_accepted":
                persistently(lambda: self._put_back(seen, ready, message, outcome))
                self._give_back(job)
                return f"not accepted: {outcome.detail}"
            case "unknown":
                persistently(lambda: progress.lost(enrollment, message))
                return "unknown"

    def _record_sent(self, enrollment: Enrollment, seen: Snapshot, sent: Message) -> str:
        """Record the message as sent; if the lease expired and it is `unknown`, settle it."""
        try:
            persistently(lambda: self.progress.sent(enrollment, sent, seen.way))
        except TransactionFailed:
            metrics.count("MessagesSent")
            if lost := self.claims.messages.get(sent.contact_id, sent.id):
                self.settling.went_out(lost, sent.provider_id or "", sent.rfc_message_id or "")
            return "sent, and recorded late"
        return "sent"

    def _record_bounce(self, enrollment: Enrollment, message: Message, outcome: SendOutcome) -> str:
        """Record that the recipient does not exist: suppress the address and end the enrollment."""
        persistently(lambda: self.bounces.refused(enrollment, message, outcome.detail))
        self.claims.undo_touch(message)
        about = {"campaign_id": message.campaign_id, "sequence_id": message.sequence_id}
        self.reviews.review(message.mailbox_id, message.id, **about)
        return f"bounced: {outcome.detail}"

    def _refuse_actions(self, message: Message) -> list[Action]:
        """Return the writes that count a permanently refused message for its mailbox."""
        if not message.mailbox_id:
            return []
        return [self.claims.mailboxes.record_action(message.mailbox_id, message.day, "refused")]

    def _put_back(
        self, seen: Snapshot, ready: Ready, message: Message, outcome: SendOutcome
    ) -> None:
        """Release the claim of a message that was certainly not sent, and schedule the retry."""
        again = retry(outcome.scope, ready.enrollment.attempts)
        later = clock.now() + again.after
        self.claims.put_back(
            message, ready, clock.to_text(later), outcome.detail, counts=again.counts
        )
        self.progress.wake(later, seen.way.wakes_at)
        metrics.count("ProviderFailures")
        logger().warning("the provider did not accept the message", reason=outcome.detail)

    def _record_lost(self, job: StepJob, seen: Snapshot, enrollment: Enrollment) -> str:
        """Record as `unknown` the message of a claim that expired without an outcome. The recipient
        may have received it, so its content is what was stored before sending."""
        step = seen.step(job.step_id)
        if step is None:
            return "dropped: no such step"
        claimed_at = clock.from_text(enrollment.claimed_until or clock.timestamp()) - CLAIM_LEASE
        message = new_message(job, enrollment, step)
        email_fields: dict[str, Any] = {}
        if step.channel == "email":
            mailbox_id = enrollment.mailbox_id or ""
            email_fields = {"mailbox_id": mailbox_id, **sent_from(seen.mailbox, message)}
        lost = message.model_copy(
            update={
                **email_fields,
                "created_at": clock.to_text(claimed_at),
                "recipient": enrollment.sending_to,
            }
        )
        self.progress.lost(enrollment, self.claims.messages.with_stored_content(lost))
        return "unknown"

    # ── Not carrying out ─────────────────────────────────────────────────────────────────────────

    def _stop(
        self,
        job: StepJob,
        seen: Snapshot,
        gate: Closed,
        *,
        enrollment: Enrollment,
        step: Step,
        claimed: str = "",
    ) -> str:
        """Carry out what the gate decides. `claimed` is the message id, if already claimed."""
        lane = lane_of(enrollment, step)
        match gate.then:
            case Stay():
                # Its due time is the lease of this job: make it due now, for when it continues.
                reason = gate.reason if enrollment.is_open else enrollment.blocked_reason
                place = clock.now(), lane, reason or ""
                if not self._later(job, seen, enrollment, claimed, place):
                    raise Outdated(job.message_id)  # it may already be running again
                return f"dropped: {gate.reason}"
            case Defer(until):
                # Without a mailbox it keeps its lane, where the dispatcher lets it wait.
                until = clock.now() if gate.gate == "mailbox" else until
                self._later(job, seen, enrollment, claimed, (until, lane, gate.reason))
                return f"deferred: {gate.reason}"
            case End() as end:
                outcome = self._end(job, enrollment, step, gate, end, claimed=claimed)
                self._give_back(job)
                return outcome

    def _later(
        self,
        job: StepJob,
        seen: Snapshot,
        enrollment: Enrollment,
        claimed: str,
        place: tuple[datetime, str, str],
    ) -> bool:
        """Postpone the step to `place` (time, lane, reason). Return False if the enrollment changed
        since."""
        enrollments, (until, lane, reason) = self.progress.enrollments, place
        if claimed:
            due = clock.to_text(until)
            release = enrollments.release_action(enrollment, claimed, due, lane, reason)
            enrollments.table.write(release)
        elif not enrollments.postpone(enrollment, until, reason, lane, unclaimable=True):
            return False
        self._give_back(job)
        self.progress.wake(until, seen.way.wakes_at)
        return True

    def _give_back(self, job: StepJob) -> None:
        """Return the reserved sending capacity of a message that is certainly not sent."""
        if job.units:
            self.reservations.give_back(job.units)

    def _end(
        self,
        job: StepJob,
        enrollment: Enrollment,
        step: Step,
        gate: Closed,
        end: End,
        *,
        claimed: str,
    ) -> str:
        """End the enrollment; record a message if the step failed or was suppressed."""
        endings = self.progress.endings
        writes = list(
            endings.end_actions(enrollment, end.state, gate.reason, claimed=claimed or None)
        )
        message = new_message(job, enrollment, step)
        if end.state == "failed":
            writes.append(
                self.progress.fail_action(message.model_copy(update={"reason": gate.reason}))
            )
            writes.append(self.progress.count_action(message, "failed"))
        elif gate.gate == "suppression":
            writes.append(self.progress.skip_action(message, gate.reason))
            writes.append(self.progress.count_action(message, f"skipped_{gate.reason}"))
        transact(*writes)
        return f"{end.state}: {gate.reason}"

    def _migrate(
        self, job: StepJob, seen: Snapshot, enrollment: Enrollment, version: int
    ) -> str | StepJob:
        steps = self.reader.sequences.steps_of(job.sequence_id, version) or []
        step = branching.same_or_next(seen.steps, steps, job.step_id)
        old = seen.step(job.step_id)
        if old and enrollment.sends_approved and (step is None or step.id != old.id):
            gone = gates.no_content("the approved step was removed", approved=True)
            return self._stop(job, seen, gone, enrollment=enrollment, step=old)
        if step is None:
            transact(*self.progress.endings.end_actions(enrollment, "finished", "completed"))
            self._give_back(job)
            return "finished: the new steps end here"
        due = clock.from_text(enrollment.due_at or clock.timestamp())
        lane, same = lane_of(enrollment, step), step.id == job.step_id
        if same and enrollment.queued:
            lane = QUEUED_LANE  # this job carries it out
        elif not same:
            since = clock.from_text(enrollment.previous_at or enrollment.created_at)
            due = windows.due_after(since, step, seen.settings, enrollment.timezone)
        transact(self.progress.enrollments.migrate_action(enrollment, version, step.id, due, lane))
        if same:
            return job.model_copy(update={"steps_version": version})
        self._give_back(job)
        self.progress.wake(due, seen.way.wakes_at)
        return "migrated"
