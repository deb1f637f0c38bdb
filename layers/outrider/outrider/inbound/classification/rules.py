"""What a reply says, by rules: a pure function of its own words, its subject and who wrote it.

The order in which a reply is tried, the first that fits wins:

1. a request to stop: it is no class, and beats everything but interest, beside which a person has
   to say what is meant. What a machine wrote that calls itself one (RFC 3834) is not asked: it
   tells everybody how to leave its own list
2. out of office: what a machine wrote and says so, or a person whose words say nothing else
3. someone who has left, told by a machine: wrong person; any other machine: auto reply
4. wrong person, before what they say about the matter
5. interested later, before "not now"
6. not interested
7. objection: a reason against, but no refusal
8. interested, before the questions that interest asks
9. information request
10. unclassified

The rest of the order in what `words` has of each: a refusal quotes the interest it refuses, and an
objection often begins politely.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from outrider.inbound.classification import return_date, words
from outrider.inbound.classification.opt_out import SHORT, asks_to_stop, clause_of
from outrider.inbound.classification.words import Meaning, Said, fold
from outrider.sequences.models import ReplyClass

MAX_TEXT = 4_000
"""Characters that are looked at: who wants something says it at the beginning."""
_NOTE = 40
"""Words of an automatic answer in which a day of return is an absence, however that is called."""
_MOST_INTEREST = 5
"""Words of interest that are looked at beside words of stopping."""

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`value` is None for a request to stop. `back_on` is the day they say they are back."""

    value: ReplyClass | None
    confidence: float
    back_on: date | None = None
    may_be_stop: bool = False
    """It has words of stopping, which may be about something else."""

    @property
    def needs_review(self) -> bool:
        """Whether a person has to read it before anything more is sent."""
        return self.may_be_stop or self.value == "unclassified"

    @property
    def is_stop(self) -> bool:
        return self.value is None

    @property
    def by_machine(self) -> bool:
        return self.value in ("out_of_office", "auto_reply")


def _has(meaning: Meaning, said: Said) -> re.Match[str] | None:
    return next(words.phrases(meaning).find(said), None)


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
    """`text` is what the writer wrote, without quotes; `declared` whether a machine says itself
    that it is one, `month_first` how `7/1` is written where it is, None where nobody knows."""
    said = Said(fold(text[:MAX_TEXT]))
    title = Said(fold(subject[:300]))
    if by_machine:
        if not declared and asks_to_stop(said, Said("")) == "yes":
            return Judgement(None, 0.8)
        return _machine(said, title, received, month_first)
    asked = asks_to_stop(said, title)
    fitting = [value for value, meanings in _IN_ORDER if any(_has(each, said) for each in meanings)]
    interest_apart = fitting[:1] == ["interested"] and asked != "no" and _is_interest_apart(said)
    if asked == "yes" and not interest_apart:
        return Judgement(None, 0.95)
    if not fitting and _starts_absent(said):
        back = return_date.back_on(said.text, received, month_first=month_first)
        return Judgement("out_of_office", 0.8, back)
    if not fitting:
        return Judgement("unclassified", 0.0, may_be_stop=asked == "maybe")
    about_another = interest_apart or fitting[0] == "information_request"
    doubtful = asked == "yes" or (asked == "maybe" and not about_another)
    return Judgement(fitting[0], _confidence(fitting, said), may_be_stop=doubtful)


def _is_interest_apart(said: Said) -> bool:
    """Whether interest is told in a clause without words of stopping ("I would gladly be removed"
    tells none)."""
    found = islice(words.phrases("interested").find(said), _MOST_INTEREST)
    return any(asks_to_stop(clause_of(said, each), Said("")) == "no" for each in found)


def _machine(said: Said, title: Said, received: date, month_first: bool | None) -> Judgement:
    if _has("left", said):
        return Judgement("wrong_person", 0.8)
    if _has("out_of_office", title) or _has("out_of_office", said):
        days = (
            return_date.back_on(each.text, received, month_first=month_first)
            for each in (said, title)
        )
        return Judgement("out_of_office", 0.95, next(filter(None, days), None))
    if len(said.text.split()) <= _NOTE and (
        back := return_date.back_on(said.text, received, month_first=month_first, sure=True)
    ):
        return Judgement("out_of_office", 0.7, back)
    return Judgement("auto_reply", 0.9)


def addresses(text: str) -> list[str]:
    """The mail addresses in a text, in the order in which they stand there."""
    found = [each.rstrip(".").lower() for each in _ADDRESS.findall(text[:MAX_TEXT])]
    return list(dict.fromkeys(found))


def _starts_absent(said: Said) -> bool:
    found = _has("out_of_office", said)
    return found is not None and found.start() < 200


def _confidence(fitting: Iterable[ReplyClass], said: Said) -> float:
    """Less where the words also fit other classes, more in a short reply."""
    others = len(list(fitting)) - 1
    sure = 0.9 if len(said.text.split()) <= SHORT else 0.8
    return round(max(0.4, sure - 0.15 * others), 2)
