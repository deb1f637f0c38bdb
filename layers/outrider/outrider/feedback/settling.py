"""Messages whose outcome was lost: whatever is heard of one proves that it went out.

The enrollment that was paused for it goes on as if the sending had been recorded at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.campaigns import branching, windows
from outrider.campaigns.models import UNKNOWN_OUTCOME, Campaign, Enrollment, step_message_id
from outrider.campaigns.repository import CampaignRepository
from outrider.kit import clock
from outrider.kit.dynamo import Action, TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.messages.models import Message
from outrider.messages.progress import Progress, continued
from outrider.messages.repository import MessageRepository
from outrider.messages.snapshot import Way
from outrider.sequences.repository import SequenceRepository, steps_from

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Settling:
    messages: MessageRepository
    campaigns: CampaignRepository
    sequences: SequenceRepository
    progress: Callable[[str], Progress]

    def settle(self, message: Message, provider_id: str, rfc_message_id: str) -> Message | None:
        """The message as it stands once it is known that it went out; None when it is gone. A
        worker that is just about to record it finds that done. Raises Contended."""
        for _ in range(_ATTEMPTS):
            found = self.messages.get(message.contact_id, message.id)
            if found is None or found.state not in ("sending", "unknown"):
                return found
            try:
                self._went_out(found, provider_id, rfc_message_id)
            except TransactionFailed:
                continue
        raise Contended("Others keep changing this message")

    def _went_out(self, message: Message, provider_id: str, rfc_message_id: str) -> None:
        progress = self.progress(message.campaign_id)
        enrollment = progress.enrollments.get(message.contact_id)
        campaign = self.campaigns.get(message.campaign_id)
        told = [progress.told(message, "sent")]
        if enrollment and campaign and enrollment.sending == message.id:
            way = self._way(enrollment, campaign)
            progress.sent(enrollment, message, way, rfc_message_id, provider_id)
            return
        record = (
            self.messages.sent(message, provider_id, rfc_message_id, told)
            if message.state == "sending"
            else self.messages.found(message, provider_id, rfc_message_id, told)
        )
        waits = (
            enrollment
            and enrollment.state == "paused"
            and enrollment.blocked_reason == UNKNOWN_OUTCOME
            and step_message_id(self.messages.workspace, enrollment, message.step_id) == message.id
            and enrollment.step_id == message.step_id
        )
        resumed: tuple[Action, ...] = ()
        if enrollment and campaign and waits:
            resumed = self._resumed(progress, enrollment, campaign, message, rfc_message_id)
        transact(record, progress.count(message, "sent"), *resumed)

    def _resumed(
        self,
        progress: Progress,
        enrollment: Enrollment,
        campaign: Campaign,
        message: Message,
        rfc_message_id: str,
    ) -> tuple[Action, ...]:
        way = self._way(enrollment, campaign)
        following = branching.step_after(way.steps, message.step_id)
        if following is None:
            return progress.endings.writes(enrollment, "finished", "completed")
        due = windows.due_after(clock.now(), following, way.settings, enrollment.timezone)
        resumed = enrollment.model_copy(
            update={
                "step_id": following.id,
                "due_at": clock.to_text(due),
                "thread": continued(enrollment.thread, message, rfc_message_id)
                or enrollment.thread,
            }
        )
        return (
            progress.enrollments.resume(enrollment, resumed, campaign.due_shards, []),
            progress.counters.add(active=1, paused=-1),
        )

    def _way(self, enrollment: Enrollment, campaign: Campaign) -> Way:
        steps = self.sequences.steps_of(enrollment.sequence_id, enrollment.steps_version)
        return Way(steps_from(steps or []), campaign.settings)
