"""File formats of exports: JSON Lines with the API's own objects, CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from outrider.exports.models import Kind
from outrider.kit.models import Model
from outrider.kit.text.spreadsheets import cell

OPEN_FIELD: dict[Kind, str | None] = {
    "contacts": "custom",
    "companies": "context",
    "suppressions": None,
}
"""The field whose names become columns of their own, as `custom.<name>`."""


def as_json_lines(rows: Iterable[Model]) -> bytes:
    return b"".join(row.model_dump_json().encode() + b"\n" for row in rows)


def as_csv(kind: Kind, fields: Sequence[str], names: Sequence[str], rows: Iterable[Model]) -> bytes:
    """Return the rows as CSV without a header; lines end with CR LF (RFC 4180)."""
    open_field = OPEN_FIELD[kind]
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        values = row.model_dump(mode="json")
        own: Mapping[str, Any] = values.get(open_field or "") or {}
        writer.writerow(
            [cell(values.get(field)) for field in fields] + [cell(own.get(name)) for name in names]
        )
    return text.getvalue().encode()


def header(kind: Kind, fields: Sequence[str], names: Sequence[str]) -> bytes:
    text = io.StringIO()
    own = [f"{OPEN_FIELD[kind]}.{name}" for name in names]
    csv.writer(text).writerow([cell(name) for name in (*fields, *own)])
    return text.getvalue().encode()
