"""Classification of a reply by rules; a pure function of its text, its subject and its writer.

The first rule that matches wins:

1. opt-out request, which is no reply class. It beats everything but interest in another clause,
   which goes to manual review. Declared automatic replies (RFC 3834) are exempt: they tell
   everybody how to leave their own list
2. out of office: an automatic reply that says so, or a person's reply that says nothing else
3. automatic reply about somebody who has left: wrong person; any other: auto reply
4. wrong person, before what they say about the offer
5. interested later, before "not now"
6. not interested
7. objection: a reason against, but no refusal
8. interested, before the questions that interest asks
9. information request
10. unclassified

The order of 4 to 9 reflects the phrases in `words`: a refusal quotes the interest that it refuses,
and an objection often begins politely.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from outrider.inbound.classification import return_date, words
from outrider.inbound.classification.opt_out import SHORT, asks_to_stop, clause_of
from outrider.inbound.classification.words import FoldedText, Meaning, fold
from outrider.sequences.models import ReplyClass

MAX_TEXT = 4_000
"""Maximum characters of a reply that are classified: people state their request at the
beginning."""
_NOTE = 40
"""Maximum number of words of an automatic reply that counts as out of office if it gives just a
return date."""
_MOST_INTEREST = 5
"""Maximum number of matches of interest whose clauses are searched for opt-out phrases."""

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Classification of a reply. `value` is None for an opt-out request. `back_on` is the return
    date."""

    value: ReplyClass | None
    confidence: float
    back_on: date | None = None
    may_be_stop: bool = False
    """It has opt-out phrases that may mean something else."""

    @property
    def needs_review(self) -> bool:
        """Return whether a person must review the reply before anything more is sent."""
        return self.may_be_stop or self.value == "unclassified"

    @property
    def is_stop(self) -> bool:
        return self.value is None

    @property
    def by_machine(self) -> bool:
        return self.value in ("out_of_office", "auto_reply")


def _has(meaning: Meaning, reply: FoldedText) -> re.Match[str] | None:
    return next(words.phrases(meaning).find(reply), None)


_IN_ORDER: tuple[tuple[ReplyClass, Sequence[Meaning]], ...] = (
    ("wrong_person", ("left", "wrong_person")),
    ("interested_later", ("interested_later",)),
    ("not_interested", ("not_interested",)),
    ("objection", ("objection",)),
    ("interested", ("interested",)),
    ("information_request", ("information_request",)),
)


def classify(
    text: str,
    subject: str,
    *,
    by_machine: bool,
    received: date,
    declared: bool = True,
    month_first: bool | None = None,
) -> Judgement:
    """Classify a reply. `text` is the writer's own text, without quotes. `declared`: the automatic
    reply declares itself as one (RFC 3834). `month_first` is true if the writer means 1 July by
    `7/1`; None if unknown."""
    reply = FoldedText(fold(text[:MAX_TEXT]))
    title = FoldedText(fold(subject[:300]))
    if by_machine:
        if not declared and asks_to_stop(reply, FoldedText("")) == "yes":
            return Judgement(None, 0.8)
        return _machine(reply, title, received, month_first)
    asked = asks_to_stop(reply, title)
    fitting = [
        value for value, meanings in _IN_ORDER if any(_has(each, reply) for each in meanings)
    ]
    interest_apart = fitting[:1] == ["interested"] and asked != "no" and _is_interest_apart(reply)
    if asked == "yes" and not interest_apart:
        return Judgement(None, 0.95)
    if not fitting and _starts_absent(reply):
        back = return_date.back_on(reply.text, received, month_first=month_first)
        return Judgement("out_of_office", 0.8, back)
    if not fitting:
        return Judgement("unclassified", 0.0, may_be_stop=asked == "maybe")
    about_another = interest_apart or fitting[0] == "information_request"
    doubtful = asked == "yes" or (asked == "maybe" and not about_another)
    return Judgement(fitting[0], _confidence(fitting, reply), may_be_stop=doubtful)


def _is_interest_apart(reply: FoldedText) -> bool:
    """Return whether a clause without opt-out phrases expresses interest ("I would gladly be
    removed" does not)."""
    found = islice(words.phrases("interested").find(reply), _MOST_INTEREST)
    return any(asks_to_stop(clause_of(reply, each), FoldedText("")) == "no" for each in found)


def _machine(
    reply: FoldedText, title: FoldedText, received: date, month_first: bool | None
) -> Judgement:
    if _has("left", reply):
        return Judgement("wrong_person", 0.8)
    if _has("out_of_office", title) or _has("out_of_office", reply):
        days = (
            return_date.back_on(each.text, received, month_first=month_first)
            for each in (reply, title)
        )
        return Judgement("out_of_office", 0.95, next(filter(None, days), None))
    if len(reply.text.split()) <= _NOTE and (
        back := return_date.back_on(reply.text, received, month_first=month_first, sure=True)
    ):
        return Judgement("out_of_office", 0.7, back)
    return Judgement("auto_reply", 0.9)


def addresses(text: str) -> list[str]:
    """Return the email addresses in a text, in order."""
    found = [each.rstrip(".").lower() for each in _ADDRESS.findall(text[:MAX_TEXT])]
    return list(dict.fromkeys(found))


def _starts_absent(reply: FoldedText) -> bool:
    found = _has("out_of_office", reply)
    return found is not None and found.start() < 200


def _confidence(fitting: Iterable[ReplyClass], reply: FoldedText) -> float:
    """Return a confidence that is lower if other classes match too, and higher for a short
    reply."""
    others = len(list(fitting)) - 1
    sure = 0.9 if len(reply.text.split()) <= SHORT else 0.8
    return round(max(0.4, sure - 0.15 * others), 2)
