"""Short messages, by Amazon SNS."""

from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from outrider.kit import aws
from outrider.messages.models import Message
from outrider.messages.transports import Outcome

_REFUSED = {"InvalidParameter", "InvalidParameterValue", "OptedOut", "EndpointDisabled"}
"""What SNS says of one message: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


class TextTransport(Protocol):
    def send(self, message: Message) -> Outcome:
        """Hand over the text of `message` to its recipient, a phone number, at most once. Never
        raises for what the provider or the network does."""


@dataclass(frozen=True, slots=True)
class SnsTransport:
    """Publish knows no repetition of a message to a phone, so the client never repeats a call."""

    def send(self, message: Message) -> Outcome:
        try:
            answer = aws.client("sns").publish(PhoneNumber=message.recipient, Message=message.text)
        except ClientError as error:
            return _refusal(error)
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            return Outcome("not_accepted", type(error).__name__)
        except BotoCoreError as error:
            return Outcome("unknown", type(error).__name__)
        return Outcome("accepted", "", str(answer["MessageId"]))


@dataclass(frozen=True, slots=True)
class SandboxTexts:
    """For test keys: nothing leaves; the message itself is the outbox."""

    def send(self, message: Message) -> Outcome:
        return Outcome("accepted", "", message.id)


def _refusal(error: ClientError) -> Outcome:
    code = error.response["Error"]["Code"]
    if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return Outcome("unknown", code)
    return Outcome("refused" if code in _REFUSED else "not_accepted", code)
