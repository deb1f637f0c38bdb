"""What is told of a mail of ours by machines: delivery status notifications (RFC 3464) of mail
servers, and complaints of recipients (RFC 5965) that their providers pass on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from outrider.inbound import diagnoses, mime

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_MAX_RECIPIENTS = 20

Delivery = Literal["hard", "soft", "delivered", "delayed"]

_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINTS = ("abuse", "fraud", "opt-out", "opt-out-list")
"""Feedback types that say that the recipient does not want the mail."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the mail to one recipient. `status` is its code (RFC 3463)."""

    recipient: str
    delivery: Delivery
    status: str
    detail: str


def is_report(mail: Message) -> bool:
    """Whether it is a notification, or something wrapped one, as virus scanners do."""
    return any(
        mime.content_type(part) in _STATUS_PARTS
        or (
            mime.content_type(part) == "multipart/report"
            and mime.parameter(part, "report-type") in ("", "delivery-status")
        )
        for part in _own_parts(mail)
    )


def is_complaint(mail: Message) -> bool:
    """Whether a provider says with it that a recipient complained about a mail."""
    return any(
        _field(part, "Feedback-Type").lower() in _COMPLAINTS
        for part in _own_parts(mail)
        if mime.content_type(part) == "message/feedback-report"
    )


def read(mail: Message) -> list[Report]:
    """What a notification says of each recipient; empty where nothing is understood."""
    found = []
    for part in mime.parts(mail):
        if mime.content_type(part) in _STATUS_PARTS:
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


def _own_parts(mail: Message) -> Iterator[Message]:
    """The mail and its parts, but not those of the mails it has within."""
    yield mail
    if mime.content_type(mail).startswith("multipart/"):
        for part in _groups(mail):
            yield from _own_parts(part)


def _field(part: Message, name: str) -> str:
    """A field of a part whose content has the form of headers: Python parses some of these types,
    and leaves others as text."""
    if groups := list(_groups(part)):
        return mime.header(groups[0], name)
    found = re.search(rf"^{name}:[ \t]*(\S+)", mime.body_of(part), re.IGNORECASE | re.M)
    return found[1] if found else ""


def _groups(part: Message) -> Iterator[Message]:
    """The parts of a part. Of the machine-readable part of a notification these are its groups of
    fields: Python parses each as a mail of its own."""
    if part.is_multipart():
        payload = part.get_payload()
        yield from [group for group in payload if isinstance(group, Message)][:50]


def _report(fields: Message) -> Report | None:
    action = mime.header(fields, "Action").split(" ")[0].lower().rstrip(";")
    if not action:
        return None
    detail = mime.header(fields, "Diagnostic-Code")
    status = diagnoses.code_of(mime.header(fields, "Status"), detail)
    recipient = mime.header(fields, "Final-Recipient") or mime.header(fields, "Original-Recipient")
    return Report(
        recipient=recipient.rpartition(";")[2].strip().strip("<>"),
        delivery=_delivery(action, status, detail),
        status=status,
        detail=detail[:500],
    )


def _delivery(action: str, status: str, detail: str) -> Delivery:
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    return diagnoses.verdict(status, detail) if action == "failed" else "delayed"
