"""Email transport through Amazon SES."""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, without_address
from outrider.messages.transports.aws_errors import answer_of, of_ses, outcome_of


@dataclass(frozen=True, slots=True)
class SesTransport:
    """Transport through SES. SendEmail has no idempotency token, so the client never retries a
    call."""

    workspace: str
    configuration_set: str = ""
    """Configuration set whose event destination publishes deliveries and bounces; if empty, none
    are published."""

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        configured = (
            {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        )
        try:
            answer = clients.client("sesv2").send_email(
                **configured,
                FromEmailAddress=mailbox.email,
                Destination={"ToAddresses": [message.recipient]},
                Content={"Raw": {"Data": mime}},
                EmailTags=[
                    {"Name": "message_id", "Value": message.id},
                    {"Name": "workspace_id", "Value": self.workspace},
                ],
            )
        except (BotoCoreError, ClientError) as error:
            recipient = message.recipient or ""
            verdict = of_ses(*answer_of(error), recipient)
            return without_address(outcome_of(error, verdict), recipient)
        provider_id = str(answer["MessageId"]).partition("@")[0]
        return SendOutcome("accepted", "", provider_id, message_id_of(provider_id))


def message_id_of(provider_id: str) -> str:
    """Return the Message-ID header of the email with this SES id, without <>."""
    return f"{provider_id}@{_ses_domain(clients.region())}"


def _ses_domain(region: str) -> str:
    """Return the domain of the Message-IDs that SES sets.

    Source: https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
    """
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
