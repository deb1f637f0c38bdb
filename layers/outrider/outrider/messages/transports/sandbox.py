"""Email transport for test keys: nothing is sent; the stored message is the outbox."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, always


@dataclass(frozen=True, slots=True)
class SandboxTransport:
    def send(
        self,
        message: Message,
        mailbox: Mailbox,  # noqa: ARG002
        mime: bytes,  # noqa: ARG002
        may_send: Callable[[], bool] = always,  # noqa: ARG002
    ) -> SendOutcome:
        return SendOutcome("accepted", "", message.id, f"{message.id}@sandbox.test")
