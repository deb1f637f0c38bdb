"""Reading an incoming mail: what it answers, and whether a person wrote it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import cached_property
from typing import Literal

from outrider.inbound import mime, quotes, reports
from outrider.inbound.reports import Report
from outrider.kit.addresses import normalise

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_MAX_ANSWERS = 25
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{3,254})>?\s*;")

Kind = Literal["person", "machine", "report", "complaint"]

_SUBJECTS = re.compile(
    r"^\W*(?:auto(?:matic|matische|matique|m[aá]tica|matica)?[ -]?(?:reply|response|antwort"
    r"|r(?:é|e)ponse|respuesta|risposta|resposta)|automatische antwort|automatisch antwoord"
    r"|r(?:é|e)ponse automatique|respuesta autom(?:á|a)tica|risposta automatica|autoreply"
    r"|resposta autom(?:á|a)tica|out of (?:the )?office|abwesenheitsnotiz|abwesend\b|ooo\b"
    r"|absence du bureau|fuera de la oficina|fuori sede|afwezig|ausente do escrit(?:ó|o)rio)",
    re.IGNORECASE,
)
"""Of mails that a program wrote without saying so in a header."""


@dataclass(frozen=True)
class IncomingMail:
    """`answers` are the Message-IDs it refers to, the most direct first, without <>; those of a
    report or a complaint are of the mail it is about. `body` is its text, and `sent` what we said
    in the mail it answers, in the forms in which that was sent. `key` is the same each time the
    mail comes in."""

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
    declared: bool = False
    """Whether it says of itself that no person wrote it (RFC 3834)."""
    vouched: bool = True
    """Whether nothing speaks against that the sender sent it."""

    @classmethod
    def parse(cls, raw: bytes) -> "IncomingMail":
        mail = mime.parse(raw)
        message_id = "".join(_ids(mail, "Message-ID")[:1])
        kind = _kind(mail)
        quoted = _ids(mail, "In-Reply-To") + list(reversed(_ids(mail, "References")))
        if kind in ("report", "complaint"):
            quoted = reports.original_ids(mail) + quoted
        return cls(
            key=message_id or hashlib.sha256(raw).hexdigest(),
            message_id=message_id,
            answers=list(dict.fromkeys(quoted))[:_MAX_ANSWERS],
            kind=kind,
            sender="".join(_addresses(mail, "From", "Sender", "Return-Path")[:1]),
            recipients=_recipients(mail),
            subject=mime.header(mail, "Subject")[:900],
            body=mime.text_of(mail),
            reports=reports.read(mail) if kind == "report" else [],
            declared=_is_declared(mail),
            vouched=_is_vouched(mail),
        )

    def answering(self, sent: Sequence[str]) -> "IncomingMail":
        """It, as the answer to a mail that said this."""
        return replace(self, sent=tuple(sent))

    @cached_property
    def text(self) -> str:
        """What its writer wrote, without quotes."""
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


def _recipients(mail: Message) -> list[str]:
    """Everyone it may have been meant for; the envelope's recipient stands in what the server that
    took it wrote down."""
    for value in mime.headers(mail, "Received")[:1]:
        if (found := _RECEIVED_FOR.search(value)) and "@" in found[1]:
            mail["X-Received-For"] = found[1]
    return _addresses(
        mail, "X-Received-For", "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"
    )


def _kind(mail: Message) -> Kind:
    """Whether a machine wrote it: RFC 3834's Auto-Submitted, what came before it, the envelope's
    empty sender, or what a machine's subject says. That it came through a list or a help desk, or
    was forwarded by a rule, says nothing about who wrote it."""
    if reports.is_report(mail):
        return "report"
    if reports.is_complaint(mail):
        return "complaint"
    if "X-Apple-Unsubscribe" in mail:  # a person's click
        return "person"
    machine = (
        _is_declared(mail)
        or any(
            name in mail
            for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Response-From")
        )
        or "auto_reply" in _precedences(mail)
        or "junk" in _precedences(mail)
        or mime.header(mail, "X-Auto-Reply").lower() in ("yes", "true", "1")
        or mime.header(mail, "Return-Path") == "<>"
        or mime.content_type(mail) == "multipart/report"
        or bool(_SUBJECTS.match(mime.header(mail, "Subject")))
    )
    return "machine" if machine else "person"


def _is_declared(mail: Message) -> bool:
    """Whether Auto-Submitted says that no person wrote it. A rule that sends a mail on says so of
    its own doing (`auto-forwarded`, or with Resent-From), not of the mail."""
    submitted = mime.header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return submitted not in ("", "no", "auto-forwarded") and "Resent-From" not in mail


def _precedences(mail: Message) -> set[str]:
    return {mime.header(mail, name).lower() for name in ("Precedence", "X-Precedence")}


def _is_vouched(mail: Message) -> bool:
    """What SES found when it took the mail: a forged sender must not speak for a contact."""
    verdicts = [mime.header(mail, name) for name in ("X-SES-Spam-Verdict", "X-SES-Virus-Verdict")]
    if "FAIL" in verdicts:
        return False
    results = mime.headers(mail, "Authentication-Results")[:1]
    return not any(re.search(r"\bdmarc=fail\b", result, re.IGNORECASE) for result in results)
