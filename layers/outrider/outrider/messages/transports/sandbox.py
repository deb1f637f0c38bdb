"""For test keys: nothing leaves; the message itself is the outbox."""

from dataclasses import dataclass

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import Outcome


@dataclass(frozen=True, slots=True)
class SandboxTransport:
    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> Outcome:  # noqa: ARG002
        return Outcome("accepted", "", message.id, f"{message.id}@sandbox.test")
