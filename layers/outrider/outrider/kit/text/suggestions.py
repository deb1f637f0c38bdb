"""Suggestions for names that are nearly right: "Did you mean first_name?"."""

import re
from collections.abc import Collection

_LONGEST = 64
"""Characters of a name that is compared; each comparison takes time in proportion to the square."""
_PREFIX = 4
"""Characters that the beginning of a name needs, to stand for the whole."""
_LIKENESS = 0.8


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the name in `known` that `word` most likely stands for, or None.

    Capitals and signs count for nothing (`firstName`); then comes the most similar name, then the
    only one that begins so.
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
    begun = [form for form in forms if len(plain) >= _PREFIX and form.startswith(plain)]
    return forms[begun[0]] if len(begun) == 1 else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ". Did you mean …?" to end a sentence with, or an empty text."""
    meant = closest(word, known)
    return f". Did you mean {meant}?" if meant and meant != word else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
