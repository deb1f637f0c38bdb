"""Completion of manual tasks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.models import Enrollment, StepJob
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Conflict, Contended
from outrider.messages.errors import MessageNotFound
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.schemas import MessageView
from outrider.messages.sending.outcome import OutcomeRecorder
from outrider.messages.sending.snapshot import PinnedSequence, SnapshotReader
from outrider.sequences.models import Settings


@dataclass(frozen=True, slots=True)
class TaskService:
    caller: Caller
    messages: MessageRepository
    reader: Callable[[str], SnapshotReader]
    progress: Callable[[str], OutcomeRecorder]

    def complete(self, message_id: str, outcome: str | None) -> MessageView:
        """Complete the task and advance its enrollment; a task that is already completed stays as
        it is.

        Raises MessageNotFound, Conflict if the message is not a pending task, and Contended if
        every attempt lost its optimistic lock.
        """
        self.caller.begin()
        for _ in attempts():
            task = self.messages.find_with_content(message_id)
            if task is None:
                raise MessageNotFound
            if task.state not in ("pending", "completed"):
                raise Conflict(f"Only a pending task can be completed: this one is {task.state}")
            keep = self.caller.keep_actions
            if task.state == "completed":
                shown = MessageView.of(task)
                if actions := keep(shown):
                    transact(*actions)
                return shown
            progress = self.progress(task.campaign_id)
            done = task.completed(outcome)
            shown = MessageView.of(done)
            writes = [
                progress.messages.settle_task_action(done, [progress.event(done, "completed")]),
                *keep(shown),
            ]
            try:
                self._advance(task, progress, writes)
            except TransactionFailed:
                continue
            return shown
        raise Contended("The task changed at the same moment")

    def _advance(self, task: Message, progress: OutcomeRecorder, writes: Sequence[Action]) -> None:
        enrollment, way = self._enrollment_of(task)
        if enrollment and enrollment.state == "waiting" and enrollment.sending == task.id:
            progress.advance(enrollment, task, way, *writes, counted="completed")
        else:
            transact(*writes, progress.count_action(task, "completed"))

    def _enrollment_of(self, message: Message) -> tuple[Enrollment | None, PinnedSequence]:
        """Return the enrollment and its steps if the enrollment still waits for this message,
        otherwise None and no steps."""
        reader = self.reader(message.campaign_id)
        enrollment = reader.enrollments.get(message.contact_id)
        if enrollment is None or enrollment.step_id != message.step_id:
            return None, PinnedSequence([], Settings())
        seen = reader.read(StepJob.of(self.caller.workspace, enrollment))
        same = seen.message_id == message.id
        return seen.enrollment if same else None, seen.way
