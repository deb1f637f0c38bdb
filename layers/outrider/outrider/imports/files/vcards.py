"""Reader of vCard files, 2.1 (with quoted-printable), 3.0 (RFC 2426) and 4.0 (RFC 6350), as a
table."""

import quopri
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

COLUMNS = (
    *("First Name", "Last Name", "Full Name", "Email", "Email 2", "Email 3"),
    *("Phone", "Phone 2", "Phone 3", "Company", "Department", "Job Title", "LinkedIn URL"),
    *("City", "Country", "Time Zone", "Tags", "Website", "Birthday", "Nickname", "Note"),
)
_PROPERTY = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LARGE = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_LONGEST = 64 * 1024
"""Limit of characters per property; the rest is cut off."""
_ADR_CITY, _ADR_COUNTRY = 3, 6


@dataclass(slots=True)
class _Card:
    values: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Values of properties that can repeat (email addresses, phone numbers), with their sort
    order."""
    is_group: bool = False

    def row(self) -> list[str]:
        for name, found in self.many.items():
            distinct = dict.fromkeys(value for _, value in sorted(found, key=lambda each: each[0]))
            for number, value in enumerate(distinct, start=1):
                self.values[name if number == 1 else f"{name} {number}"] = value
        return [self.values.get(name, "") for name in COLUMNS]


def rows_of(lines: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield a row with the column names, then one row per contact."""
    yield COLUMNS
    card: _Card | None = None
    for line in _unfolded(lines):
        found = _PROPERTY.fullmatch(line)
        if not found:
            continue
        name, params, value = found[1].upper(), found[2].upper(), found[3]
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            card = _Card()
        elif name == "END" and card:
            if not card.is_group:
                yield card.row()
            card = None
        elif card and name not in _LARGE:
            _take(card, name, params, _decoded(params, value))


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield the properties, each as one unfolded line: it continues after a line that begins with a
    blank, or after the `=` of quoted-printable."""
    held = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        soft = held.endswith("=") and "QUOTED-PRINTABLE" in held.partition(":")[0].upper()
        if soft:
            held = (held[:-1] + line.removeprefix(" "))[:_LONGEST]
        elif line[:1] in (" ", "\t") and held:
            held = (held + line[1:])[:_LONGEST] if len(held) < _LONGEST else held
        else:
            if held:
                yield held
            held = line[:_LONGEST]
    if held:
        yield held


def _decoded(params: str, value: str) -> str:
    if "QUOTED-PRINTABLE" not in params:
        return value
    raw = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("windows-1252", "replace")


def _take(card: _Card, name: str, params: str, value: str) -> None:
    parts = [_text(part) for part in re.split(r"(?<!\\);", value)]
    text = _text(value)
    match name:
        case "N":
            card.values["Last Name"], card.values["First Name"] = parts[0], (*parts, "")[1]
        case "FN":
            card.values["Full Name"] = text
        case "EMAIL":
            _add(card, "Email", params, text.removeprefix("mailto:"))
        case "TEL" if "FAX" not in params:
            _add(card, "Phone", params, text.removeprefix("tel:"))
        case "ORG":
            card.values["Company"], card.values["Department"] = parts[0], " ".join(parts[1:])
        case "TITLE" | "ROLE":
            card.values.setdefault("Job Title", text)
        case "ADR":
            card.values.setdefault("City", (*parts, *[""] * 7)[_ADR_CITY])
            card.values.setdefault("Country", (*parts, *[""] * 7)[_ADR_COUNTRY])
        case "URL" | "X-SOCIALPROFILE":
            own = "LinkedIn URL" if "linkedin.com/" in text.lower() else "Website"
            if own == "LinkedIn URL" or name == "URL":
                card.values.setdefault(own, text)
        case "TZ" | "NOTE" | "NICKNAME" | "BDAY" | "CATEGORIES":
            card.values[_SIMPLE[name]] = text
        case "KIND" | "X-ADDRESSBOOKSERVER-KIND":
            card.is_group = text.lower() == "group"


_SIMPLE = {
    "TZ": "Time Zone",
    "NOTE": "Note",
    "NICKNAME": "Nickname",
    "BDAY": "Birthday",
    "CATEGORIES": "Tags",
}


def _add(card: _Card, name: str, params: str, value: str) -> None:
    if value:
        place = 0 if re.search(r"\bPREF\b(?!=(?!1\b))", params) else 1
        card.many.setdefault(name, []).append((place, value))


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
