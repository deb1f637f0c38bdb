"""What the API takes and gives about imports."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

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
    """What goes together."""
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
    """An import of one file, which tells its `format` where that is not said. `duplicates` says
    what happens to a row whose contact or company exists; `blanks` what an empty cell means for
    `update`; `mapping` names the field of a column, or null to ignore it. With `confirm`, nothing
    is written before it is confirmed."""

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
    def _makes_sense(self) -> Self:
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
    """What to do with columns, instead of what the import was made with."""

    mapping: Mapping | None = None


class Upload(BaseModel):
    """Where the file goes: one request with this method, URL and these headers, and the file as
    its body. It starts the import."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str] = {}
    expires_at: str
    max_bytes: int


class ImportCreated(Import):
    upload: Upload


class RowsQuery(PageQuery):
    status: Result | None = None
    """Only rows of which this became."""
