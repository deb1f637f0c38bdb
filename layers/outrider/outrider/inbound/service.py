"""Service that receives inbound email: replies, bounces and complaints."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
from outrider.kit.models import Model
from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger
from outrider.kit.text.addresses import folded
from outrider.messages.models import Message
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.sending.test_sends import is_test
from outrider.sequences.models import ReplyClass

_NOTICE_KINDS: dict[str, Kind] = {
    "hard": "hard",
    "soft": "soft",
    "delivered": "delivered",
    "delayed": "accepted",
}


class Received(Model):
    """Result of receiving an email. `message_id` is the sent message it is about, `reply_id` the
    stored reply."""

    kind: Literal["reply", "automatic", "report", "complaint", "own_copy", "test", "unmatched"]
    message_id: str | None = None
    reply_id: str | None = None
    classification: ReplyClass | None = None


@dataclass(frozen=True, slots=True)
class InboundService:
    """Processing of inbound email of all workspaces."""

    matching: Matching
    replies: Callable[[Caller], Replies]
    feedback: Callable[[Caller], Feedback]
    settling: Callable[[Caller], Settling]
    unmatched: UnmatchedMails

    def receive(self, raw: bytes, kept_at: str = "") -> Received:
        """Match an inbound email to the message it answers and record it; return what it was.
        `kept_at` is where the raw email is stored. Receiving the same email twice has no further
        effect. Raises Contended."""
        mail = IncomingMail.parse(raw)
        if any(is_test(quoted.partition("@")[0]) for quoted in mail.answers[:1]):
            return Received(kind="test")
        found = self.matching.answered(mail)
        if mail.kind in ("report", "complaint"):
            if found and (mail.reports or mail.kind == "complaint"):
                return self._record_report(*found, mail)
            return self._unmatched(mail, kept_at)
        if self.matching.is_own(mail, found):
            return Received(kind="own_copy")
        found = found or self.matching.written_to(mail)
        if found is None:
            return self._unmatched(mail, kept_at)
        return self._answer(*found, mail)

    def _answer(self, workspace: WorkspaceId, message: Message, mail: IncomingMail) -> Received:
        """Record a reply, and settle its message as sent if its outcome was unknown. A person's
        reply is recorded before that, so that no further step is sent in between. An automatic
        reply is recorded after it, because only then is there a next step to postpone."""
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

    def _record_report(
        self, workspace: WorkspaceId, message: Message, mail: IncomingMail
    ) -> Received:
        """Record the bounces and deliveries that a delivery status notification reports, or a
        complaint."""
        if mail.kind == "complaint":
            return self._complaint(workspace, message, mail)
        feedback = self.feedback(Caller.engine(workspace))
        about = [report for report in mail.reports if _is_about(report, message)]
        for report in about or mail.reports:
            kind, reason = _NOTICE_KINDS[report.delivery], report.reason
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
        """Record a spam complaint that a mailbox provider forwarded. It needs no further
        authentication: whoever knows the Message-ID has received the email, and may opt out."""
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
        """Record an unmatched email for the workspace it is addressed to. If several workspaces own
        the address, each one only learns that an email came, not its content."""
        owners: dict[str, VerifiedMailbox] = {}
        for mailbox in self.matching.addressed(mail):
            owners.setdefault(mailbox.workspace.public, mailbox)
        for mailbox in owners.values():
            caller = Caller.engine(mailbox.workspace)
            if len(owners) == 1:
                self.unmatched.record(caller, mailbox.mailbox_id, mail, kept_at)
            else:
                self.unmatched.record_ambiguous(caller, mailbox.mailbox_id, mail)
        if len(owners) != 1:
            logger().error(
                "inbound email matches no verified mailbox, or mailboxes of several workspaces",
                kept_at=kept_at,
                key=mail.key,
                workspaces=len(owners),
            )
            metrics.count("InboundFailures")
        return Received(kind="unmatched")


def _is_about(report: Report, message: Message) -> bool:
    """Return whether the report is about our recipient, rather than an address to which their
    mailbox or list forwards."""
    return folded(report.recipient) in ("", folded(message.recipient or ""))
