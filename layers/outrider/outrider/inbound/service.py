"""What an incoming mail is taken for, and what it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from outrider.access.models import Caller, WorkspaceId
from outrider.feedback.notices import Kind, Notice
from outrider.feedback.service import Feedback
from outrider.inbound.classification.verdict import judge
from outrider.inbound.mail.message import IncomingMail
from outrider.inbound.replies.matching import Matching, VerifiedMailbox
from outrider.inbound.replies.recording import Replies
from outrider.inbound.replies.unmatched import UnmatchedMails
from outrider.inbound.reports.delivery_status import Report
from outrider.kit import clock
from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger
from outrider.kit.text.addresses import folded
from outrider.messages.models import Message
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.sending.test_sends import is_test
from outrider.sequences.models import ReplyClass

_HEARD: dict[str, Kind] = {
    "hard": "hard",
    "soft": "soft",
    "delivered": "delivered",
    "delayed": "accepted",
}


class Received(BaseModel):
    """What an incoming mail was taken for; `message_id` is the message of ours it is about,
    `reply_id` the answer as it is kept."""

    kind: Literal["reply", "automatic", "report", "complaint", "own_copy", "test", "unmatched"]
    message_id: str | None = None
    reply_id: str | None = None
    classification: ReplyClass | None = None


@dataclass(frozen=True, slots=True)
class InboundService:
    matching: Matching
    replies: Callable[[Caller], Replies]
    feedback: Callable[[Caller], Feedback]
    settling: Callable[[Caller], Settling]
    unmatched: UnmatchedMails

    def receive(self, raw: bytes, kept_at: str = "") -> Received:
        """Match a mail to what it answers and record it; `kept_at` is where it lies. Receiving it
        twice is the same as once."""
        mail = IncomingMail.parse(raw)
        if any(is_test(quoted.partition("@")[0]) for quoted in mail.answers[:1]):
            return Received(kind="test")
        found = self.matching.answered(mail)
        if mail.kind in ("report", "complaint"):
            if found and (mail.reports or mail.kind == "complaint"):
                return self._told(*found, mail)
            return self._unmatched(mail, kept_at)
        if self.matching.is_own(mail, found):
            return Received(kind="own_copy")
        found = found or self.matching.written_to(mail)
        if found is None:
            return self._unmatched(mail, kept_at)
        return self._answer(*found, mail)

    def _answer(self, workspace: WorkspaceId, message: Message, mail: IncomingMail) -> Received:
        """An answer also settles a message of which nobody knew whether it went out. What a person
        says comes before that: nothing more may be sent to them meanwhile. A machine's word comes
        behind, so that what is to come then is put off."""
        caller = Caller.engine(workspace)
        mail = mail.answering(self.matching.as_sent(workspace, message))
        judgement = judge(mail, clock.now().date())
        settles = message.state == "unknown" and self.matching.is_proof(mail, workspace, message)
        if settles and judgement.by_machine:
            self.settling(caller).went_out(message)
        reply = self.replies(caller).record(message, mail, judgement)
        if settles and not judgement.by_machine:
            self.settling(caller).went_out(message)
        return Received(
            kind="automatic" if judgement.by_machine else "reply",
            message_id=message.id,
            reply_id=reply.id if reply else None,
            classification=judgement.value,
        )

    def _told(self, workspace: WorkspaceId, message: Message, mail: IncomingMail) -> Received:
        """A machine tells what became of the message."""
        if mail.kind == "complaint":
            return self._complaint(workspace, message, mail)
        feedback = self.feedback(Caller.engine(workspace))
        about = [report for report in mail.reports if _is_about(report, message)]
        for report in about or mail.reports:
            kind, reason = _HEARD[report.delivery], report.reason
            if kind in ("hard", "soft") and not about:
                kind, reason = "soft", "forwarding"
            notice = Notice(
                kind=kind,
                reason=reason,
                at=clock.now(),
                provider_id=message.provider_id or message.id,
                detail=f"{report.status} {report.detail}".strip()[:500],
                attested=False,
            )
            feedback.note(message, notice.kind, notice, message.rfc_message_id or mail.answers[0])
        return Received(kind="report", message_id=message.id)

    def _complaint(self, workspace: WorkspaceId, message: Message, mail: IncomingMail) -> Received:
        """A provider says that the recipient complained: whoever knows the Message-ID has the mail,
        and may say no to further ones."""
        notice = Notice(
            kind="complained",
            at=clock.now(),
            provider_id=message.provider_id or message.id,
            attested=False,
        )
        feedback = self.feedback(Caller.engine(workspace))
        feedback.note(message, notice.kind, notice, message.rfc_message_id or mail.answers[0])
        return Received(kind="complaint", message_id=message.id)

    def _unmatched(self, mail: IncomingMail, kept_at: str) -> Received:
        """It is told where it was meant for. Where that may be several workspaces, each is told
        that a mail came, and none what was written."""
        owners: dict[str, VerifiedMailbox] = {}
        for place in self.matching.places(mail):
            owners.setdefault(place.workspace.public, place)
        for place in owners.values():
            caller = Caller.engine(place.workspace)
            if len(owners) == 1:
                self.unmatched.tell(caller, place.mailbox_id, mail, kept_at)
            else:
                self.unmatched.count(caller, place.mailbox_id, mail)
        if len(owners) != 1:
            logger().error(
                "a mail for no mailbox of ours, or for those of several workspaces",
                kept_at=kept_at,
                key=mail.key,
                workspaces=len(owners),
            )
            metrics.count("InboundFailures")
        return Received(kind="unmatched")


def _is_about(report: Report, message: Message) -> bool:
    """Whether it is our recipient who cannot be reached, and not one of those that a list or a
    forwarding of theirs leads to."""
    return folded(report.recipient) in ("", folded(message.recipient or ""))
