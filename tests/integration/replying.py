"""Mails that come in, as programs of recipients and mail servers write them."""

import base64
import json
from typing import Any

from tests.harness.cloud import Cloud
from tests.harness.mail import Mail


def a_reply(mail: Mail, text: str = "We have a supplier already.", **headers: str) -> bytes:
    """An answer of the recipient to a mail of ours; a header of "" is left out."""
    lines = {
        "From": mail.recipients[0],
        "To": mail.sender,
        "Subject": f"Re: {mail.message['Subject']}",
        "Message-ID": "<answer-1@example.com>",
        "In-Reply-To": f"<{mail.message_id}@email.amazonses.com>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def a_dsn(mail: Mail, status: str = "5.1.1") -> bytes:
    return f"""\
From: MAILER-DAEMON@mx.example.com
To: {mail.sender}
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-1@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {mail.recipients[0]}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
Content-Type: text/rfc822-headers

Message-ID: <{mail.message_id}@email.amazonses.com>

--b--
""".encode()


def a_complaint(mail: Mail) -> bytes:
    return f"""\
From: feedback@arf.example.com
To: {mail.sender}
Subject: FW: {mail.message["Subject"]}
Message-ID: <arf-1@arf.example.com>
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: FBL/1
Version: 1

--b
Content-Type: message/rfc822

Message-ID: <{mail.message_id}@email.amazonses.com>

Hi

--b--
""".encode()


def take(cloud: Cloud, raw: bytes) -> dict[str, Any]:
    """Hand a mail to the product directly."""
    event = {"raw_base64": base64.b64encode(raw).decode()}
    answer: dict[str, Any] = cloud.invoke("inbound_receive", event)
    return answer


def put_into_bucket(cloud: Cloud, raw: bytes, key: str = "inbound/mail-1") -> None:
    """As SES does with a mail that it takes."""
    cloud.put_file(key, raw)


def record(key: str) -> dict[str, Any]:
    """The queue's record of such a mail."""
    return {
        "Records": [{"messageId": "1", "body": json.dumps({"detail": {"object": {"key": key}}})}]
    }
