"""Inline forwards: emails that a person or a rule forwarded inside the text of another one, below a
"Forwarded message" line, below repeated headers, or as a quote."""

import re
from email.message import Message

from outrider.inbound.mail import mime, quote_headers

_MAX_TEXT = 40_000
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_MAX_LINES = 500
_MAX_QUOTES = 5


def within(mail: Message) -> Message | None:
    """Return the email that this one forwards inline without any text of its own, or None. It has
    the sender and subject from the forward's header, and the people who forwarded it as
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
            attribution = " ".join(lines[at:quoted]).strip()
            attributed = quote_headers.is_attribution(attribution, quoted=True)
            return _mail(mail, [attribution], _unquoted(lines[quoted:])) if attributed else None
        lines = _unquoted(lines[at:])
    return None


def _first(lines: list[str]) -> int:
    """Return the first line that is neither empty, a rule nor a divider."""
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
    """Return the first quoted line, if it is within five lines; None otherwise."""
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
