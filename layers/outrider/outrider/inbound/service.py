"""What an incoming mail changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.contacts.service import ContactService
from outrider.inbound.mail import IncomingMail
from outrider.messages.models import Message
from outrider.messages.repository import SentMessages


class Received(BaseModel):
    """What an incoming mail was taken for; `message_id` is the message of ours it answers."""

    kind: Literal["reply", "automatic", "unmatched"]
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class InboundService:
    sent: SentMessages
    contacts: Callable[[Caller], ContactService]
    enrollments: Callable[[Caller, str], EnrollmentRepository]

    def receive(self, raw: bytes) -> Received:
        """Match a mail to what it answers and record the reply. Receiving it twice is the same as
        once: the event has the same id."""
        mail = IncomingMail.parse(raw)
        if mail.kind != "person":
            return Received(kind="automatic")
        for quoted in mail.answers:
            if found := self.sent.find(quoted):
                workspace, message = found
                self._record(Caller.engine(workspace), message, mail)
                return Received(kind="reply", message_id=message.id)
        return Received(kind="unmatched")

    def _record(self, caller: Caller, message: Message, mail: IncomingMail) -> None:
        received = caller.event(
            "reply.received",
            identity=mail.message_id or message.id,
            classification="unclassified",
            **message.names(),
        )
        self.enrollments(caller, message.campaign_id).record_reply(message.contact_id, [received])
        self.contacts(caller).record_reply(message.contact_id)
