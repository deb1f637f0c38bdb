"""ISO 3166-1 country codes by code and by name in several languages.

countries.txt is generated from Unicode's CLDR by `python -m tools.countries`.
"""

from functools import cache
from pathlib import Path

from outrider.qualification.phrases import words_of


def country_of(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code for a code or a country name in a known language, or
    None."""
    return _codes().get(" ".join(words_of(text)))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    lines = (Path(__file__).parent / "countries.txt").read_text(encoding="utf-8").splitlines()
    for names in (line.split(";") for line in lines):
        for name in names:
            codes.setdefault(" ".join(words_of(name)), names[0])
    return {**codes, **{line[:2].lower(): line[:2] for line in lines}}
