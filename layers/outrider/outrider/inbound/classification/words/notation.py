"""How phrases are written in the files of words, as `README.md` says, and what they match."""

import re
from functools import cache

_PARTS = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|\.\.\.\??|[^\s()\[\]]+")
_BEGINNING = re.compile(r"[^\w*]*([^\W\d_]+)")
_UNSPACED = re.compile(
    r"[\u0900-\u097f\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff]"
)
"""Of scripts that write words without blanks between them, or need not: Thai, Korean, Japanese,
Chinese; and of Devanagari, whose vowel signs are no letters of words to `re`."""
_JOINED = re.compile(r"[\u0590-\u06ff]")
"""Of scripts that join short words to the next: Hebrew, Arabic."""
_BLANK = r"(?:[^\w.!?]{1,4}|\.\s?(?=\d))"
_WITHIN = r"[^\n.!?,;:\u3001\u3002\uff01\uff0c\uff1f]{0,24}?"
"""What `...` is where words are not told apart."""
_LENGTH = 4


@cache
def compiled(phrase: str) -> re.Pattern[str]:
    """A folded phrase as a pattern. Raises ValueError when it is not written as it should be."""
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
    """The keys under which a word of a text is looked up."""
    if _UNSPACED.search(word):
        return [word[at : at + size] for at in range(len(word)) for size in (1, 2)]
    if _JOINED.search(word):
        return [word[at : at + size] for at in range(3) for size in range(1, _LENGTH + 1)]
    return [word[:size] for size in range(1, _LENGTH + 1)]


def signs(word: str) -> list[str]:
    """The word; where the script writes none apart, each two letters that stand together."""
    if _UNSPACED.search(word):
        return [word[at : at + 2] for at in range(len(word))]
    return [word]


def is_unspaced(text: str) -> bool:
    """Whether it has letters of a script that writes words without blanks between them."""
    return bool(_UNSPACED.search(text))


@cache
def needed(phrase: str) -> list[frozenset[str]]:
    """Of each part that a phrase cannot do without, how its words begin."""
    return [keys for part in _required(phrase) if (keys := _keys(part))]


def rarest(phrase: str) -> frozenset[str]:
    """The one of `needed` that says most: of the longest, the fewest."""
    return min(
        filter(None, map(_keys, _required(phrase))),
        key=lambda keys: (-min(map(len, keys)), len(keys)),
        default=frozenset(),
    )


def _required(phrase: str) -> list[str]:
    return [part for part in _PARTS.findall(phrase) if part[0] not in "[!."]


def _keys(part: str) -> frozenset[str]:
    """Nothing where a choice may begin with any letter, or with none."""
    found = [_BEGINNING.match(each) for each in part.strip("()").split("|")]
    if not all(found):
        return frozenset()
    return frozenset(_key(each[1]) for each in found if each)


def _key(word: str) -> str:
    return word[:2] if _UNSPACED.search(word) else word[:_LENGTH]
