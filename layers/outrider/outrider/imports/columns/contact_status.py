"""Who may be written to, as files of other programs say it: columns like Unsubscribed, Email Opt
Out, Bounced, Status.

A stop is never lost: an import sets it whatever its policy, and never takes one away.
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
"""Letters of a cell that is only a word; a longer one is a note."""
_HEDGED = frozenset({"soft", "softbounce", "softbounced"})
_MOMENT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.*|\d{10,13}", re.DOTALL
)


class Unclear(ValueError):
    """It cannot be told whether somebody may be written to."""


def stop_of(said: Sequence[tuple[str, str, Any]]) -> Stop | None:
    """The strongest stop that a row's columns say; each is told by its name, field and value.

    Raises Unclear.
    """
    found = {_stop(column, field, value) for column, field, value in said}
    return next((stop for stop in STOPS if stop in found), None)


def is_answer(value: Any) -> bool:
    """Whether a value only says what `stop_of` makes of it, and nothing to keep beside."""
    text = str(value).strip()
    return stop_in(text) is not None or yes_or_no(text) is not None


def stop_in(word: str) -> Stop | None:
    """The stop that a word of any column is, such as `Do not contact`, or one with a remark:
    `Unsubscribed (by phone)`, `Inactive - opted out`."""
    bare = plain(word[:_LONGEST])
    if _BOUNCED.fullmatch(bare):
        return "bounced"
    parts = [part for part in _REMARK.split(word[:_LONGEST]) if part.strip()]
    if any(yes_or_no(part) is False for part in parts):  # `Opt-out: no`
        parts = []
    said = (bare, *map(plain, parts))
    return "unsubscribed" if any(map(_UNSUBSCRIBED.fullmatch, said)) else None


def _stop(column: str, field: str, value: Any) -> Stop | None:
    text = str(value).strip()
    stop = stop_in(text)
    if stop or field == "status":
        return stop
    said = True if _MOMENT.fullmatch(text) else yes_or_no(text)
    match field:
        case "subscribed":
            refused = said is False or plain(text) in _REFUSED
            return "unsubscribed" if refused else None
        case "bounced":
            return "bounced" if said is not False and plain(text) not in _HEDGED else None
    if said is None and plain(text) not in _NOT_STOPPED:
        raise Unclear(
            f"{column} says {text[:100]!r}, which is neither yes nor no: nobody can tell whether"
            " the contact may be written to. Write yes or no, or map the column to something else"
        )
    return "unsubscribed" if said else None


_REFUSED = frozenset({"declined", "denied", "refused", "rejected", "notgiven"})
_NOT_STOPPED = frozenset({"subscribed", "optedin", "active", "allowed", "optin", "ok", "sub"})
