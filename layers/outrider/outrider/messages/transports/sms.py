"""Short messages, by Amazon SNS."""

from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, without_address
from outrider.messages.transports.aws_errors import answer_of, of_sns, outcome_of


class TextTransport(Protocol):
    def send(self, message: Message) -> SendOutcome:
        """Hand over the text of `message` to its recipient, a phone number, at most once. Never
        raises for what the provider or the network does."""


@dataclass(frozen=True, slots=True)
class SnsTransport:
    """Publish knows no repetition of a message to a phone, so the client never repeats a call."""

    def send(self, message: Message) -> SendOutcome:
        try:
            answer = clients.client("sns").publish(
                PhoneNumber=message.recipient, Message=message.text
            )
        except (BotoCoreError, ClientError) as error:
            outcome = outcome_of(error, of_sns(*answer_of(error)))
            return without_address(outcome, message.recipient or "")
        return SendOutcome("accepted", "", str(answer["MessageId"]))


@dataclass(frozen=True, slots=True)
class SandboxTexts:
    """For test keys: nothing leaves; the message itself is the outbox."""

    def send(self, message: Message) -> SendOutcome:
        return SendOutcome("accepted", "", message.id)
