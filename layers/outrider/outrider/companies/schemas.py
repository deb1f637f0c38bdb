"""Request and response schemas of companies."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    Tag,
    model_validator,
)

from outrider.companies.domains import domain_of_website, is_free_mail, is_shared
from outrider.companies.models import Company, folded
from outrider.entities.schemas import (
    MAX_BATCH,
    BatchResult,
    Context,
    RowResult,
    Tags,
    Text,
    check_object,
)
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import MANY, ONE, BatchBody, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Instant, one_or_many
from outrider.kit.models import Model
from outrider.kit.outbound.urls import ShortWebAddress, WebAddress
from outrider.kit.text.addresses import Domain

_OURS = frozenset({"id", "object", "created_at", "updated_at", "version", "deleted_at"})
_NAMES: json_schema.Schema = {
    "propertyNames": {"minLength": 1, "maxLength": 100, "not": {"enum": sorted(_OURS)}}
}


def _as_text(size: Any) -> Any:
    return str(size) if isinstance(size, int) and not isinstance(size, bool) else size


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Size = Annotated[
    str,
    BeforeValidator(_as_text, json_schema_input_type=str | int),
    Field(max_length=50, description="A number, or a range like `51-200`"),
]


class _CompanyFields(Input):
    """Fields of a company. Fields of other names are accepted and stored in `context`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, JsonValue]

    name: Name | None = None
    domain: Domain | None = None
    website: WebAddress | None = None
    industry: Text | None = None
    size: Size | None = None
    country: Text | None = None
    linkedin_url: ShortWebAddress | None = None
    phone: Text | None = None
    description: Annotated[str, Field(max_length=5_000)] | None = None
    founded: Annotated[int, Field(ge=1, le=9_999, description="The year")] | None = None
    tags: Tags | None = None
    context: Annotated[
        Context, Field(description="Merged into what is there; null removes a name")
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keeps_what_can_be_kept(self) -> Self:
        for name in self.__pydantic_extra__:
            if name in _OURS:
                raise ValueError(f"{name} is set by Outrider: leave it out")
            if not 1 <= len(name) <= 100:
                raise ValueError("The name of a field must have 1 to 100 characters")
        check_object(self.__pydantic_extra__, "context")
        return self

    @property
    def given(self) -> dict[str, Any]:
        """Return the fields that the caller set; defaults of other fields have no meaning here.
        `context` includes all fields of other names, and is merged into the stored one."""
        given = self.model_dump(exclude_unset=True, include=set(_CompanyFields.model_fields))
        if self.__pydantic_extra__:
            given["context"] = {**self.context, **self.__pydantic_extra__}
        return given


class CompanyWrite(_CompanyFields):
    """A company to create, or to upsert by its domain; an upsert changes only the given fields.

    Without `domain`, the domain of the website is used.
    """

    model_config = ConfigDict(
        json_schema_extra={**_NAMES, **json_schema.any_of("name", "domain", "website")}
    )

    tags: Tags = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _takes_the_domain_of_its_website(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "domain" in given:
            return given
        domain = _company_domain(given.get("website"))
        return {**given, "domain": domain} if domain else given

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if self.name is None and self.domain is None:
            raise ValueError("A company needs a name or a domain")
        return self


def _company_domain(website: Any) -> str | None:
    """Return the domain of the website if it can be the company's own: not a free email provider or
    a shared host. Else return None."""
    try:
        domain = domain_of_website(website) if isinstance(website, str) else None
    except ValueError:
        return None  # the field says what is wrong with it
    return None if domain is None or is_free_mail(domain) or is_shared(domain) else domain


class CompanyCreate(CompanyWrite):
    upsert: bool = False


class CompanyUpdate(_CompanyFields):
    """Changes of a company: only the given fields change, and null clears a field. `tags` are
    replaced as a whole; `context` and fields of other names are merged."""

    model_config = ConfigDict(json_schema_extra={**_NAMES, **json_schema.CHANGES_SOMETHING})

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.given:
            raise ValueError("There is nothing to change")
        return self


class CompanyBatch(BatchBody):
    """Rows to create or upsert. Each is validated and written separately, so an invalid row never
    affects the others."""

    companies: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_BATCH)]
    upsert: bool = False


CompanyBody = Annotated[
    Annotated[CompanyCreate, Tag(ONE)] | Annotated[CompanyBatch, Tag(MANY)],
    one_or_many("companies"),
]


class CompanyQuery(PageQuery):
    """Filters, which can be combined freely. If filters leave out many companies, a page may be
    short or even empty although more follow: rely on `has_more`."""

    domain: Annotated[Domain | None, Field(description="The one company with this domain")] = None
    search: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=80,
            pattern=r"\S",
            description="The beginning of the name, or of the domain of a company without one; "
            "case makes no difference. The list is then in the order of names",
        ),
    ] = None
    industry: Text | None = None
    country: Text | None = None
    size: Annotated[str, Field(max_length=50)] | None = None
    created_after: Instant | None = None
    updated_after: Instant | None = None

    @property
    def equal(self) -> dict[str, str]:
        """Return the fields that must be equal, with their values."""
        asked = {"industry": self.industry, "country": self.country, "size": self.size}
        return {name: value for name, value in asked.items() if value is not None}

    def matches(self, company: Company) -> bool:
        name = folded(company.name or company.domain or "")
        return (
            all(getattr(company, field) == value for field, value in self.equal.items())
            and (self.search is None or name.startswith(folded(self.search)))
            and (self.created_after is None or company.created_at > self.created_after)
            and (self.updated_after is None or company.updated_at > self.updated_after)
        )


class CompanyDeleted(Model):
    id: str
    object: Literal["company"] = "company"
    deleted: Literal[True] = True


class CompanyRowResult(RowResult):
    domain: str | None = None


class CompanyBatchResult(BatchResult[CompanyRowResult]):
    """Results by row, in the order of the rows."""
