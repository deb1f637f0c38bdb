"""Mails that a person or a rule passed on inside the text of another one: below a line like
"Forwarded message", below the headers that a program repeats, or quoted."""

import re
from email.message import Message

from outrider.inbound.mail import mime, quote_headers

_MAX_TEXT = 40_000
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_MAX_LINES = 500
_MAX_QUOTES = 5


def within(mail: Message) -> Message | None:
    """The mail that this one passes on, without a word of its own; None for one that does not. It
    has what the program told of its sender and subject, and the people that passed it on as its
    recipients."""
    lines = mime.text_of(mail, _MAX_TEXT).splitlines()[:_MAX_LINES]
    for _ in range(_MAX_QUOTES):
        at = _first(lines)
        headers = quote_headers.headers(lines, at)
        if headers:
            return _mail(mail, lines[at : at + headers], lines[at + headers :])
        quoted = _first_quoted(lines, at)
        if quoted is None:
            return None
        if quoted > at:
            said = " ".join(lines[at:quoted]).strip()
            attributed = quote_headers.is_attribution(said, quoted=True)
            return _mail(mail, [said], _unquoted(lines[quoted:])) if attributed else None
        lines = _unquoted(lines[at:])
    return None


def _first(lines: list[str]) -> int:
    """The first line that is not empty, drawn, or a divider."""
    return next(
        (
            at
            for at, line in enumerate(lines)
            if line.strip()
            and not quote_headers.is_rule(line.strip())
            and not quote_headers.is_divider(line)
        ),
        len(lines),
    )


def _first_quoted(lines: list[str], at: int) -> int | None:
    """The first quoted line, where it begins the mail or stands below a line or three."""
    near = range(at, min(at + 5, len(lines)))
    return next((each for each in near if _QUOTE.match(lines[each])), None)


def _unquoted(lines: list[str]) -> list[str]:
    return [_QUOTE.sub("", line, count=1) for line in lines]


def _mail(passing: Message, headers: list[str], lines: list[str]) -> Message:
    inner = Message()
    inner["From"] = sender = quote_headers.sender(headers)
    others = [line for line in headers if sender not in line]
    inner["Subject"] = " ".join([mime.header(passing, "Subject"), *others])
    inner["To"] = ", ".join(mime.addresses(passing, "From", "To"))
    inner.set_payload("\n".join(lines), "utf-8")
    return inner
