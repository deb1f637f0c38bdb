"""Emails of the stack itself, through Amazon SES: not on behalf of a workspace."""

from email.message import EmailMessage

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients


class NotTaken(Exception):
    """SES did not take the email, or did not answer. The text says which."""


def send(sender: str, to: str, subject: str, text: str) -> None:
    """Send an email, at most once. Raises NotTaken.

    Auto-Submitted (RFC 3834) keeps the vacation notices of others away.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    try:
        clients.client("sesv2").send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": mail.as_bytes()}},
        )
    except ClientError as error:
        raise NotTaken(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise NotTaken(type(error).__name__) from error
