"""API schemas of exports."""

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from outrider.companies.schemas import CompanyQuery
from outrider.contacts.schemas import ContactQuery
from outrider.contacts.suppressions.schemas import SuppressionQuery
from outrider.exports.models import Export, Format, Kind
from outrider.kit.http.inputs import Input, check_filters, filters_of
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model

QUERIES: dict[Kind, type[PageQuery]] = {
    "contacts": ContactQuery,
    "companies": CompanyQuery,
    "suppressions": SuppressionQuery,
}


def _known(kind: Kind) -> set[str]:
    return set(QUERIES[kind].model_fields) - set(PageQuery.model_fields)


def _describe(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [
        {
            "required": ["kind"],
            "properties": {
                "kind": {"const": kind},
                "filters": filters_of(query, _known(kind), f"{kind.title()}ExportFilters"),
            },
        }
        for kind, query in QUERIES.items()
    ]


class ExportCreate(Input):
    """A new export; `filters` are the query parameters of the list of its kind."""

    model_config = ConfigDict(json_schema_extra=_describe)

    kind: Kind
    format: Format
    filters: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_filters(self) -> Self:
        check_filters(QUERIES[self.kind], self.filters, _known(self.kind), "filters")
        return self

    def query(self) -> dict[str, Any]:
        """Return the filters in the form in which they are stored."""
        asked = QUERIES[self.kind].model_validate(self.filters)
        return asked.model_dump(mode="json", exclude_none=True, include=set(self.filters))


class Download(Model):
    """Link to the file of an export, for GET."""

    method: Literal["GET"] = "GET"
    url: str
    expires_at: str


class ExportView(Export):
    download: Download | None = None
