"""Interpretation of the columns of a file: by the caller's mapping, by their names, or by their
values."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from outrider.imports.columns.contact_status import stop_in
from outrider.imports.columns.names import NAMES, STANDING, known, numbered, plain
from outrider.imports.columns.values import looks_like_key, looks_like_linkedin, looks_like_phone
from outrider.imports.errors import BrokenFile
from outrider.imports.files.records import Record
from outrider.imports.models import Column, Kind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_NAME = 100
NUMBERED = re.compile(r"Column \d+")
"""Names of columns without a header."""
_SHOWN = 20

OPEN_FIELD: dict[Kind, str | None] = {
    "contacts": "custom",
    "companies": "context",
    "suppressions": None,
}
"""The field in which unknown columns are kept."""

KEYS: dict[Kind, tuple[str, ...]] = {
    "contacts": ("email",),
    "companies": ("domain", "website"),
    "suppressions": ("address", "domain", "value"),
}
"""Key fields, of which a file needs one."""

_BY_CONTENT: dict[Kind, str] = {
    "contacts": "email",
    "companies": "website",
    "suppressions": "value",
}
_PARTS = frozenset({"first_name", "last_name"})
_MANY = frozenset(STANDING)
"""Fields that several columns may have."""

OURS: dict[Kind, frozenset[str]] = {
    "contacts": _words(
        """id object email other_emails first_name last_name title company company_id linkedin_url
        phone country timezone folder_id tags status fit_score verified verification source
        last_contacted_at last_replied_at created_at updated_at version full_name"""
    ),
    "companies": _words(
        """id object name domain website industry size country linkedin_url phone description
        founded tags created_at updated_at version"""
    ),
    "suppressions": _words("id object kind address domain reason evidence created_at"),
}
"""Columns of Outrider's own exports."""


def check_mapping(kind: Kind, mapping: Mapping[str, str | None]) -> None:
    """Raise ValueError if the mapping names an unknown field, or a field twice."""
    open_field = OPEN_FIELD[kind]
    seen: set[str] = set()
    for column, field in mapping.items():
        if field is None:
            continue
        head, dot, name = field.partition(".")
        is_field = 0 < len(name) <= MAX_NAME if dot else field in NAMES[kind]
        if not is_field or (dot and head != open_field):
            own = f", or {open_field}.<name>" if open_field else ""
            raise ValueError(
                f"mapping: {column!r} cannot go to {field!r}; the fields are "
                f"{', '.join(NAMES[kind])}{own}, or null to ignore the column"
            )
        if field in seen and field not in _MANY:
            raise ValueError(f"mapping: two columns go to {field!r}")
        seen.add(field)


def understand(
    kind: Kind,
    names: Sequence[str],
    mapping: Mapping[str, str | None],
    line: int,
    rows: Sequence[Record] = (),
) -> list[Column]:
    """Return the interpretation of each column; `rows` are sample rows. If several columns could be
    the same field, the one with the best name gets it, and the others are kept under their names.

    Raises BrokenFile if the mapping names a missing column, or no column is a key.
    """
    names = distinct(names)
    columns = describe(kind, names, _given(names, mapping, line), rows)
    if not {column.field for column in columns} & set(KEYS[kind]):
        raise BrokenFile(
            line,
            f"No column was recognised as {' or '.join(KEYS[kind])}. The columns are "
            f"{_listed(names)}: name the right one in mapping",
        )
    return columns


def describe(
    kind: Kind,
    names: Sequence[str],
    given: Mapping[str, str | None],
    rows: Sequence[Record] = (),
) -> list[Column]:
    """Return the interpretation of columns with these distinct names."""
    found = {name: Column(column=name, field=field, how="given") for name, field in given.items()}
    taken = {field for field in given.values() if field}
    ours = OURS[kind] if is_ours(kind, names) else frozenset()
    content = _Content(kind, names, rows)
    guesses = sorted(
        (rank, place, name, field)
        for place, name in enumerate(names)
        if name not in found
        and (guessed := known(kind, name))
        and not content.denies(name, guessed[0])
        for field, rank in [guessed]
    )
    covered = _covered(taken, [field for *_, field in guesses])
    for _, _, name, field in guesses:
        if field in _MANY or (field not in taken and field not in covered):
            found[name] = Column(column=name, field=field, how="guessed")
            taken.add(field)
    for field, name in content.fields(set(names) - set(found)):
        if field not in taken and not (field in KEYS[kind] and taken & set(KEYS[kind])):
            found[name] = Column(column=name, field=field, how="content")
            taken.add(field)
    return [
        found.get(name)
        or (
            Column(column=name, field=None, how="ignored")
            if name in ours
            else _kept(kind, name, given.values())
        )
        for name in names
    ]


