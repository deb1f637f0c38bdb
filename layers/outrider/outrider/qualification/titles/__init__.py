"""Seniority and departments of job titles in several languages.

The phrases are in seniority.txt and departments.txt, which document their format.
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
"""Seniorities from the highest to the lowest."""

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
"""Seniorities that outrank "junior" or "intern" in the same title."""
_LONGEST = 300
"""Maximum number of characters read of a title."""
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_NOT_IN_WORDS = re.compile(r"[^a-z0-9]+")
_SECTION = re.compile(r"\[([a-z_]+)\]")
_SERVES = re.compile(
    r"\b(?:(?:executive |personal |team )?assist[ae]nt(?:e|in)? (?:to|of|der|des|du|de la|a la)"
    r"|assistenz (?:der|des)|assistant(?:e)? de direction|ea to|pa to"
    r"|asistente (?:de|del|a la)|adjoint(?:e)? (?:du|de la)|office of the)\b.*"
)
"""Pattern from which on a title names the person assisted, as in "Assistant to the CEO"."""
_REPORTS_TO = re.compile(r"\b(intern|trainee|adviser|advisor|consultant) to\b.*")
_FORMER = re.compile(
    r"\b(?:ex|former|formerly|ehemalige[rn]?|retired|past)\b [a-z0-9]+( [a-z0-9]+)*"
)


@dataclass(frozen=True, slots=True)
class Title:
    """Meaning of a job title. `seniority` is the highest one that it names, or None."""

    seniority: Seniority | None
    seniorities: frozenset[Seniority]
    """`seniority`, or both `founder` and `c_level` if the title names both."""
    departments: frozenset[Department]


@lru_cache(maxsize=1_024)
def read_title(text: str) -> Title:
    """Return the seniority and departments of a job title in one of the known languages.

    `text` is the title as a person wrote it; only its first 300 characters are read.
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
    """Return the words of a job title in lower case, without accents and punctuation, and without a
    former job or the person whom an assistant assists."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = _INITIALS.sub(lambda found: found.group().replace(".", ""), plain)
    plain = _NOT_IN_WORDS.sub(" ", plain).strip()
    plain = _SERVES.sub("assistant", plain)
    plain = _REPORTS_TO.sub(r"\1", plain)
    return _FORMER.sub("", plain).split()


def _matches(words: Sequence[str], phrases: "_Phrases") -> Iterator[str]:
    """Yield the meaning of the longest phrase at each position, continuing after its last word."""
    at = 0
    while at < len(words):
        length, meaning = phrases.longest(words, at)
        if length:
            yield meaning
        at += length or 1


@dataclass(frozen=True, slots=True)
class _Phrases:
    plain: Mapping[str, str]
    """Meanings by phrase."""
    patterns: Sequence[tuple[int, re.Pattern[str], str]]
    """Phrases with `*`: number of words, pattern and meaning, the longest pattern first."""
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
