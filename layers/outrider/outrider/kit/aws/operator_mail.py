"""Emails from the stack itself (not on behalf of a workspace), sent through Amazon SES."""

from email.message import EmailMessage

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients


class NotTaken(Exception):
    """SES rejected the email or did not respond; the text is the error code."""


def send(sender: str, to: str, subject: str, text: str) -> None:
    """Send an email, at most once. Raises NotTaken.

    The header `Auto-Submitted` (RFC 3834) prevents out-of-office replies.
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
