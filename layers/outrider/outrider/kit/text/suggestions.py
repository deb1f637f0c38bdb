"""Suggestions for misspelt names: "Did you mean first_name?"."""

import re
from collections.abc import Collection

_LONGEST = 64
"""Maximum characters of a name to compare; the time grows with the square of the length."""
_SHORTEST_PART = 4
"""Minimum characters of an abbreviated name."""
_LIKENESS = 0.8


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the name in `known` that `word` most likely stands for, or None.

    An exact match that ignores case and punctuation (`firstName`) comes first, then the most
    similar name, then the only name that begins or ends with `word`.
    """
    plain = _plain(word[: _LONGEST + 1])
    if not plain or len(word) > _LONGEST:
        return None
    forms = {_plain(name): name for name in sorted(known)}
    if plain in forms:
        return forms[plain]
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    if found := get_close_matches(plain, forms, n=1, cutoff=_LIKENESS):
        return forms[found[0]]
    if len(plain) < _SHORTEST_PART:
        return None
    longer = [form for form in forms if form.startswith(plain) or form.endswith(plain)]
    return forms[longer[0]] if len(longer) == 1 else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ". Did you mean …?" to append to a sentence, or an empty text."""
    meant = closest(word, known)
    return f". Did you mean {meant}?" if meant and meant != word else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
