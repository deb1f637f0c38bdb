"""What the API takes and gives about exports."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from outrider.companies.schemas import CompanyQuery
from outrider.contacts.schemas import ContactQuery
from outrider.contacts.suppressions.schemas import SuppressionQuery
from outrider.exports.models import Export, Format, Kind
from outrider.kit.inputs import Input, check_filters
from outrider.kit.pagination import PageQuery

QUERIES: dict[Kind, type[PageQuery]] = {
    "contacts": ContactQuery,
    "companies": CompanyQuery,
    "suppressions": SuppressionQuery,
}


class ExportCreate(Input):
    """`filters` are the query parameters of the kind's list."""

    kind: Kind
    format: Format
    filters: Annotated[dict[str, JsonValue], Field(max_length=50)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_what_the_list_can_answer(self) -> Self:
        query = QUERIES[self.kind]
        known = set(query.model_fields) - set(PageQuery.model_fields)
        check_filters(query, self.filters, known, "filters")
        return self

    def query(self) -> dict[str, Any]:
        """The filters in the form in which they are kept."""
        asked = QUERIES[self.kind].model_validate(self.filters)
        return asked.model_dump(mode="json", exclude_none=True, include=set(self.filters))


class Download(BaseModel):
    """Where the file is to be had, with GET."""

    method: Literal["GET"] = "GET"
    url: str
    expires_at: str


class ExportShown(Export):
    download: Download | None = None
