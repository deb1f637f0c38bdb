"""Opt-outs and bounces in the files of other programs: columns like Unsubscribed, Email Opt Out,
Bounced, Status.

An opt-out or bounce ("stop") is never lost: an import sets it regardless of its policy, and never
removes one.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from outrider.imports.columns.names import plain
from outrider.imports.columns.values import yes_or_no

Stop = Literal["unsubscribed", "bounced"]
STOPS: tuple[Stop, ...] = ("unsubscribed", "bounced")
"""The stronger one first."""

_UNSUBSCRIBED = re.compile(
    r"""(?:e?mails?|globally|global|has|is)? (?:
          unsub (?:scribed?)? (?:fromall(?:emails?)?)? | optout | optedout (?:ofemails?)?
        | donot (?:contact|e?mail|disturb) | dnc | dnd | block(?:ed|list|listed)? | blacklist(?:ed)?
        | suppressed | (?:marked(?:as)?)? spam (?:complaint|reported|report)? | complain(?:t|ed)
        | abuse | spamtrap | removed | cancell?ed | revoked | withdrawn | objected )
      | abgemeldet | ausgetragen | gesperrt | nichtkontaktieren | widersprochen | keinewerbung
      | desabonnee? | desinscrite? | nepascontacter | dadodebaja | baja | nocontactar | cancelado
      | disiscritt[oa] | noncontattare | cancellat[oa] | uitgeschreven | afgemeld | nietcontacteren
      | descadastrad[oa] | naocontactar | wypisan[ya]? | niekontaktowac | avregistrerad | avmeldt
      | frameldt | afmeldt | peruutettu | odhlasen[ya]? | leiratkozott | dezabonat | отписан""",
    re.VERBOSE,
)
_BOUNCED = re.compile(
    r"""(?:e?mails?|address|is)? (?:
          (?:hard)? bounced? | cleaned | invalid (?:email|address|mailbox)? | undeliverable
        | notdeliverable | nondeliverable | doesnotexist | bademail | baddata
        | mailboxnotfound | notvalid | nonexistent )
      | unzustellbar | ungultig | invalide | nondelivre | invalid[oa] | rebotad[oa] | ongeldig
      | rimbalzat[oa] | onbestelbaar | nieprawidlowy | ogiltig | ugyldig | neplatny""",
    re.VERBOSE,
)
_REMARK = re.compile(r"[():;,|/\[\]]|\s[-\u2013\u2014]\s")
_LONGEST = 60
"""Characters of a cell that can be a status; a longer one is a note."""
_HEDGED = frozenset({"soft", "softbounce", "softbounced"})
_MOMENT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.*|\d{10,13}", re.DOTALL
)


class Unclear(ValueError):
    """Raised when it is unclear whether a contact may be emailed."""


def stop_of(cells: Sequence[tuple[str, str, Any]]) -> Stop | None:
    """Return the strongest stop in a row's columns, or None; each column is a tuple of name, field
    and value.

    Raises Unclear.
    """
    found = {_stop(column, field, value) for column, field, value in cells}
    return next((stop for stop in STOPS if stop in found), None)


def is_answer(value: Any) -> bool:
    """Return whether the value is only a stop, yes or no, without a remark worth keeping."""
    text = str(value).strip()
    return stop_in(text) is not None or yes_or_no(text) is not None


def stop_in(word: str) -> Stop | None:
    """Return the stop that a cell of any column means, such as `Do not contact`, or one with a
    remark: `Unsubscribed (by phone)`, `Inactive - opted out`. Return None for any other text."""
    bare = plain(word[:_LONGEST])
    if _BOUNCED.fullmatch(bare):
        return "bounced"
    parts = [part for part in _REMARK.split(word[:_LONGEST]) if part.strip()]
    if any(yes_or_no(part) is False for part in parts):  # `Opt-out: no`
        parts = []
    phrases = (bare, *map(plain, parts))
    return "unsubscribed" if any(map(_UNSUBSCRIBED.fullmatch, phrases)) else None


def _stop(column: str, field: str, value: Any) -> Stop | None:
    text = str(value).strip()
    stop = stop_in(text)
    if stop or field == "status":
        return stop
    answer = True if _MOMENT.fullmatch(text) else yes_or_no(text)
    match field:
        case "subscribed":
            refused = answer is False or plain(text) in _REFUSED
            return "unsubscribed" if refused else None
        case "bounced":
            return "bounced" if answer is not False and plain(text) not in _HEDGED else None
    if answer is None and plain(text) not in _NOT_STOPPED:
        raise Unclear(
            f"{column} says {text[:100]!r}, which is neither yes nor no: it is unclear whether"
            " the contact may be written to. Write yes or no, or map the column to something else"
        )
    return "unsubscribed" if answer else None


_REFUSED = frozenset({"declined", "denied", "refused", "rejected", "notgiven"})
_NOT_STOPPED = frozenset({"subscribed", "optedin", "active", "allowed", "optin", "ok", "sub"})
