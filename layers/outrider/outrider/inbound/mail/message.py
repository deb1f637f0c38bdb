"""Inbound email: its Message-ID references, writer, text, and whether a person, a program or a mail
server wrote it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import cached_property
from typing import Literal

from outrider.inbound.classification import automatic, buttons
from outrider.inbound.classification.automatic import Sign
from outrider.inbound.classification.buttons import Act
from outrider.inbound.mail import mime, quotes
from outrider.inbound.reports import delivery_status, plain_text
from outrider.inbound.reports.delivery_status import Report
from outrider.kit.text.addresses import normalise

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_MAX_ANSWERS = 25
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{3,254})>?\s*;")

_ZONE = re.compile(r"([+-])(\d{4})\b")
_LISTS = ("List-Id", "List-Post", "Mailing-List", "X-BeenThere", "X-Google-Group-Id")
Kind = Literal["person", "machine", "report", "complaint"]


@dataclass(frozen=True)
class IncomingMail:
    """Parsed inbound email. `answers` are the Message-IDs (without <>) that it refers to, the most
    direct first; for a bounce or complaint, first those of the returned email. `body` is its text
    with quotes; `sent` are the texts of our emails that it may quote. `key` identifies the email if
    it is received again."""

    key: str
    message_id: str
    answers: list[str]
    kind: Kind
    sender: str
    recipients: list[str] = field(default_factory=list)
    subject: str = ""
    body: str = ""
    sent: tuple[str, ...] = ()
    reports: list[Report] = field(default_factory=list)
    sign: Sign | None = None
    """Evidence that a program wrote it; None for a person's email."""
    act: Act | None = None
    """Action that its writer took with a button of their email client."""
    month_first: bool | None = None
    """Whether dates are written `12/31` in the writer's time zone; None if unknown."""
    vouched: bool = True
    """False if the sender address may be forged."""

    @classmethod
    def parse(cls, raw: bytes) -> "IncomingMail":
        mail = mime.parse(raw)
        message_id = "".join(_ids(mail, "Message-ID")[:1])
        header = "".join(_addresses(mail, "From", "Sender", "Return-Path")[:1])
        sender = _author(mail) or header
        report = delivery_status.find_report(mail)
        body = mime.text_of(mail, mime.MAX_TEXT if report is None else plain_text.MAX_SOURCE)
        quoted = _ids(mail, "In-Reply-To") + list(reversed(_ids(mail, "References")))
        kind: Kind = "person"
        sign = act = None
        if report is not None:
            kind = "report"
        elif delivery_status.is_complaint(mail):
            kind = "complaint"
        elif not (act := buttons.read(mail, sender)):
            sign = automatic.sign(mail, sender, body)
            kind = "machine" if sign else "person"
        if kind in ("report", "complaint"):
            quoted = delivery_status.original_ids(mail) + quoted
        return cls(
            key=message_id or hashlib.sha256(raw).hexdigest(),
            message_id=message_id,
            answers=list(dict.fromkeys(quoted))[:_MAX_ANSWERS],
            kind=kind,
            sender=sender,
            recipients=_recipients(mail),
            subject=mime.header(mail, "Subject")[:900],
            body=body if act is None or act.comment is None else act.comment,
            reports=[] if report is None else delivery_status.read(report),
            sign=sign,
            act=act,
            month_first=_month_first(mail),
            vouched=sender == header and _is_vouched(mail),
        )

    def answering(self, sent: Sequence[str]) -> "IncomingMail":
        """Return the email with the texts of our emails that it may quote."""
        return replace(self, sent=tuple(sent))

    @cached_property
    def text(self) -> str:
        """Return the writer's own text, without quotes."""
        return quotes.own_words(self.body, self.sent)


def _ids(mail: Message, header: str) -> list[str]:
    return _MESSAGE_ID.findall(mime.header(mail, header))


def _addresses(mail: Message, *names: str) -> list[str]:
    found = []
    for address in mime.addresses(mail, *names):
        try:
            found.append(normalise(address))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _month_first(mail: Message) -> bool | None:
    """Return whether the time zone of `Date` is American; None for UTC, which servers may write for
    any place."""
    zone = _ZONE.search(mime.header(mail, "Date"))
    if zone is None or int(zone[2]) == 0:
        return None
    return zone[1] == "-" and 300 <= int(zone[2]) <= 1_000


def _author(mail: Message) -> str:
    """Return the writer of an email that a list or group sent under its own address; empty if none
    did."""
    if not any(name in mail for name in _LISTS):
        return ""
    names = ["X-Original-From", "X-Original-Sender"]
    if " via " in mime.header(mail, "From"):
        names.append("Reply-To")
    return "".join(_addresses(mail, *names)[:1])


def _recipients(mail: Message) -> list[str]:
    """Return all possible recipients, the envelope recipient first: the receiving server notes it
    in `Received`."""
    for value in mime.headers(mail, "Received")[:1]:
        if (found := _RECEIVED_FOR.search(value)) and "@" in found[1]:
            mail["X-Received-For"] = found[1]
    return _addresses(
        mail, "X-Received-For", "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"
    )


def _is_vouched(mail: Message) -> bool:
    """Return False if SES found spam or a virus, or DMARC failed: a forged sender must not act for
    a contact."""
    verdicts = [mime.header(mail, name) for name in ("X-SES-Spam-Verdict", "X-SES-Virus-Verdict")]
    if "FAIL" in verdicts:
        return False
    results = mime.headers(mail, "Authentication-Results")[:1]
    return not any(re.search(r"\bdmarc=fail\b", result, re.IGNORECASE) for result in results)
