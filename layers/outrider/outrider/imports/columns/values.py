"""Parsing of cells in the forms in which people and programs write them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache

from outrider.imports.columns.names import plain
from outrider.imports.files.records import split_leniently
from outrider.imports.models import Kind
from outrider.kit import json
from outrider.kit.zones import zone_names

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u00ad\ufeff\u00a0]")
_ADDRESS = re.compile(r'[^\s@<>"(),:;|\[\]]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}')
_NAMED = re.compile(r"\s*(.*?)\s*<[^<>]*@[^<>]*>\s*[;,]?\s*", re.DOTALL)
_DOMAIN = re.compile(r"(?:https?://)?@?(?:[\w-]+\.)+[^\W\d_][\w-]+\.?(?:[/?#]\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"[+0(][\d\s().\-/]{6,24}\d")
_LINKEDIN = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/(?:in|pub|sales)/\S+", re.IGNORECASE
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SCORE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:(%)|/\s*(\d+(?:[.,]\d+)?))?")
_YEAR = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])?[./]?(?:0?[1-9]|1[0-2])?[./]?(\d{4})(?:[.,]0+)?|(\d{4})-\d\d-\d\d.*"
)
_PARTICLES = _words(
    """van von vom zu zum zur der den de del della di da das dos do du des la le las los el al bin
    ibn ben ter ten te af av ap y e"""
)
_SUFFIXES = _words(
    """phd md mba jr sr ii iii iv esq cpa dds msc bsc ma ba mph cissp pmp rn pe jd llm dmd cfa cfp
    edd psyd mfa mpa ms bs mdiv"""
)
_LONGEST_KEY = 320
"""Characters of the longest cell that can be a key; a longer one is a note, which may contain an
address too."""
_LONGEST_WORD = 30
_COURTESY = _words(
    """mr mrs ms miss mx sir dr prof professor herr herrn frau hr fr drdr profdr
    m mme mlle monsieur madame mademoiselle maitre me sr sra srta don dona d da dra prof
    sig signor signora sigra dott dottssa dottore ing dhr mevr mw mevrouw heer mnr
    pan pani dipling dring profdring rev sen frk fru herra rouva mgr"""
)
_YES = _words(
    """yes y true t 1 on x checked ja j oui o si sim s tak ano igen da kylla jah taip on
    да evet はい 是 예 wahr vrai verdadero vero verdadeiro prawda ✓ ✔ ☑"""
)
_NO = _words(
    """no n false f 0 off unchecked nein non nao nie ne nej nei ei nem nu нет hayir いいえ 否 아니요
    falsch faux falso falsz never none null na niet nee - — ✗ ✘ ☐ 00 nan"""
)


def looks_like_key(kind: Kind, cell: str) -> bool:
    """Return whether a cell looks like the key of a row of this kind: an address or domain."""
    cell = cell.strip()
    if len(cell) > _LONGEST_KEY:
        return False
    if kind == "contacts":
        return bool(_ADDRESS.search(cell))
    return bool(_DOMAIN.fullmatch(cell)) or (
        kind == "suppressions" and bool(_ADDRESS.fullmatch(cell))
    )


def looks_like_phone(cell: str) -> bool:
    return bool(_PHONE.fullmatch(cell.strip()))


def looks_like_linkedin(cell: str) -> bool:
    return bool(_LINKEDIN.fullmatch(cell.strip()))


def addresses_in(cell: str) -> tuple[list[str], str | None]:
    """Return the addresses in a cell, and the display name before a single one: `Ada
    <ada@x.com>`."""
    text = _INVISIBLE.sub(" ", cell).strip()
    found = [each.lstrip("'") for each in _ADDRESS.findall(text)]
    named = _NAMED.fullmatch(text) if len(text) <= _LONGEST_KEY else None
    name = named[1].strip("\"' ") if named and len(found) == 1 else ""
    return list(dict.fromkeys(found)), name if name and "@" not in name else None


def is_courtesy(cell: str) -> bool:
    """Return whether the cell is a courtesy title (Ms., Dr., Herr, Mme, …), not a job title."""
    return len(cell) <= _LONGEST_WORD and plain(cell) in _COURTESY


def timezone_in(cell: str) -> str:
    """Return the IANA name of a time zone, ignoring case; any other text unchanged."""
    return _zones_by_fold().get(cell.strip().casefold().replace(" ", "_"), cell)


@cache
def _zones_by_fold() -> Mapping[str, str]:
    return {name.casefold(): name for name in zone_names()}


def score_in(cell: str) -> float | None:
    """Return a share as a number: 0.85, 0,85, 85%, 85/100. Return None for anything else."""
    found = _SCORE.fullmatch(cell.strip())
    if not found:
        return None
    number = float(found[1].replace(",", "."))
    if found[2]:
        return number / 100
    whole = float(found[3].replace(",", ".")) if found[3] else 1
    return number / whole if whole else None


def year_in(cell: str) -> str:
    """Return the year of 1998, 1998.0, 1998-05-01 or 01.05.1998; any other text as it is."""
    found = _YEAR.fullmatch(cell.strip())
    return (found[1] or found[2]) if found else cell


def names_in(whole: str) -> dict[str, str]:
    """Return the first and last name of a full name: `Ada King Lovelace`, `Lovelace, Ada King`,
    `Jan van der Berg`."""
    before, comma, behind = (part.strip() for part in whole.partition(","))
    if comma and plain(behind.partition(",")[0]) in _SUFFIXES:
        comma, whole = "", before
    if comma:
        first, last = behind, before
    else:
        words = whole.split()
        small = (n for n, word in enumerate(words) if n and word.casefold() in _PARTICLES)
        at = next((n for n in small if words[n].islower()), max(len(words) - 1, 1))
        first, last = " ".join(words[:at]), " ".join(words[at:])
    return {field: name for field, name in (("first_name", first), ("last_name", last)) if name}


def other_part(part: str, whole: str) -> str:
    """Return the rest of a full name without one of its parts; all of it if it does not contain the
    part."""
    words, own = whole.split(), part.split()
    for rest, beside in (
        (words[len(own) :], words[: len(own)]),
        (words[: -len(own)], words[-len(own) :]),
    ):
        if [word.casefold() for word in beside] == [word.casefold() for word in own]:
            return " ".join(rest)
    return whole


def words_in(cell: str) -> list[str]:
    """Return the items of a list: JSON, quoted, or with separators."""
    if cell.startswith("["):
        with suppress(ValueError):
            words = json.loads(cell)
            if isinstance(words, list) and all(isinstance(word, str) for word in words):
                return words
    # Google Contacts adds everybody to myContacts.
    if " ::: " in cell or cell == "* myContacts":
        words = [word.strip(" *") for word in cell.split(" ::: ")]
        return [word for word in words if word and plain(word) != "mycontacts"]
    if cell.startswith('"'):
        words = split_leniently(cell, ",") or []
        if any(word.strip() for word in words):
            return [word.strip() for word in words if word.strip()]
    return [word.strip() for word in re.split(r"[,;|]", cell) if word.strip()]


def yes_or_no(cell: str) -> bool | None:
    """Return whether the cell means yes or no; None if neither."""
    word = cell.strip().casefold()
    if len(word) > _LONGEST_WORD:
        return None
    bare = plain(word) or word
    if bare in _YES or word in _YES:
        return True
    if bare in _NO or word in _NO:
        return False
    return None
