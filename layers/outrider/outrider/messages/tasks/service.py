"""Tasks that a person has done."""

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

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class TaskService:
    caller: Caller
    messages: MessageRepository
    reader: Callable[[str], SnapshotReader]
    progress: Callable[[str], OutcomeRecorder]

    def complete(self, message_id: str, outcome: str | None) -> MessageView:
        """The task is done, and its enrollment goes on. Done before, it stays as it was.

        Raises MessageNotFound, and Conflict when it is no task or its time is over.
        """
        self.caller.begin()
        for _ in attempts(_ATTEMPTS):
            task = self.messages.find_whole(message_id)
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
                self._go_on(task, progress, writes)
            except TransactionFailed:
                continue
            return shown
        raise Contended("The task changed at the same moment")

    def _go_on(self, task: Message, progress: OutcomeRecorder, writes: Sequence[Action]) -> None:
        enrollment, way = self._way(task)
        if enrollment and enrollment.state == "waiting" and enrollment.sending == task.id:
            progress.go_on(enrollment, task, way, *writes, counted="completed")
        else:
            transact(*writes, progress.count_action(task, "completed"))

    def _way(self, message: Message) -> tuple[Enrollment | None, PinnedSequence]:
        """The message's enrollment, if it is still the one, and what lies before it."""
        reader = self.reader(message.campaign_id)
        enrollment = reader.enrollments.get(message.contact_id)
        if enrollment is None or enrollment.step_id != message.step_id:
            return None, PinnedSequence([], Settings())
        seen = reader.read(StepJob.of(self.caller.workspace, enrollment))
        same = seen.message_id == message.id
        return seen.enrollment if same else None, seen.way
