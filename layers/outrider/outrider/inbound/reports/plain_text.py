"""Plain-text bounces, as Exim, qmail, Exchange, Domino and most large providers send them:
recipients and server replies.

Their formats have in common, in any language: a mail server as sender, the failed address at the
beginning of a line, the server's reply after it, and finally the returned email.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import takewhile

from outrider.inbound.mail import mime
from outrider.messages.bounces.server_words import found

MAX_TEXT = 20_000
"""Maximum characters that are searched for addresses and server replies; bounces begin with
them."""
MAX_SOURCE = 60_000
"""Maximum characters of a MIME part that are converted for that search: HTML is longer than its
text."""
MAX_RECIPIENTS = 20
_MAX_LINES = 400
_MAX_INTRODUCTION = 1_500
_MAX_ANSWER = 12

_DAEMON = re.compile(
    r"(?<![\w.+-])(?:mailer[-._]?daemon|mail[-._]?(?:daemon|delivery|gateway)|postmaster|mdaemon|daemon"
    r"|bounces?|microsoftexchange|undelivered|delivery[-._]?(?:status|failure|notification))"
    r"[\w.+-]*(?=@|[ >]|$)"
)
"""Prefixes of the sender addresses of mail servers."""
_GIVEN_BACK = re.compile(
    r"[ \t>|]*(?:Return-Path|Received|DKIM-Signature|Message-ID|MIME-Version|X-[a-z][\w-]{1,60}"
    r"|Authentication-Results|ARC-[\w-]{3,40}|References|In-Reply-To):",
    re.IGNORECASE,
)
"""First header of the returned email."""
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
"""Maximum characters of a label before an address at the beginning of a line."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Failed recipient and the server's reply."""

    recipient: str
    answer: str
    is_delayed: bool


def read(mail: Message) -> list[Failed]:
    """Return the failed recipients that a plain-text bounce names; empty if the email is no
    bounce."""
    if not _is_by_program(mail):
        return []
    text = mime.text_of(mail, MAX_SOURCE)
    notice, original = _split(text[:MAX_TEXT])
    subject = mime.header(mail, "Subject")
    given = _addresses(" ".join(mime.headers(mail, "X-Failed-Recipients")))
    if not given and not _is_about_failure(
        mail, f"{subject}\n{notice[:_MAX_INTRODUCTION]}", notice
    ):
        return []
    recipients = given or _recipients(mail, notice, original)
    if not recipients:
        notice, recipients = text[:MAX_TEXT], _recipients(mail, text[:MAX_TEXT], "")
    replies = answers(notice, recipients)
    words = f"{subject}\n{notice}".lower()
    delayed = found("delayed", words) and not found("for_good", words)
    return [Failed(each, replies[each], delayed) for each in recipients]


def answers(notice: str, recipients: Sequence[str]) -> dict[str, str]:
    """Return the server's reply for each of these recipients, from the text of a bounce."""
    lines = notice.splitlines()[:_MAX_LINES]
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
    if len(about_each) == 1 and not _ANSWER.search(notice):
        return dict.fromkeys(about_each, " ".join(notice.split()))
    return about_each


def before_original(text: str) -> str:
    """Return the text of a bounce without the returned email."""
    return _split(text[:MAX_TEXT])[0]


def _answer(lines: Sequence[str]) -> list[str]:
    """Return the lines from the first server reply to the end of its paragraph."""
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


def _is_about_failure(mail: Message, beginning: str, notice: str) -> bool:
    """Return whether the email reports a failed delivery. Out-of-office replies have an empty
    sender too."""
    says_so, answered = found("not_delivered", beginning.lower()), bool(_ANSWER.search(notice))
    return (says_so or answered) if _is_daemon(mail) else (says_so and answered)


def _is_daemon(mail: Message) -> bool:
    sender = mime.header(mail, "From").lower()
    return bool(_DAEMON.search(sender)) or found(
        "mail_system", sender.partition("<")[0].strip(' "')
    )


def _split(text: str) -> tuple[str, str]:
    """Split a bounce into its own text and the returned email."""
    at = 0
    for line in text.splitlines(keepends=True):
        rule = _RULE.match(line)
        if _GIVEN_BACK.match(line) or (rule and found("given_back", line[rule.end() :].lower())):
            return text[:at], text[at:]
        at += len(line)
    return text, ""


def _recipients(mail: Message, notice: str, original: str) -> list[str]:
    own = set(_addresses(" ".join(mime.headers(mail, "To") + mime.headers(mail, "Delivered-To"))))
    own |= set(_addresses(mime.header(mail, "From")))
    leading: list[str] = []
    others: list[str] = []
    for line in notice.splitlines()[:_MAX_LINES]:
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
