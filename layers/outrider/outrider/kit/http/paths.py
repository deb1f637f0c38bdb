"""Suggestions for misspelt paths."""

import re
from collections.abc import Collection

from outrider.kit.text.suggestions import closest

_LONGEST = 200
_PARAMETER = re.compile(r"\{\w+\}")
_ROOT = "v1"


def like(path: str, known: Collection[str]) -> str | None:
    """Return the existing path that `path` is probably a misspelling of, or None.

    `known` are templates such as `/v1/contacts/{contact_id}`; path parameters keep their value. The
    version may be missing, there may be extra slashes, and each word may be misspelt.
    """
    if len(path) > _LONGEST:
        return None
    parts = [part for part in path.split("/") if part]
    if _ROOT in parts:
        parts = parts[parts.index(_ROOT) + 1 :]
    for root in ([_ROOT], []):
        sent = [*root, *parts]
        same_length = [words for words in map(_words, sorted(known)) if len(words) == len(sent)]
        if found := _closest(sent, same_length):
            return "/" + "/".join(found)
    return None


def _words(template: str) -> list[str]:
    return template.strip("/").split("/")


def _closest(sent: list[str], known: list[list[str]]) -> list[str] | None:
    """Return `sent` corrected word by word to the closest of the `known` paths, or None."""
    for place, word in enumerate(sent):
        here = {words[place] for words in known}
        chosen = closest(word, [each for each in here if not _PARAMETER.fullmatch(each)])
        fitting = chosen or next(filter(_PARAMETER.fullmatch, sorted(here)), None)
        known = [words for words in known if words[place] == fitting]
        sent = [*sent[:place], chosen or word, *sent[place + 1 :]]
    return sent if known else None
