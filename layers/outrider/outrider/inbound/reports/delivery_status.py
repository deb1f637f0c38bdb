"""Machine reports about sent email: delivery status notifications (RFC 3464), plain-text bounces of
mail servers, and complaints in the Abuse Reporting Format (ARF, RFC 5965)."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from typing import Literal

from outrider.inbound.mail import forwards, mime
from outrider.inbound.reports import plain_text
from outrider.messages.bounces import diagnosis
from outrider.messages.bounces.reasons import BounceReason

_IDS = re.compile(r"<([^<>\s]{1,900})>")
_IDS_IN_TEXT = re.compile(
    r"^[ \t>|]{0,20}Message-ID:\s{0,80}<?([^<>\s]{3,900}@[^<>\s]{1,255})>?",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_IDS = 20
_MAX_DETAIL = 500

Delivery = Literal["hard", "soft", "delivered", "delayed"]

_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_HEADER_PARTS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_COMPLAINTS = ("abuse", "fraud", "opt-out", "opt-out-list", "complaint")
"""ARF feedback types that mean that the recipient does not want the email."""
_JMRP = "X-HmXmrOriginalRecipient"
"""Outlook.com's junk email reporting program returns the email with this header, without an ARF
part."""


@dataclass(frozen=True, slots=True)
class Report:
    """Delivery result for one recipient. `status` is the enhanced status code (RFC 3463)."""

    recipient: str
    delivery: Delivery
    status: str
    detail: str
    reason: BounceReason = "unknown"


def find_report(mail: Message, depth: int = 0) -> Message | None:
    """Return the email that holds a delivery report: this one, or one that a forwarding rule,
    scanner or person has enclosed in it; None if there is none. An email that encloses a report but
    has text of its own, or is a reply, does not count as a report."""
    if any(_is_status(part) for part in _own_parts(mail)) or plain_text.read(mail):
        return mail
    if depth > 1:
        return None
    forwarded = forwards.within(mail)
    if forwarded and (found := find_report(forwarded, depth + 1)):
        return found
    if "In-Reply-To" in mail or _has_words(mail):
        return None
    within = (inner for part in _own_parts(mail) for inner in _enclosed(part))
    return next((found for inner in within if (found := find_report(inner, depth + 1))), None)


def is_complaint(mail: Message) -> bool:
    """Return whether the email is a spam complaint forwarded by the recipient's mailbox
    provider."""
    parts = list(_own_parts(mail))
    kinds = [
        _field(part, "Feedback-Type").lower() for part in parts if _is(part, "feedback-report")
    ]
    if kinds:
        return any(kind in _COMPLAINTS for kind in kinds)
    return any(_JMRP in inner for part in parts for inner in _enclosed(part))


def read(report_mail: Message) -> list[Report]:
    """Return the delivery results of a report, one for each recipient; empty if it cannot be
    parsed."""
    found = [
        report
        for part in _own_parts(report_mail)
        if mime.content_type(part) in _STATUS_PARTS
        for fields in _groups(part)
        if (report := _report(fields, report_mail))
    ]
    found = found or [_of_text(each) for each in plain_text.read(report_mail)]
    return found[: plain_text.MAX_RECIPIENTS]


def original_ids(mail: Message) -> list[str]:
    """Return the Message-IDs that the report contains of the returned email, followed by those in
    its References header."""
    ids: list[str] = []
    answered: list[str] = []
    for part in mime.parts(mail):
        kind = mime.content_type(part)
        if part is not mail:
            ids += _IDS.findall(mime.header(part, "Message-ID"))
            answered += reversed(_IDS.findall(mime.header(part, "References")))
        if kind in _HEADER_PARTS or kind.startswith("text/"):
            ids += _IDS_IN_TEXT.findall(mime.body_of(part))
    return list(dict.fromkeys(ids))[:_MAX_IDS] + list(dict.fromkeys(answered))[:_MAX_IDS]


def _has_words(mail: Message) -> bool:
    own = (part for part in _own_parts(mail) if not part.is_multipart())
    return any(
        mime.content_type(part).startswith("text/") and mime.body_of(part).strip() for part in own
    )


def _is_status(part: Message) -> bool:
    return mime.content_type(part) in _STATUS_PARTS or (
        mime.content_type(part) == "multipart/report"
        and mime.parameter(part, "report-type") in ("", "delivery-status")
    )


def _is(part: Message, kind: str) -> bool:
    return mime.content_type(part) == f"message/{kind}"


def _own_parts(mail: Message) -> Iterator[Message]:
    """Yield the email and its MIME parts, without those of enclosed emails."""
    yield mail
    if mime.content_type(mail).startswith("multipart/"):
        for part in _parts(mail):
            yield from _own_parts(part)


def _enclosed(part: Message) -> Iterator[Message]:
    if _is(part, "rfc822") or _is(part, "global"):
        yield from _parts(part)


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload() if part.is_multipart() else ()
    return [each for each in payload if isinstance(each, Message)][:50]


def _field(part: Message, name: str) -> str:
    return next((value for group in _groups(part) if (value := mime.header(group, name))), "")


def _groups(part: Message) -> list[Message]:
    """Return the field groups of a machine-readable part. Python parses each as an email of its
    own, but leaves text if the part is encoded or of an unknown type."""
    groups = _parts(part)
    encoding = mime.header(part, "Content-Transfer-Encoding").lower()
    encoded = encoding in ("base64", "quoted-printable")
    if groups and not encoded and not _is(part, "global-delivery-status"):
        return groups
    text = "\n\n".join(map(_as_text, groups)) or mime.body_of(part)
    text = _decoded(text[: mime.MAX_TEXT], encoding) if groups else text
    return [message_from_string(group) for group in re.split(r"\n\s*\n", text.strip())[:50]]


def _as_text(group: Message) -> str:
    fields = "".join(f"{name}: {value}\n" for name, value in group.items())
    return f"{fields}\n{group.get_payload()}".strip()


def _decoded(text: str, encoding: str) -> str:
    data = text.encode("ascii", "ignore")
    try:
        decoded = base64.b64decode(data) if encoding == "base64" else quopri.decodestring(data)
    except (ValueError, binascii.Error):
        return text
    return decoded.decode("utf-8", "replace").replace("\r\n", "\n")


def _report(fields: Message, report_mail: Message) -> Report | None:
    code = mime.header(fields, "Status")
    recipient = _recipient(fields)
    action = mime.header(fields, "Action").split(" ")[0].lower().strip(";,.")
    if not action and not (code and recipient):
        return None
    detail = mime.header(fields, "Diagnostic-Code")
    status = diagnosis.code_of(code, detail)
    found = diagnosis.judge(status, detail)
    if found.reason == "unknown" or not detail:
        words = plain_text.before_original(mime.text_of(report_mail, plain_text.MAX_SOURCE))
        answer = plain_text.answers(words, [recipient])[recipient]
        if status.endswith(".0.0") or not status:
            status = diagnosis.code_of(status, answer)
        found, detail = diagnosis.judge(status, f"{detail} {answer}"), detail or answer
    delivery = _delivery(action, code, found.kind)
    return Report(recipient, delivery, status, detail[:_MAX_DETAIL], found.reason)


def _recipient(fields: Message) -> str:
    """Return the address that the email was sent to. Some servers rewrite Final-Recipient; then
    Original-Recipient has it."""
    last, first = (
        mime.header(fields, name).rpartition(";")[2].strip().strip("<>").lower()
        for name in ("Final-Recipient", "Original-Recipient")
    )
    same = last.partition("@")[0] == first.partition("@")[0]
    return first if first and (same or not last) else last


def _of_text(failed: plain_text.Failed) -> Report:
    status = diagnosis.code_of("", failed.answer)
    found = diagnosis.judge(status, failed.answer)
    return Report(
        recipient=failed.recipient,
        delivery="delayed" if failed.is_delayed else found.kind,
        status=status,
        detail=failed.answer[:_MAX_DETAIL],
        reason=found.reason,
    )


def _delivery(action: str, status: str, kind: Literal["hard", "soft"]) -> Delivery:
    if not action:
        action = {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    return kind if action == "failed" else "delayed"
