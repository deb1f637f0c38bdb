"""API schemas of imports."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from outrider.entities.schemas import Tags, Text
from outrider.imports.columns.headers import check_mapping
from outrider.imports.files.encodings import GivenEncoding
from outrider.imports.models import (
    MAX_COLUMNS,
    Blanks,
    Defaults,
    Delimiter,
    Duplicates,
    Format,
    Import,
    Kind,
    Result,
)
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model

Column = Annotated[str, Field(max_length=200)]

Mapping = Annotated[dict[Column, Column | None], Field(max_length=MAX_COLUMNS)]


class DefaultsGiven(Checked, Defaults):
    tags: Tags | None = None
    folder_id: Annotated[str, Field(max_length=64)] | None = None
    source: Text | None = None
    evidence: Annotated[str, Field(max_length=1_000)] | None = None


_DEFAULTS: dict[Kind, set[str]] = {
    "contacts": {"tags", "folder_id", "source"},
    "companies": {"tags"},
    "suppressions": {"reason", "evidence"},
}


def _rules() -> dict[str, JsonValue]:
    """Return the JSON Schema rules for fields that depend on each other."""
    every = set().union(*_DEFAULTS.values())
    no_defaults = {
        kind: {"properties": {name: {"type": "null"} for name in sorted(every - taken)}}
        for kind, taken in _DEFAULTS.items()
    }
    return {
        "allOf": [
            json_schema.when({"blanks": {"const": "clear"}}, {"duplicates": {"const": "update"}}),
            json_schema.when(
                {"kind": {"const": "suppressions"}}, {"duplicates": {"const": "skip"}}
            ),
            json_schema.when(
                {"format": {"not": {"const": "csv"}}},
                {"delimiter": {"type": "null"}, "encoding": {"type": "null"}},
            ),
            *(
                json_schema.when({"kind": {"const": kind}}, {"defaults": none})
                for kind, none in no_defaults.items()
            ),
        ]
    }


class ImportCreate(Input):
    """A new import of one file. Its `format` is detected by default. `duplicates` is what happens
    to a row whose contact or company exists; `blanks` is what an empty cell means with `update`;
    `mapping` has the field of a column, or null to ignore it. With `confirm`, nothing is written
    until the import is confirmed."""

    model_config = ConfigDict(json_schema_extra=_rules())

    kind: Kind
    format: Format = "csv"
    duplicates: Duplicates
    blanks: Blanks = "keep"
    mapping: Mapping = Field(default_factory=dict)
    delimiter: Delimiter | None = None
    encoding: GivenEncoding | None = None
    sheet: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    defaults: DefaultsGiven = DefaultsGiven()
    confirm: bool = False

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.blanks == "clear" and self.duplicates != "update":
            raise ValueError("blanks: clear needs duplicates: update")
        if self.kind == "suppressions" and self.duplicates != "skip":
            raise ValueError("An import never changes suppressions: send duplicates: skip")
        if (self.delimiter or self.encoding) and self.format != "csv":
            raise ValueError("delimiter and encoding are for the format csv only: leave them out")
        taken = _DEFAULTS[self.kind]
        given = {name for name, value in self.defaults if value is not None}
        if strange := sorted(given - taken):
            raise ValueError(
                f"An import of {self.kind} takes no default for {', '.join(strange)}: "
                f"it takes {', '.join(sorted(taken))}"
            )
        check_mapping(self.kind, self.mapping)
        return self


class MappingGiven(Input):
    """A mapping of columns that replaces the one the import was created with."""

    mapping: Mapping | None = None


class Upload(Model):
    """Upload request of the file: send it as the body, with this method, URL and headers. The
    upload starts the import."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str] = {}
    expires_at: str
    max_bytes: int


class ImportCreated(Import):
    upload: Upload


class RowsQuery(PageQuery):
    status: Result | None = None
    """Only rows with this result."""
