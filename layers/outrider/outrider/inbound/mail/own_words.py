"""Which words of a reply are those of the mail that it answers, however a program has wrapped and
marked them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from outrider.inbound.classification.words import fold

_SHINGLE = 3
_MOST_WORDS = 4_000
_MOST_PLACES = 4
_MOST_RUNS = 200
_ENOUGH = 25
"""Words in one run that nobody writes by chance."""

_IGNORED = re.compile(
    r"<?\bhttps?://[^\s>]{1,2000}>?|<mailto:[^>\s]{1,300}>|\[(?:image|cid)\b[^\]\n]{0,300}\]",
    re.IGNORECASE,
)
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
"""A word, or a sign of a script that writes words without blanks between them."""


class Word(NamedTuple):
    """A word of a reply, and where it stands."""

    line: int
    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Run:
    """Words of the reply from `start` on that stand one behind the other in ours, from `ours`."""

    start: int
    ours: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def ours_end(self) -> int:
        return self.ours + self.length


def words(lines: Sequence[str]) -> list[Word]:
    """Those of the lines, in order; of a long text the first ones."""
    found: list[Word] = []
    for number, line in enumerate(lines):
        shown = _IGNORED.sub(lambda link: " " * len(link[0]), line)
        for match in _WORD.finditer(shown):
            found.append(Word(number, match.start(), match.end(), _spelled(match[0])))
            if len(found) == _MOST_WORDS:
                return found
    return found


def _spelled(word: str) -> str:
    """As words are compared."""
    word = word.lower()
    return word if word.isascii() else fold(word)


def quoted(reply: Sequence[Word], sent: Sequence[str]) -> list[bool]:
    """Of each word of the reply, whether it is quoted from one of the mails in `sent`."""
    marks = [False] * len(reply)
    said = [word.folded for word in reply]
    for text in sent:
        ours = [_spelled(word) for word in _WORD.findall(_IGNORED.sub(" ", text))[:_MOST_WORDS]]
        runs = _runs(said, ours)
        if not runs or not _is_a_quote(runs, len(ours)):
            continue
        for run in runs:
            marks[run.start : run.end] = [True] * run.length
        for before, behind in pairwise(runs):
            if _is_altered(said[before.end : behind.start], ours[before.ours_end : behind.ours]):
                marks[before.end : behind.start] = [True] * (behind.start - before.end)
    return marks


def _is_a_quote(runs: Sequence[Run], length: int) -> bool:
    """Whoever writes a phrase that stands in our mail as well does not quote it: a quote has most
    of it, or more than anybody repeats by chance."""
    covered = _covered(runs)
    return max(run.length for run in runs) >= _ENOUGH or (covered >= 4 and 2 * covered >= length)


def _is_altered(there: Sequence[str], ours: Sequence[str]) -> bool:
    """Whether what stands between two quoted runs is ours, written in another way."""
    if not there or not ours:
        return False
    known = set(ours)
    same = sum(word in known for word in there)
    return 2 * same >= len(there) and len(there) <= len(ours) + 3


def _covered(runs: Sequence[Run]) -> int:
    return sum(run.length for run in runs)


def _runs(said: Sequence[str], sent: Sequence[str]) -> list[Run]:
    """Runs in the same order in both, which cover as much as possible."""
    size = min(_SHINGLE, len(sent))
    if not size:
        return []
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(sent) - size + 1):
        known = places[tuple(sent[at : at + size])]
        if len(known) < _MOST_PLACES:
            known.append(at)
    found: list[Run] = []
    at, expected = 0, 0
    while at + size <= len(said):
        candidates = places.get(tuple(said[at : at + size]))
        if not candidates:
            at += 1
            continue
        run = max(
            (Run(at, place, _same(said, at, sent, place)) for place in candidates),
            key=lambda run: (run.length, run.ours >= expected, -abs(run.ours - expected)),
        )
        found.append(run)
        at, expected = run.end, run.ours_end
    return _in_order(found)


def _same(said: Sequence[str], at: int, sent: Sequence[str], place: int) -> int:
    length = 0
    most = min(len(said) - at, len(sent) - place)
    while length < most and said[at + length] == sent[place + length]:
        length += 1
    return length


def _in_order(runs: list[Run]) -> list[Run]:
    """Of runs in the order of the reply, those in the order of ours that have the most words."""
    longest = sorted(
        sorted(runs, key=lambda run: -run.length)[:_MOST_RUNS], key=lambda run: run.start
    )
    best: list[tuple[int, int]] = []
    for number, run in enumerate(longest):
        before = max(
            (
                (best[earlier][0], earlier)
                for earlier in range(number)
                if longest[earlier].ours_end <= run.ours
            ),
            default=(0, -1),
        )
        best.append((before[0] + run.length, before[1]))
    chosen: list[Run] = []
    at = max(range(len(best)), key=lambda number: best[number][0], default=-1)
    while at >= 0:
        chosen.append(longest[at])
        at = best[at][1]
    return chosen[::-1]
