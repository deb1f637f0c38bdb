"""Notation of phrases (described in `README.md`), compiled to regular expressions."""

import re
from functools import cache

_PARTS = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|\.\.\.\??|[^\s()\[\]]+")
_BEGINNING = re.compile(r"[^\w*]*([^\W\d_]+)")
_UNSPACED = re.compile(
    r"[\u0900-\u097f\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff]"
)
"""Characters of scripts that do not separate all words: Thai, Korean, Japanese, Chinese; and of
Devanagari, whose vowel signs `re` does not treat as letters."""
_JOINED = re.compile(r"[\u0590-\u06ff]")
"""Characters of scripts that join short words to the next one: Hebrew, Arabic."""
_BLANK = r"(?:[^\w.!?]{1,4}|\.\s?(?=\d))"
_WITHIN = r"[^\n.!?,;:\u3001\u3002\uff01\uff0c\uff1f]{0,24}?"
"""Pattern of `...` in scripts that do not separate words."""
_LENGTH = 4


@cache
def compiled(phrase: str) -> re.Pattern[str]:
    """Compile a folded phrase. Raises ValueError if its notation is wrong."""
    if _PARTS.sub("", phrase).strip() or not _required(phrase):
        raise ValueError(f"{phrase!r} has brackets in brackets, or nothing outside of [ ]")
    unspaced = bool(_UNSPACED.search(phrase))
    blank = r"\W{0,3}" if unspaced else _BLANK
    pattern = ""
    begun = False
    for part in _PARTS.findall(phrase):
        if part == "...":
            pattern += rf"(?:{blank}\w+){{0,4}}" if not unspaced else _WITHIN
        elif part == "...?":
            pattern += r"[^.!?\n]{2,140}[?\u061f]"
        elif part[0] == "!":
            pattern += rf"(?!{blank}(?:{_choice(part[2:-1], blank)})(?!\w))"
        elif part[0] == "[":
            inner = f"(?:{_choice(part[1:-1], blank)})"
            pattern += rf"(?:{blank}{inner})?" if begun else rf"(?:{inner}{blank})?"
        else:
            inner = f"(?:{_choice(part.strip('()'), blank)})"
            pattern += f"{blank}{inner}" if begun else inner
            begun = True
    if unspaced:
        return re.compile(pattern)
    before = r"(?<!\w\w\w)" if _JOINED.search(phrase) else r"(?<!\w)"
    return re.compile(before + pattern + ("" if phrase.endswith("?") else r"(?!\w)"))


def _choice(words: str, blank: str) -> str:
    return "|".join(_words(each.strip(), blank) for each in words.split("|"))


def _words(words: str, blank: str) -> str:
    found = re.escape(words).replace(r"\ ", blank)
    return (
        found.replace(r"\*", r"\w*")
        .replace(r"\#", r"\d+")
        .replace(r"\-", r"\W?")
        .replace("'", "'?")
    )


def beginnings(word: str) -> list[str]:
    """Return the keys under which the phrase index may have a word of a text."""
    if _UNSPACED.search(word):
        return [word[at : at + size] for at in range(len(word)) for size in (1, 2)]
    if _JOINED.search(word):
        return [word[at : at + size] for at in range(3) for size in range(1, _LENGTH + 1)]
    return [word[:size] for size in range(1, _LENGTH + 1)]


def signs(word: str) -> list[str]:
    """Return the word; for scripts that do not separate words, its pairs of letters."""
    if _UNSPACED.search(word):
        return [word[at : at + 2] for at in range(len(word))]
    return [word]


def is_unspaced(text: str) -> bool:
    """Return whether the text has letters of a script that does not separate words."""
    return bool(_UNSPACED.search(text))


@cache
def needed(phrase: str) -> list[frozenset[str]]:
    """Return the index keys of each required part of a phrase; a text must have one key of each
    part."""
    return [keys for part in _required(phrase) if (keys := _keys(part))]


def rarest(phrase: str) -> frozenset[str]:
    """Return the most selective key set of a phrase's required parts: the longest keys, then the
    fewest."""
    return min(
        filter(None, map(_keys, _required(phrase))),
        key=lambda keys: (-min(map(len, keys)), len(keys)),
        default=frozenset(),
    )


def _required(phrase: str) -> list[str]:
    return [part for part in _PARTS.findall(phrase) if part[0] not in "[!."]


def _keys(part: str) -> frozenset[str]:
    """Return the index keys of a part; none if it may begin with any letter."""
    found = [_BEGINNING.match(each) for each in part.strip("()").split("|")]
    if not all(found):
        return frozenset()
    return frozenset(_key(each[1]) for each in found if each)


def _key(word: str) -> str:
    return word[:2] if _UNSPACED.search(word) else word[:_LENGTH]
