"""Delivery status notifications (RFC 3464): what a mail server says became of a mail of ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from outrider.inbound import mime

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MAX_RECIPIENTS = 20

Delivery = Literal["hard", "soft", "delivered", "delayed"]

_ABOUT_THE_MAIL = re.compile(r"5\.(?:2\.[23]|3\.4|6\.|7\.)")
"""Mailbox full, mail too large, content not taken, refused by policy: they say nothing against the
address. SES calls the same a transient bounce."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the mail to one recipient. `status` is its code (RFC 3463)."""

    recipient: str
    delivery: Delivery
    status: str
    detail: str


def is_report(mail: Message) -> bool:
    return mime.content_type(mail) == "multipart/report" and (
        mime.parameter(mail, "report-type") in ("", "delivery-status")
    )


def read(mail: Message) -> list[Report]:
    """What a notification says of each recipient; empty where nothing is understood."""
    found = []
    for part in mime.parts(mail):
        if mime.content_type(part) in (
            "message/delivery-status",
            "message/global-delivery-status",
        ):
            for fields in _groups(part):
                if report := _report(fields):
                    found.append(report)
    return found[:_MAX_RECIPIENTS]


def original_ids(mail: Message) -> list[str]:
    """Message-IDs of the mail a notification is about, from what it gives back of it."""
    ids: list[str] = []
    for part in mime.parts(mail):
        kind = mime.content_type(part)
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            ids += re.findall(
                r"^Message-ID:\s*<([^<>\s]{1,900})>", mime.body_of(part), re.IGNORECASE | re.M
            )
        elif part is not mail:
            ids += _MESSAGE_ID.findall(mime.header(part, "Message-ID"))
    return list(dict.fromkeys(ids))[:_MAX_RECIPIENTS]


def _groups(part: Message) -> Iterator[Message]:
    """The groups of fields of a notification's machine-readable part: Python parses each as a mail
    of its own."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from [group for group in payload if isinstance(group, Message)][:50]


def _report(fields: Message) -> Report | None:
    action = mime.header(fields, "Action").split(" ")[0].lower().rstrip(";")
    if not action:
        return None
    found = _STATUS.search(mime.header(fields, "Status"))
    detail = mime.header(fields, "Diagnostic-Code")
    found = found or _STATUS.search(detail)
    status = found[1] if found else ""
    recipient = mime.header(fields, "Final-Recipient") or mime.header(fields, "Original-Recipient")
    return Report(
        recipient=recipient.rpartition(";")[2].strip().strip("<>"),
        delivery=_delivery(action, status),
        status=status,
        detail=detail[:500],
    )


def _delivery(action: str, status: str) -> Delivery:
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    if action != "failed":
        return "delayed"
    if status.startswith("4") or not status or _ABOUT_THE_MAIL.match(status):
        return "soft"
    return "hard"
