"""What those do who get mails from a local stack."""

from email.message import EmailMessage
from urllib.parse import urlsplit

from local.processed import STACK
from tests.e2e.running import LocalStack, Reply, send

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def press_unsubscribe(stack: LocalStack, link: str) -> Reply:
    """As a mail program does it for its user (RFC 8058). The API's own address leads to AWS; here
    the gateway stands in its place."""
    path = urlsplit(link.strip("<>")).path
    return send("POST", stack.local["base_url"] + path, b"List-Unsubscribe=One-Click", _FORM)


def answer(stack: LocalStack, mail: EmailMessage, text: str) -> None:
    """Put an answer to the mail where SES puts what it takes."""
    files = stack.client("s3")
    names = [each["Name"] for each in files.list_buckets()["Buckets"]]
    (bucket,) = (name for name in names if name.startswith(STACK) and "files" in name)
    reply = EmailMessage()
    reply["From"], reply["To"] = mail["To"], mail["From"]
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["Message-ID"] = "<answer@engine.example>"
    reply["In-Reply-To"] = mail["Message-ID"]
    reply.set_content(text)
    files.put_object(Bucket=bucket, Key="inbound/answer", Body=reply.as_bytes())
