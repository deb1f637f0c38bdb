"""Detection of the words of a reply that are quoted from our emails, however a client has wrapped
and marked them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from outrider.inbound.classification.words import fold

_SHINGLE = 3
_MOST_WORDS = 4_000
_MOST_POSITIONS = 4
_MOST_RUNS = 200
_ENOUGH = 25
"""Length of a run, in words, that cannot be a coincidence."""

_IGNORED = re.compile(
    r"<?\bhttps?://[^\s>]{1,2000}>?|<mailto:[^>\s]{1,300}>|\[(?:image|cid)\b[^\]\n]{0,300}\]",
    re.IGNORECASE,
)
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
"""A word, or a single character of a script that does not separate words."""


class Word(NamedTuple):
    """A word of a reply and its position."""

    line: int
    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words of the reply, from `start`, that also follow each other in our email, from
    `ours`."""

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
    """Return the words of the lines, in order, up to a limit."""
    found: list[Word] = []
    for number, line in enumerate(lines):
        shown = _IGNORED.sub(lambda link: " " * len(link[0]), line)
        for match in _WORD.finditer(shown):
            found.append(Word(number, match.start(), match.end(), _spelled(match[0])))
            if len(found) == _MOST_WORDS:
                return found
    return found


def _spelled(word: str) -> str:
    """Return the form in which words are compared."""
    word = word.lower()
    return word if word.isascii() else fold(word)


def quoted(reply: Sequence[Word], sent: Sequence[str]) -> list[bool]:
    """Return for each word of the reply whether it is quoted from one of the texts in `sent`."""
    marks = [False] * len(reply)
    folded = [word.folded for word in reply]
    for text in sent:
        ours = [_spelled(word) for word in _WORD.findall(_IGNORED.sub(" ", text))[:_MOST_WORDS]]
        runs = _runs(folded, ours)
        if not runs or not _is_a_quote(runs, len(ours)):
            continue
        for run in runs:
            marks[run.start : run.end] = [True] * run.length
        for run, following in pairwise(runs):
            if _is_altered(folded[run.end : following.start], ours[run.ours_end : following.ours]):
                marks[run.end : following.start] = [True] * (following.start - run.end)
    return marks


def _is_a_quote(runs: Sequence[Run], length: int) -> bool:
    """Return whether the runs are a quote: they cover half of our email, or one is too long to be a
    coincidence. A shared phrase alone is not a quote."""
    covered = _covered(runs)
    return max(run.length for run in runs) >= _ENOUGH or (covered >= 4 and 2 * covered >= length)


def _is_altered(between: Sequence[str], ours: Sequence[str]) -> bool:
    """Return whether the reply's words between two quoted runs are a slightly changed quote of our
    email."""
    if not between or not ours:
        return False
    known = set(ours)
    same = sum(word in known for word in between)
    return 2 * same >= len(between) and len(between) <= len(ours) + 3


def _covered(runs: Sequence[Run]) -> int:
    return sum(run.length for run in runs)


def _runs(reply: Sequence[str], sent: Sequence[str]) -> list[Run]:
    """Return runs that both texts have in the same order and that cover as many words as
    possible."""
    size = min(_SHINGLE, len(sent))
    if not size:
        return []
    positions: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(sent) - size + 1):
        known = positions[tuple(sent[at : at + size])]
        if len(known) < _MOST_POSITIONS:
            known.append(at)
    found: list[Run] = []
    at, expected = 0, 0
    while at + size <= len(reply):
        candidates = positions.get(tuple(reply[at : at + size]))
        if not candidates:
            at += 1
            continue
        run = max(
            (Run(at, position, _same(reply, at, sent, position)) for position in candidates),
            key=lambda run: (run.length, run.ours >= expected, -abs(run.ours - expected)),
        )
        found.append(run)
        at, expected = run.end, run.ours_end
    return _in_order(found)


def _same(reply: Sequence[str], at: int, sent: Sequence[str], position: int) -> int:
    length = 0
    most = min(len(reply) - at, len(sent) - position)
    while length < most and reply[at + length] == sent[position + length]:
        length += 1
    return length


def _in_order(runs: list[Run]) -> list[Run]:
    """Return the runs, sorted as in the reply, that are in order in our email too and have the most
    words."""
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
