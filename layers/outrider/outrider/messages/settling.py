"""Messages whose outcome was lost: whatever is heard of one proves that it went out, and where
nothing is, a person says what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.models import Said
from outrider.campaigns.repository import CampaignRepository
from outrider.kit.dynamo import TransactionFailed, transact
from outrider.kit.errors import Conflict, Contended
from outrider.messages.errors import MessageNotFound
from outrider.messages.models import Message
from outrider.messages.progress import Progress
from outrider.messages.repository import MessageRepository
from outrider.messages.snapshot import Way
from outrider.messages.unknowns import Unknowns
from outrider.sequences.repository import SequenceRepository

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Settling:
    """Each message is settled once: by what is heard of it, or by who says it first."""

    caller: Caller
    messages: MessageRepository
    campaigns: CampaignRepository
    sequences: SequenceRepository
    progress: Callable[[str], Progress]
    unknowns: Unknowns

    def went_out(
        self, message: Message, provider_id: str = "", rfc_message_id: str = ""
    ) -> Message | None:
        """The message as it stands once it is known that it went out; None when it is gone. A
        worker that is just about to record it finds that done. Raises Contended."""
        for _ in range(_ATTEMPTS):
            found = self.messages.get(message.contact_id, message.id)
            if found is None or not found.is_uncertain:
                return found
            try:
                if found.state == "unknown":
                    transact(*self.unknowns.writes(found, "sent", provider_id, rfc_message_id))
                else:
                    self._record(found, provider_id, rfc_message_id)
            except TransactionFailed:
                continue
        raise _contended()

    def say(self, message_id: str, said: Said) -> Message:
        """The message as it is by a person's word; nothing is sent by it but what comes next for
        an enrollment that waits for that. Raises MessageNotFound, Conflict when the message is not
        unknown (any more), and Contended."""
        self.caller.begin()
        for _ in range(_ATTEMPTS):
            found = self.messages.find_whole(message_id)
            if found is None:
                raise MessageNotFound
            if found.state != "unknown":
                raise Conflict(
                    f"Only a message that is unknown can be settled: this is {found.state}"
                )
            settled = found.settled(said)
            try:
                transact(*self.unknowns.writes(found, said), *self.caller.keep(settled))
            except TransactionFailed:
                continue
            return settled
        raise _contended()

    def _record(self, message: Message, provider_id: str, rfc_message_id: str) -> None:
        """What its worker would have recorded."""
        progress = self.progress(message.campaign_id)
        enrollment = progress.enrollments.get(message.contact_id)
        campaign = self.campaigns.get(message.campaign_id)
        if enrollment and campaign and enrollment.sending == message.id:
            steps = self.sequences.steps_of(enrollment.sequence_id, enrollment.steps_version)
            way = Way(steps or [], campaign.settings)
            progress.sent(enrollment, message, way, rfc_message_id, provider_id)
            return
        told = [progress.told(message, "sent")]
        transact(
            self.messages.sent(message, provider_id, rfc_message_id, told),
            progress.count(message, "sent"),
        )


def _contended() -> Contended:
    return Contended("Others keep changing this message")
