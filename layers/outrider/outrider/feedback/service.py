"""What a notice about a mail changes. Any notice may come twice, late, or before others that were
made earlier; each thing is noted once, and nothing that is known is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller, WorkspaceId
from outrider.feedback.guardrails import Guardrails
from outrider.feedback.notices import Kind, Notice
from outrider.feedback.rejections import Rejections
from outrider.kit import clock
from outrider.messages.bounces.reasons import Diagnosis
from outrider.messages.bounces.service import Bounces
from outrider.messages.models import Message
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.repository import MessageRepository, SentMessages
from outrider.messages.tracking.marks import Marks
from outrider.messages.tracking.opt_out import OptOuts

_RECORD_LAG = timedelta(minutes=30)
"""How long after it was sent a mail may still be recorded: its worker died, and the lease of its
claim has to run out first. The queue brings a notice that comes before that again."""


class NotYetKnown(Exception):
    """A mail that we sent is not recorded yet."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What becomes of mails of one workspace."""

    settling: Settling
    marks: Marks
    bounces: Bounces
    opt_outs: OptOuts
    rejections: Rejections
    guardrails: Guardrails

    def note(
        self,
        message: Message,
        kind: Kind,
        notice: Notice,
        rfc_message_id: str = "",
    ) -> None:
        """`rfc_message_id` is that of the mail, for a message whose outcome was lost. What the
        message has noted is not written again: mail programs open a mail many times."""
        found = self.settling.went_out(message, notice.provider_id, rfc_message_id)
        if found is None:
            return
        match kind:
            case "accepted":
                pass
            case "delivered":
                if not found.delivered_at:
                    self.marks.delivered(found, notice.at)
            case "hard" | "soft":
                self.bounces.record(
                    found,
                    Diagnosis(kind, notice.reason),
                    notice.at,
                    notice.detail,
                    everywhere=notice.attested,
                )
                self.guardrails.check(found)
            case "complained":
                self.opt_outs.record(
                    found.contact_id, found.id, "complained", clock.now(), "complaint"
                )
                self.guardrails.check(found)
            case "rejected":
                self.rejections.record(found, notice.detail)


@dataclass(frozen=True, slots=True)
class FeedbackService:
    sent: SentMessages
    messages: Callable[[WorkspaceId], MessageRepository]
    feedback: Callable[[Caller], Feedback]
    message_id_of: Callable[[str], str]
    """The Message-ID that the provider gives the mail of this id."""

    def receive(self, notice: Notice) -> Message | None:
        """Return the message it is about, when it is one of ours. Raises NotYetKnown when that is
        not recorded yet: the notice has to come again."""
        known = self._known(notice)
        if known is None:
            if notice.message_id and notice.at > clock.now() - _RECORD_LAG:
                raise NotYetKnown(notice.message_id)
            return None
        workspace, message = known
        rfc_message_id = self.message_id_of(notice.provider_id)
        self.feedback(Caller.engine(workspace)).note(message, notice.kind, notice, rfc_message_id)
        return message

    def _known(self, notice: Notice) -> tuple[WorkspaceId, Message] | None:
        """By the tags it was sent with: these also name a message whose outcome was lost.

        The message may be read as it was a moment ago: whatever a notice changes has a condition,
        or is read again. That there is none is looked at twice.
        """
        if notice.message_id:
            workspace = WorkspaceId.of(notice.workspace_id, "live")
            messages, named = self.messages(workspace), notice.message_id
            message = messages.find(named, newest=False) or messages.find(named)
            if message is not None:
                return workspace, message
        return self.sent.find(notice.provider_id)
