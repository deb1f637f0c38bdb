"""Manual tasks that are due, wait for a person, or expire."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.campaigns.models import Enrollment
from outrider.kit import clock
from outrider.kit.aws.dynamodb import transact
from outrider.messages.models import Content, Message
from outrider.messages.sending.claims import StepClaims
from outrider.messages.sending.decisions import Ready
from outrider.messages.sending.gates import Closed
from outrider.messages.sending.outcome import OutcomeRecorder
from outrider.messages.sending.snapshot import PinnedSequence, Snapshot


@dataclass(frozen=True, slots=True)
class Tasks:
    """Manual tasks of one campaign."""

    claims: StepClaims
    progress: OutcomeRecorder

    def begin(self, seen: Snapshot, ready: Ready, message: Message) -> Closed | None:
        """Create the manual task of the step. Return the gate that is closed; then nothing is
        written. Raises TransactionFailed if the enrollment changed, Outdated if data that the task
        was rendered from changed."""
        due_at = clock.to_text(clock.now() + timedelta(days=ready.step.timeout_days))
        assert isinstance(ready.content, Content)
        texts = {"subject": ready.content.subject or None, "text": ready.content.text}
        task = message.model_copy(update={**texts, "state": "pending", "due_at": due_at})
        event = self.progress.caller.event(
            "task.due",
            identity=task.id,
            channel=task.channel,
            due_at=due_at,
            **task.names(),
        )
        return self.claims.begin(seen, ready, task, [event])

    def wait(self, enrollment: Enrollment, task: Message) -> None:
        """Let the resumed enrollment wait again for its task. Raises TransactionFailed if the
        enrollment changed."""
        transact(self.progress.enrollments.wait_action(enrollment, task.id, task.due_at or ""))

    def expire(self, enrollment: Enrollment, task: Message, way: PinnedSequence) -> None:
        """Record that the task was not completed before its deadline, and advance the enrollment.
        Raises TransactionFailed if the task or the enrollment changed."""
        expired = task.model_copy(update={"state": "expired"})
        events = [self.progress.event(expired, "expired")]
        settled = self.progress.messages.settle_task_action(expired, events)
        claimed = enrollment.sending == task.id
        self.progress.advance(enrollment, task, way, settled, counted="expired", claimed=claimed)
