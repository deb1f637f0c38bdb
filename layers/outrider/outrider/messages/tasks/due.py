"""Steps that a person does: a task that is due, and done or given up."""

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
    """Tasks of one campaign."""

    claims: StepClaims
    progress: OutcomeRecorder

    def begin(self, seen: Snapshot, ready: Ready, message: Message) -> Closed | None:
        """Have a person do the step. Return the gate that has closed. Raises TransactionFailed."""
        due_at = clock.to_text(clock.now() + timedelta(days=ready.step.timeout_days))
        assert isinstance(ready.said, Content)
        said = {"subject": ready.said.subject or None, "text": ready.said.text}
        task = message.model_copy(update={**said, "state": "pending", "due_at": due_at})
        told = self.progress.caller.event(
            "task.due",
            identity=task.id,
            channel=task.channel,
            due_at=due_at,
            **task.names(),
        )
        return self.claims.begin(seen, ready, task, [told])

    def wait(self, enrollment: Enrollment, task: Message) -> None:
        """Go on waiting for a task that was begun before. Raises TransactionFailed."""
        transact(self.progress.enrollments.wait_action(enrollment, task.id, task.due_at or ""))

    def expire(self, enrollment: Enrollment, task: Message, way: PinnedSequence) -> None:
        """Nobody did it in time: the enrollment goes on without it. Raises TransactionFailed."""
        expired = task.model_copy(update={"state": "expired"})
        told = [self.progress.event(expired, "expired")]
        settled = self.progress.messages.settle_task_action(expired, told)
        claimed = enrollment.sending == task.id
        self.progress.go_on(enrollment, task, way, settled, counted="expired", claimed=claimed)
