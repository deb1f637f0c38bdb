"""Cancellation of tasks whose enrollment ends before they are completed.

A task is the message of its step, `<workspace>#con_…` / `msg_…` of the messages table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import outbox
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """Pending tasks of one workspace."""

    table: Table
    workspace: WorkspaceId

    def cancel_action(self, contact_id: str, task_id: str, events: Sequence[Event]) -> Action:
        """Return the write that cancels the task. The condition fails if it is not pending."""
        return self.table.update_action(
            f"{self.workspace}#{contact_id}",
            task_id,
            "SET #state = :cancelled, #_events = :events REMOVE #by_state_pk, #by_state_sk",
            "#state = :pending",
            cancelled="cancelled",
            pending="pending",
            events=outbox.pack(events),
        )
