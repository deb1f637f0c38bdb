"""Transport of SMS messages through Amazon SNS."""

from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, without_address
from outrider.messages.transports.aws_errors import answer_of, of_sns, outcome_of


class TextTransport(Protocol):
    def send(self, message: Message) -> SendOutcome:
        """Hand over the text of `message` to its recipient, a phone number, at most once. Errors of
        the provider or the network are part of the outcome and never raised."""


@dataclass(frozen=True, slots=True)
class SnsTransport:
    """Transport through SNS. Publish has no idempotency token for SMS, so the client never retries
    a call."""

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
    """Transport for test keys: nothing is sent; the stored message is the outbox."""

    def send(self, message: Message) -> SendOutcome:
        return SendOutcome("accepted", "", message.id)
