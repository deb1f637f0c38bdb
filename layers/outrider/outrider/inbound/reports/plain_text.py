"""Delivery reports that mail servers write for people alone, in plain text: whose mail failed, and
what the server said. Exim, qmail, Exchange, Domino and most large providers do so.

The forms have this in common: a program's sender, the failed address at the beginning of a line,
the server's answer behind it, and then the mail that is given back: the language matters little.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import takewhile

from outrider.inbound.mail import mime
from outrider.messages.bounces.server_words import found

MAX_TEXT = 20_000
"""Characters that are read for addresses and answers: reports begin with these."""
MAX_SOURCE = 60_000
"""Characters of a part that are read for them: HTML is longer than its text."""
MAX_RECIPIENTS = 20
_MAX_LINES = 400
_MAX_INTRODUCTION = 1_500
_MAX_ANSWER = 12

_DAEMON = re.compile(
    r"(?<![\w.+-])(?:mailer[-._]?daemon|mail[-._]?(?:daemon|delivery|gateway)|postmaster|mdaemon|daemon"
    r"|bounces?|microsoftexchange|undelivered|delivery[-._]?(?:status|failure|notification))"
    r"[\w.+-]*(?=@|[ >]|$)"
)
"""How the addresses of mail servers begin."""
_GIVEN_BACK = re.compile(
    r"[ \t>|]*(?:Return-Path|Received|DKIM-Signature|Message-ID|MIME-Version|X-[a-z][\w-]{1,60}"
    r"|Authentication-Results|ARC-[\w-]{3,40}|References|In-Reply-To):",
    re.IGNORECASE,
)
"""The first header of a mail that is given back."""
_RULE = re.compile(r"[ \t>|]*[-=*_]{2,}[ \t]*")
_ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE
)
_STARTS = re.compile(rf"[ \t]{{0,8}}<?{_ADDRESS.pattern}>?:", re.IGNORECASE)
_ANSWER = re.compile(
    r"(?<![\d.])[45][0-7]\d[ -](?=[\w<#('\"])|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}\b|\b[45][0-7]\d,"
    r"|<<<|said:|\(reason:"
)
_TO = re.compile(
    r"^[ \t>|]*(?:To|X-HmXmrOriginalRecipient|Cc):(.{3,300})$", re.IGNORECASE | re.MULTILINE
)
_NOBODY = re.compile(
    r"(?:postmaster|abuse|support|help|helpdesk|admin|mailer-daemon|noreply|no-reply)@"
)
_LEAD = 40
"""Characters that may stand before an address that begins a line: a label."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Whose mail failed, and what is said of it."""

    recipient: str
    answer: str
    is_delayed: bool


def read(mail: Message) -> list[Failed]:
    """The recipients that a report in plain text names; empty for a mail that is none."""
    if not _is_by_program(mail):
        return []
    text = mime.text_of(mail, MAX_SOURCE)
    told, original = _split(text[:MAX_TEXT])
    subject = mime.header(mail, "Subject")
    given = _addresses(" ".join(mime.headers(mail, "X-Failed-Recipients")))
    if not given and not _is_about_failure(mail, f"{subject}\n{told[:_MAX_INTRODUCTION]}", told):
        return []
    recipients = given or _recipients(mail, told, original)
    if not recipients:
        told, recipients = text[:MAX_TEXT], _recipients(mail, text[:MAX_TEXT], "")
    said = answers(told, recipients)
    words = f"{subject}\n{told}".lower()
    delayed = found("delayed", words) and not found("for_good", words)
    return [Failed(each, said[each], delayed) for each in recipients]


def answers(told: str, recipients: Sequence[str]) -> dict[str, str]:
    """What a report in words says of each of these recipients."""
    lines = told.splitlines()[:_MAX_LINES]
    starts = {
        each: next((at for at, line in enumerate(lines) if each in line.lower()), len(lines))
        for each in recipients
    }
    about_each = {}
    for each, start in starts.items():
        end = min((at for at in starts.values() if at > start), default=len(lines))
        about = _answer(lines[start:end])
        if not about and len(recipients) > 1:
            naming = [line for line in lines if each in line.lower() and _ANSWER.search(line)]
            about = naming[:_MAX_ANSWER]
        about_each[each] = " ".join(" ".join(about or lines[start:end][:_MAX_ANSWER]).split())
    if len(about_each) == 1 and not _ANSWER.search(told):
        return dict.fromkeys(about_each, " ".join(told.split()))
    return about_each


def told_in(text: str) -> str:
    """What a report says before it gives the mail back."""
    return _split(text[:MAX_TEXT])[0]


def _answer(lines: Sequence[str]) -> list[str]:
    """The lines from the first that has an answer of a server to the end of its paragraph."""
    for at, line in enumerate(lines):
        if _ANSWER.search(_ADDRESS.sub("", line)):
            rest = lines[at + 1 : at + _MAX_ANSWER]
            more = takewhile(lambda each: each.strip() and not _STARTS.match(each), rest)
            return [line, *more]
    return []


def _is_by_program(mail: Message) -> bool:
    return (
        _is_daemon(mail)
        or "X-Failed-Recipients" in mail
        or mime.header(mail, "Return-Path") in ("<>", "<MAILER-DAEMON>")
    )


def _is_about_failure(mail: Message, beginning: str, told: str) -> bool:
    """Whether it tells that a mail was not delivered. Absences have an empty sender too."""
    says_so, answered = found("not_delivered", beginning.lower()), bool(_ANSWER.search(told))
    return (says_so or answered) if _is_daemon(mail) else (says_so and answered)


def _is_daemon(mail: Message) -> bool:
    sender = mime.header(mail, "From").lower()
    return bool(_DAEMON.search(sender)) or found(
        "mail_system", sender.partition("<")[0].strip(' "')
    )


def _split(text: str) -> tuple[str, str]:
    """What a report says, and the mail that it gives back."""
    at = 0
    for line in text.splitlines(keepends=True):
        rule = _RULE.match(line)
        if _GIVEN_BACK.match(line) or (rule and found("given_back", line[rule.end() :].lower())):
            return text[:at], text[at:]
        at += len(line)
    return text, ""


def _recipients(mail: Message, told: str, original: str) -> list[str]:
    own = set(_addresses(" ".join(mime.headers(mail, "To") + mime.headers(mail, "Delivered-To"))))
    own |= set(_addresses(mime.header(mail, "From")))
    leading: list[str] = []
    others: list[str] = []
    for line in told.splitlines()[:_MAX_LINES]:
        for place in _ADDRESS.finditer(line[:1_000]):
            address = place[0].lower().strip("'")
            if address not in own and not _NOBODY.match(address):
                (leading if place.start() <= _LEAD else others).append(address)
    to = [each for line in _TO.findall(original) for each in _addresses(line)]
    meant = [each for each in to if each in leading or each in others]
    found_there = meant or leading or others or [each for each in to if each not in own]
    return list(dict.fromkeys(found_there))[:MAX_RECIPIENTS]


def _addresses(text: str) -> list[str]:
    return list(dict.fromkeys(each.lower() for each in _ADDRESS.findall(text)))[:MAX_RECIPIENTS]
