"""Actions that a person took with a button of their email client, without words: reply to an
invitation (iTIP, RFC 5546), emoji reaction, or unsubscribe."""

import re
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from operator import itemgetter
from typing import Any, Literal

from outrider.inbound.mail import mime
from outrider.kit import json

What = Literal["unsubscribed", "invited", "accepted", "tentative", "declined", "reacted"]

_REACTION = "text/vnd.google.email-reaction+json"
_FOLDED = re.compile(r"\r?\n[ \t]")
_FIELD = re.compile(
    r"""^([A-Z-]{1,40})((?:;(?:"[^"\n]*+"|[^":\n])*+)?):(.{0,4000})$""",
    re.MULTILINE | re.IGNORECASE,
)
_STATUS = re.compile(r"\bPARTSTAT=\"?([A-Z-]{1,20})", re.IGNORECASE)
_STATUSES: dict[str, What] = {
    "accepted": "accepted",
    "declined": "declined",
    "tentative": "tentative",
    "delegated": "tentative",
}
_METHODS: dict[str, What] = {"request": "invited", "counter": "tentative", "cancel": "declined"}
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MOST = 100_000
_MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Act:
    """Action of the writer; `comment` is what they wrote with it, or None if that is the text of
    the email."""

    what: What
    comment: str | None = None


def read(mail: Message, sender: str) -> Act | None:
    """Return the action that the email carries, or None."""
    if "X-Apple-Unsubscribe" in mail or _leaves(mail):
        return Act("unsubscribed")
    for part in mime.parts(mail, attached=False):
        kind = mime.content_type(part)
        if kind == _REACTION and not mime.is_attached(part):
            return Act("reacted", _emoji(mime.body_of(part)))
        if kind == "text/calendar" and (act := _answer(part, sender)):
            return act
    return None


def _leaves(mail: Message) -> bool:
    """Return whether the email is the one that clients send to unsubscribe from a list (RFC 2369),
    regardless of its text."""
    answers = mime.header(mail, "Auto-Submitted").lower().startswith("auto-repl")
    return not answers and mime.header(mail, "Subject").lower() == "unsubscribe"


def _emoji(text: str) -> str:
    with suppress(ValueError):
        found: Any = json.loads(text)
        if isinstance(found, dict):
            return str(found.get("emoji", ""))[:50]
    return ""


def _answer(part: Message, sender: str) -> Act | None:
    """Return the answer to an invitation: that of the attendee who wrote, else of the only
    attendee."""
    text = _FOLDED.sub("", mime.body_of(part)[:_MOST])
    fields = [found.groups() for found in _FIELD.finditer(text)][:_MOST_FIELDS]
    named = {name.upper(): value.strip() for name, _, value in fields}
    method = (mime.parameter(part, "method") or named.get("METHOD", "")).lower()
    written = named.get("COMMENT")
    comment = _ESCAPED.sub(_unescaped, written) if written else None
    if method in _METHODS:
        return Act(_METHODS[method], comment)
    if method != "reply":
        return None
    attendees = [
        (status[1].lower(), value.lower())
        for name, parameters, value in fields
        if name.upper() == "ATTENDEE" and (status := _STATUS.search(parameters))
    ]
    own = [status for status, value in attendees if sender and sender.lower() in value]
    found = [
        _STATUSES[each] for each in [*own, *map(itemgetter(0), attendees)] if each in _STATUSES
    ]
    if comment is None and "google" in named.get("PRODID", "").lower():
        comment = ""  # Google Calendar wrote the text
    return Act(found[0], comment) if found else None


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]
