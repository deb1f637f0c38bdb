"""What becomes of a mail after it was sent, noted the first time it is heard of.

Each mark is one transaction of the message, the statistics and, where a condition of a later step
asks for it, the enrollment, with the event. It is made once, however often it is asked for, and no
mark waits for another: they may come in any order, and before the sending itself is recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.statistics import Statistics
from outrider.kit import clock
from outrider.kit.dynamo import Action, TransactionFailed, transact
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
        return self._note(self.writes(message, "delivered_at", "delivered", at, [event]))

    def opened(self, message: Message, at: datetime, *, machine: bool) -> bool:
        """A machine's opening says nothing about the person (`messages.machines`)."""
        event = self._event("email.opened", message, machine=machine)
        if machine:
            writes = self.writes(message, "machine_opened_at", "opened_by_machine", at, [event])
            return self._note(writes)
        writes = self.writes(message, "opened_at", "opened", at, [event])
        return self._note(writes, self._first(message, "opened_at", at))

    def clicked(self, message: Message, at: datetime) -> bool:
        event = self._event("email.clicked", message)
        writes = self.writes(message, "clicked_at", "clicked", at, [event])
        return self._note(writes, self._first(message, "clicked_at", at))

    def writes(
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
            self.messages.mark(message, time, clock.to_text(at), events),
            self.statistics(message.campaign_id).add(
                at.date(), message.step_id, message.variant_id, counted_as
            ),
        )

    def _first(
        self, message: Message, time: Literal["opened_at", "clicked_at"], at: datetime
    ) -> Action:
        return self.enrollments(message.campaign_id).note_first(
            message.contact_id, time, clock.to_text(at), written_at=message.created_at
        )

    def _note(self, writes: Sequence[Action], on_enrollment: Action | None = None) -> bool:
        """The enrollment may have its mark from another mail, or be gone."""
        for also in ([on_enrollment], []) if on_enrollment else ([],):
            try:
                transact(*writes, *also)
            except TransactionFailed as failure:
                if failure.reasons[0].failed:
                    return False
            else:
                return True
        raise AssertionError("the statistics have no condition")

    def _event(self, name: str, message: Message, **data: bool) -> Event:
        """That of the same mark has the same id."""
        machine = "/machine" if data.get("machine") else ""
        return self.caller.event(name, identity=f"{message.id}{machine}", **message.names(), **data)
