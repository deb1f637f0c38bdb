"""First delivery, open and click of each message.

A mark is one conditional update that sets the time on the message and emits its event; if a later
step's condition depends on it, the enrollment is updated in the same transaction. Each mark is
written once, however often it is reported, and in any order. The relay counts them
(`statistics.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed, TransactionFailed, transact
from outrider.kit.outbox import Event
from outrider.messages.models import MarkedTime, Message
from outrider.messages.repository import MessageRepository


@dataclass(frozen=True, slots=True)
class Marks:
    """Recorder of first deliveries, opens and clicks in one workspace. `at` is the time of the
    event, and its day (UTC) is the one that is counted. Methods return True for the first time;
    False if it was recorded before or the message is deleted."""

    caller: Caller
    messages: MessageRepository
    enrollments: Callable[[str], EnrollmentRepository]
    statistics: Callable[[str], Statistics]

    def delivered(self, message: Message, at: datetime) -> bool:
        event = self._event("email.delivered", message)
        return self._note(
            self.messages.mark_action(message, "delivered_at", clock.to_text(at), [event])
        )

    def opened(self, message: Message, at: datetime, *, machine: bool) -> bool:
        """Record an open. An open by a bot is recorded separately, because it does not mean that
        the recipient read the email (`bots.py`)."""
        event = self._event("email.opened", message, machine=machine)
        time: MarkedTime = "machine_opened_at" if machine else "opened_at"
        mark = self.messages.mark_action(message, time, clock.to_text(at), [event])
        return self._note(mark, None if machine else self._first_action(message, "opened_at", at))

    def clicked(self, message: Message, at: datetime) -> bool:
        event = self._event("email.clicked", message)
        mark = self.messages.mark_action(message, "clicked_at", clock.to_text(at), [event])
        return self._note(mark, self._first_action(message, "clicked_at", at))

    def mark_actions(
        self,
        message: Message,
        time: MarkedTime,
        counted_as: str,
        at: datetime,
        events: Sequence[Event] = (),
    ) -> tuple[Action, Action]:
        """Return the writes of a mark as part of a larger transaction; the condition of the first
        one fails if the mark exists."""
        return (
            self.messages.mark_action(message, time, clock.to_text(at), events),
            self.statistics(message.campaign_id).add_action(
                at.date(), message.step_id, message.variant_id, counted_as
            ),
        )

    def _first_action(
        self, message: Message, time: Literal["opened_at", "clicked_at"], at: datetime
    ) -> Action:
        return self.enrollments(message.campaign_id).note_first_action(
            message.contact_id, time, clock.to_text(at), written_at=message.created_at
        )

    def _note(self, mark: Action, on_enrollment: Action | None = None) -> bool:
        """Write the mark of the message together with that of the enrollment; only that of the
        message if the enrollment is deleted or already has one. Return whether the mark is new."""
        if on_enrollment:
            try:
                transact(mark, on_enrollment)
            except TransactionFailed as failure:
                if failure.reasons[0].failed:
                    return False
            else:
                return True
        try:
            self.messages.table.write(mark)
        except ConditionFailed:
            return False
        return True

    def _event(self, name: str, message: Message, **data: bool) -> Event:
        """Return the event of a mark. It is idempotent: the same mark has the same event id."""
        machine = "/machine" if data.get("machine") else ""
        return self.caller.event(name, identity=f"{message.id}{machine}", **message.names(), **data)
