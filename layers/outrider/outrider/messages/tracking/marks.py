"""What becomes of a mail after it was sent, noted the first time it is heard of.

A mark is one conditional update of the message, with its event; where a condition of a later step
asks for it, in a transaction with the enrollment. It is made once, however often it is asked for,
and no mark waits for another: they may come in any order. The relay counts them (`counting.py`).
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
    """Marks on messages of one workspace. `at` is when it happened; it counts for that day (UTC).
    Each gives whether it was the first time; False also for a message that is gone."""

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
        """A machine's opening says nothing about the person (`messages.machines`)."""
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
        """A mark for a transaction with more in it: the first of its conditions fails when it was
        made before."""
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
        """The enrollment may have its mark from another mail, or be gone."""
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
        """That of the same mark has the same id."""
        machine = "/machine" if data.get("machine") else ""
        return self.caller.event(name, identity=f"{message.id}{machine}", **message.names(), **data)
