"""Job titles: the seniority and the departments that each stands for, in several languages.

The phrases are data: seniority.txt and departments.txt, which say how they are written.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

Seniority = Literal[
    "founder", "c_level", "vp", "director", "head", "manager", "senior", "individual", "entry"
]
"""From the highest to the lowest."""

Department = Literal[
    "sales",
    "marketing",
    "engineering",
    "product",
    "data",
    "design",
    "it",
    "finance",
    "hr",
    "operations",
    "customer_success",
    "legal",
    "executive",
]

SENIORITIES: tuple[Seniority, ...] = get_args(Seniority)

_ABOVE_ENTRY = frozenset(SENIORITIES[:5])
"""Where one of these is named beside "junior" or "intern", it is the seniority."""
_LONGEST = 300
"""Characters of a title that are read."""
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_NOT_IN_WORDS = re.compile(r"[^a-z0-9]+")
_SECTION = re.compile(r"\[([a-z_]+)\]")
_SERVES = re.compile(
    r"\b(?:(?:executive |personal |team )?assist[ae]nt(?:e|in)? (?:to|of|der|des|du|de la|a la)"
    r"|assistenz (?:der|des)|assistant(?:e)? de direction|ea to|pa to"
    r"|asistente (?:de|del|a la)|adjoint(?:e)? (?:du|de la)|office of the)\b.*"
)
"""From here on a title names the person who is assisted, as in "Assistant to the CEO"."""
_REPORTS_TO = re.compile(r"\b(intern|trainee|adviser|advisor|consultant) to\b.*")
_FORMER = re.compile(
    r"\b(?:ex|former|formerly|ehemalige[rn]?|retired|past)\b [a-z0-9]+( [a-z0-9]+)*"
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a job title stands for. `seniority` is the highest that it names, or None."""

    seniority: Seniority | None
    seniorities: frozenset[Seniority]
    """`seniority`, and `c_level` beside `founder` where a title names both."""
    departments: frozenset[Department]


@lru_cache(maxsize=1_024)
def read_title(text: str) -> Title:
    """Return the seniority and the departments of a job title in any of the languages known.

    `text` is as a person wrote it; its first 300 characters are read.
    """
    words = words_of(text)
    named = {found for found in _matches(words, _phrases("seniority")) if found}
    ranked = [each for each in SENIORITIES if each in named]
    if "entry" in named and not named & _ABOVE_ENTRY:
        ranked = ["entry"]
    highest = ranked[0] if ranked else None
    both = {"founder", "c_level"} <= named
    departments = {found for found in _matches(words, _phrases("departments")) if found}
    if highest == "founder":
        departments.add("executive")
    return Title(
        highest,
        frozenset(("founder", "c_level") if both else ranked[:1]),
        frozenset(each for each in get_args(Department) if each in departments),
    )


def words_of(text: str) -> list[str]:
    """Return the words of a job title: lower case, without accents, punctuation, a former job, and
    the person whom an assistant assists."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = _INITIALS.sub(lambda found: found.group().replace(".", ""), plain)
    plain = _NOT_IN_WORDS.sub(" ", plain).strip()
    plain = _SERVES.sub("assistant", plain)
    plain = _REPORTS_TO.sub(r"\1", plain)
    return _FORMER.sub("", plain).split()


def _matches(words: Sequence[str], phrases: "_Phrases") -> Iterator[str]:
    """The meaning of the longest phrase at each place; its words are then behind us."""
    at = 0
    while at < len(words):
        length, meaning = phrases.longest(words, at)
        if length:
            yield meaning
        at += length or 1


@dataclass(frozen=True, slots=True)
class _Phrases:
    plain: Mapping[str, str]
    """By the phrase."""
    patterns: Sequence[tuple[int, re.Pattern[str], str]]
    """Phrases with `*`: the number of words, the pattern and the meaning; the longest first."""
    most_words: int

    def longest(self, words: Sequence[str], at: int) -> tuple[int, str]:
        for length in range(min(self.most_words, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in self.plain:
                return length, self.plain[phrase]
            for number, pattern, meaning in self.patterns:
                if number == length and pattern.fullmatch(phrase):
                    return length, meaning
        return 0, ""


@cache
def _phrases(name: str) -> _Phrases:
    plain: dict[str, str] = {}
    patterns: list[tuple[int, re.Pattern[str], str]] = []
    section = ""
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if found := _SECTION.fullmatch(line):
            section = found.group(1)
            continue
        phrase, _, other = line.partition(" = ")
        meaning = other or section
        meaning = "" if meaning == "none" else meaning
        if "*" in phrase:
            pattern = re.escape(phrase).replace(r"\*", "[a-z0-9]*")
            patterns.append((len(phrase.split()), re.compile(pattern), meaning))
        else:
            plain[phrase] = meaning
    patterns.sort(key=lambda each: len(each[1].pattern), reverse=True)
    most = max(*(len(phrase.split()) for phrase in plain), *(each[0] for each in patterns))
    return _Phrases(plain, patterns, most)
