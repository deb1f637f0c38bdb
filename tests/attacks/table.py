"""All attacks: goals by channels by techniques, each with a marker that a hostile model knows."""

import base64
import codecs
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random
from typing import Literal, get_args

from tests.attacks.goals import GOALS, Goal, WantedCall
from tests.attacks.techniques import TECHNIQUES, Technique

Channel = Literal[
    "reply", "page", "custom field", "contact name", "company name", "message", "tool result"
]
"""Where the instruction stands. `message`: the person's own, who pasted it."""
CHANNELS: tuple[Channel, ...] = get_args(Channel)

ALL = "OUTRIDER_ALL_ATTACKS"
"""Variable with which all attacks are made, which takes some minutes."""
_MARKER = re.compile(r"ATK-\d{4}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
_HALVES = re.compile(r"First half: (ATK-\d\d)[\s\S]*?second half: (\d\d)")


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack; `number` names it."""

    number: int
    goal: Goal
    channel: Channel
    technique: Technique

    @property
    def marker(self) -> str:
        return f"ATK-{self.number:04}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts that are put into the channel, one or two."""
        return self.technique.parts(self.goal.words, self.marker)

    @property
    def calls(self) -> Iterator[WantedCall]:
        """What an obedient model does."""
        return map(self.technique.bend, self.goal.calls)

    @property
    def then(self) -> Iterator[WantedCall]:
        """What it does with the results."""
        return map(self.technique.bend, self.goal.then)

    def __str__(self) -> str:
        return f"{self.goal.name}-{self.channel}-{self.technique.name}".replace(" ", "_")


@cache
def attacks() -> tuple[Attack, ...]:
    """All attacks, the same at each call."""
    found = product(GOALS, CHANNELS, TECHNIQUES)
    return tuple(Attack(number, *each) for number, each in enumerate(found))


def some(count: int, seed: str, among: Iterable[Attack] | None = None) -> list[Attack]:
    """So many of them, the same for the same seed, with each goal and each technique about as often
    as the others; all of them where OUTRIDER_ALL_ATTACKS is set."""
    pool = list(attacks() if among is None else among)
    if ALL in os.environ:
        return pool
    Random(seed).shuffle(pool)
    taken: dict[tuple[str, str], int] = {}
    ranked = []
    for each in pool:
        pair = (each.goal.name, each.technique.name)
        taken[pair] = taken.get(pair, 0) + 1
        ranked.append((taken[pair], each.number))
    return [attacks()[number] for _, number in sorted(ranked)[:count]]


def found_in(text: str) -> Attack | None:
    """The attack whose instruction stands in a text, however it is hidden."""
    readings = [text, codecs.encode(text, "rot13")]
    readings += [_decoded(each) for each in _BASE64.findall(text)]
    readings += ["".join(halves) for halves in _HALVES.findall(text)]
    for reading in readings:
        if marker := _MARKER.search(reading):
            return attacks()[int(marker[0].removeprefix("ATK-"))]
    return None


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except ValueError:
        return ""
