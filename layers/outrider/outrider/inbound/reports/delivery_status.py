"""What is told of a mail of ours by machines: delivery status notifications (RFC 3464) and reports
in plain text of mail servers, and complaints of recipients (RFC 5965) that their providers pass on.
"""

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
"""Feedback types that say that the recipient does not want the mail."""
_JMRP = "X-HmXmrOriginalRecipient"
"""Outlook.com gives back the mail complained about with this header, and no ARF part."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the mail to one recipient. `status` is its code (RFC 3463)."""

    recipient: str
    delivery: Delivery
    status: str
    detail: str
    reason: BounceReason = "unknown"


def told_by(mail: Message, depth: int = 0) -> Message | None:
    """The report that tells what became of a mail, in whatever form: this mail, or one that
    a forwarding rule, a scanner or a person put within it; None for other mails. Who says something
    of their own beside a report answers."""
    if any(_is_status(part) for part in _own_parts(mail)) or plain_text.read(mail):
        return mail
    if depth > 1:
        return None
    forwarded = forwards.within(mail)
    if forwarded and (found := told_by(forwarded, depth + 1)):
        return found
    if "In-Reply-To" in mail or _has_words(mail):
        return None
    within = (inner for part in _own_parts(mail) for inner in _enclosed(part))
    return next((found for inner in within if (found := told_by(inner, depth + 1))), None)


def is_complaint(mail: Message) -> bool:
    """Whether a provider says with it that a recipient complained about a mail."""
    parts = list(_own_parts(mail))
    kinds = [
        _field(part, "Feedback-Type").lower() for part in parts if _is(part, "feedback-report")
    ]
    if kinds:
        return any(kind in _COMPLAINTS for kind in kinds)
    return any(_JMRP in inner for part in parts for inner in _enclosed(part))


def read(told: Message) -> list[Report]:
    """What a report says of each recipient; empty where nothing is understood."""
    found = [
        report
        for part in _own_parts(told)
        if mime.content_type(part) in _STATUS_PARTS
        for fields in _groups(part)
        if (report := _report(fields, told))
    ]
    found = found or [_of_text(each) for each in plain_text.read(told)]
    return found[: plain_text.MAX_RECIPIENTS]


def original_ids(mail: Message) -> list[str]:
    """Message-IDs of the mail a report is about, from what it gives back of it; behind them those
    of the mails that this one answers."""
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
    """The mail and its parts, but not those of the mails it has within."""
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
    """The groups of fields of a machine-readable part. Python parses each as a mail of its own, but
    where the part is encoded, or of a type that it does not know, it leaves text."""
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


def _report(fields: Message, told: Message) -> Report | None:
    code = mime.header(fields, "Status")
    recipient = _recipient(fields)
    action = mime.header(fields, "Action").split(" ")[0].lower().strip(";,.")
    if not action and not (code and recipient):
        return None
    detail = mime.header(fields, "Diagnostic-Code")
    status = diagnosis.code_of(code, detail)
    found = diagnosis.judge(status, detail)
    if found.reason == "unknown" or not detail:
        words = plain_text.told_in(mime.text_of(told, plain_text.MAX_SOURCE))
        said = plain_text.answers(words, [recipient])[recipient]
        if status.endswith(".0.0") or not status:
            status = diagnosis.code_of(status, said)
        found, detail = diagnosis.judge(status, f"{detail} {said}"), detail or said
    delivery = _delivery(action, code, found.kind)
    return Report(recipient, delivery, status, detail[:_MAX_DETAIL], found.reason)


def _recipient(fields: Message) -> str:
    """The address that the mail was meant for. Servers that write the last one in a way of their
    own name the first one beside it."""
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