def warnings_of(columns: Sequence[Column], rows: Sequence[Record]) -> list[str]:
    """Return the warnings: columns interpreted as opt-outs or bounces, columns interpreted by their
    values, and unknown columns with opt-outs."""
    found = []
    for place, column in enumerate(columns):
        cells = [row.cells[place] for row in rows if place < len(row.cells)]
        if column.field in _MANY and column.how != "given":
            found.append(
                f"{column.column!r} is taken for {column.field}: contacts that it stops are "
                "unsubscribed or bounced, and not written to. Map it to something else if not"
            )
        elif column.how == "content":
            found.append(f"{column.column!r} is taken for {column.field} by what stands in it")
        elif column.how == "kept" and (stop := next((c for c in cells if stop_in(c)), None)):
            found.append(
                f"{column.column!r} says {stop[:50]!r} and changes nothing: map it to status if it "
                "says who must not be written to"
            )
    return found


def _covered(given: Collection[str], guessed: Collection[str]) -> Collection[str]:
    """Return the name fields that are redundant: a full name if both of its parts exist, and the
    parts if a full name is given."""
    if "full_name" in given:
        return _PARTS
    return {"full_name"} if {*guessed, *given} >= _PARTS else ()


def _kept(kind: Kind, name: str, given: Collection[str | None]) -> Column:
    """Return an unknown column, or a second column for a field. The latter fills the field in rows
    in which the first is empty, unless the mapping names the field."""
    open_field = OPEN_FIELD[kind]
    if open_field is None or not name:
        return Column(column=name, field=None, how="kept")
    head, dot, own = name.partition(".")
    field = name if dot and own and head == open_field else f"{open_field}.{name[:MAX_NAME]}"
    other = known(kind, name) or numbered(kind, name)
    instead = other[0] if other and other[0] not in {*_MANY, *given, "tags", "folder_id"} else None
    if "full_name" in given and instead in _PARTS:
        instead = None
    return Column(column=name, field=field, how="kept", stands_in=instead)


def is_ours(kind: Kind, names: Sequence[str]) -> bool:
    """Return whether these are mainly the columns of Outrider's own export."""
    own = f"{OPEN_FIELD[kind]}."
    ours = [name for name in names if name in OURS[kind] or name.startswith(own)]
    marks = {"version", "object"} if kind != "suppressions" else {"object", "kind"}
    return bool(marks & set(names)) and len(ours) * 4 >= len(names) * 3


class _Content:
    """Interpretation of columns by their values in sample rows."""

    def __init__(self, kind: Kind, names: Sequence[str], rows: Sequence[Record]) -> None:
        self._kind = kind
        self._cells = {
            name: [row.cells[place].strip() for row in rows if place < len(row.cells)]
            for place, name in enumerate(names)
        }

    def denies(self, name: str, field: str) -> bool:
        """Return whether a column with the name of a key has no keys, while another column has."""
        if field != _BY_CONTENT[self._kind] or any(map(self._is_key, self._cells[name])):
            return False
        return bool(any(self._cells[name]) and self._share_of_keys())

    def fields(self, names: set[str]) -> list[tuple[str, str]]:
        """Return the fields of columns by their values."""
        keys = [name for name in self._share_of_keys() if name in names]
        found = [(_BY_CONTENT[self._kind], name) for name in keys[:1]]
        if self._kind == "contacts":
            found += self._named("linkedin_url", looks_like_linkedin, names)
            # A name may show that it is no phone number.
            if all(NUMBERED.fullmatch(name) for name in names):
                found += self._named("phone", looks_like_phone, names)
        return found

    def _named(
        self, field: str, is_one: Callable[[str], bool], names: set[str]
    ) -> list[tuple[str, str]]:
        return [(field, n) for n in self._cells if n in names and self._mostly(n, is_one)]

    def _share_of_keys(self) -> list[str]:
        """Return the columns of which most cells are keys, the ones with most keys first."""
        having = [name for name in self._cells if self._mostly(name, self._is_key)]
        return sorted(having, key=lambda name: -sum(map(self._is_key, self._cells[name])))

    def _is_key(self, cell: str) -> bool:
        return looks_like_key(self._kind, cell)

    def _mostly(self, name: str, is_one: Callable[[str], bool]) -> bool:
        filled = [cell for cell in self._cells[name] if cell]
        return sum(map(is_one, filled)) * 2 > len(filled)


def _given(
    names: Sequence[str], mapping: Mapping[str, str | None], line: int
) -> dict[str, str | None]:
    """Return the mapping by the file's own column names, which may be spelled differently. Raises
    BrokenFile if a column is missing."""
    by_plain = {plain(name): name for name in reversed(names)}
    found: dict[str, str | None] = {}
    missing = []
    for name, field in mapping.items():
        column = name.strip() if name.strip() in names else by_plain.get(plain(name))
        if column is None:
            missing.append(name)
        else:
            found[column] = field
    if missing:
        raise BrokenFile(
            line,
            f"The mapping names {_listed(missing)}, which the file does not have. "
            f"Its columns are {_listed(names)}",
        )
    return found


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names made distinct: `Email`, `Email (2)`."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return distinct


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
