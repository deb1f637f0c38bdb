"""What a person says about a message of which nobody knew whether it went out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollment_service import Said
from outrider.campaigns.models import Enrollment, StepJob, Thread
from outrider.campaigns.statistics import Statistics
from outrider.kit import clock
from outrider.kit.dynamo import Action
from outrider.kit.errors import Conflict
from outrider.messages.progress import continued
from outrider.messages.repository import MessageRepository


@dataclass(frozen=True, slots=True)
class Unknowns:
    caller: Caller
    messages: MessageRepository
    statistics: Callable[[str], Statistics]

    def settle(self, enrollment: Enrollment, said: Said) -> tuple[Sequence[Action], Thread | None]:
        """The writes that settle the message of the step to come, and the thread there is then.
        They fail when its provider has told meanwhile what became of it. Raises Conflict when there
        is no such message."""
        message_id = StepJob.of(self.caller.workspace, enrollment).message_id
        message = self.messages.get(enrollment.contact_id, message_id)
        if message is None or message.state != "unknown":
            raise Conflict("The message of this step is known to be settled; ask again")
        counted = self.statistics(enrollment.campaign_id).add(
            clock.now().date(), message.step_id, message.variant_id, _COUNTED[said]
        )
        event = self.caller.event(
            f"{message.family}.{_COUNTED[said]}", identity=message.id, **message.names()
        )
        if said == "sent":
            thread = continued(enrollment.thread, message, "")
            return [self.messages.found(message, "", "", [event]), counted], thread
        return [self.messages.found_not_sent(message, [event]), counted], enrollment.thread


_COUNTED: dict[Said, str] = {"sent": "sent", "not_sent": "failed"}
