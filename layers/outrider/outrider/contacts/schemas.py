"""Request and response schemas of contacts."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from outrider.contacts.models import Status
from outrider.contacts.search.filters import ContactFilter
from outrider.entities.schemas import MAX_BATCH, BatchResult, Custom, RowResult, Tags, Text
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import MANY, ONE, BatchBody, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import one_or_many
from outrider.kit.models import Model
from outrider.kit.outbound.urls import ShortWebAddress
from outrider.kit.text.addresses import Email
from outrider.kit.zones import Timezone


class _ContactFields(Input):
    email: Email
    first_name: Text | None = None
    last_name: Text | None = None
    title: Text | None = None
    company: Text | None = None
    company_id: Annotated[
        str | None,
        Field(
            max_length=64,
            description="By default the company with the domain of the address, where there is one "
            "and the domain gives not everybody a mailbox. What is given here stays, null too",
        ),
    ] = None
    linkedin_url: ShortWebAddress | None = None
    phone: Text | None = None
    country: Text | None = None
    timezone: Timezone | None = None
    folder_id: Annotated[str, Field(max_length=64)] | None = None
    tags: Tags | None = None
    custom: Custom | None = None
    fit_score: Annotated[float, Field(ge=0, le=1)] | None = None
    source: Text | None = None


class ContactWrite(_ContactFields):
    """A contact to create, or to upsert by its email address; an upsert changes only the given
    fields."""

    tags: Tags = Field(default_factory=list)
    custom: Custom = Field(default_factory=dict)


def _names_a_contact(schema: dict[str, Any], reference: "type[ContactReference]") -> None:
    """State in JSON Schema what `ContactReference` checks."""
    with_id = [name for name in schema["properties"] if name not in reference.contact_fields()]
    schema["oneOf"] = [
        json_schema.given("contact_id", propertyNames={"enum": with_id}),
        json_schema.given("email", {"contact_id": {"type": "null"}}),
    ]


class ContactReference(Input):
    """A contact by id, or by email address and the fields that a new contact gets if none has the
    address. Fields that no contact has may come with either."""

    model_config = ConfigDict(json_schema_extra=_names_a_contact)

    contact_id: Annotated[str, Field(max_length=64)] | None = None
    email: Email | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    title: Text | None = None
    company: Text | None = None
    phone: Text | None = None
    timezone: Timezone | None = None
    tags: Tags = Field(default_factory=list)
    custom: Custom = Field(default_factory=dict)

    @classmethod
    def contact_fields(cls) -> set[str]:
        """Return the names of the fields that are stored in a new contact."""
        return cls.model_fields.keys() & ContactWrite.model_fields.keys()

    @model_validator(mode="after")
    def _names_one_contact(self) -> Self:
        if (self.contact_id is None) == (self.email is None):
            raise ValueError("Give either contact_id, or email and further fields of the contact")
        if self.contact_id is not None and self.model_fields_set & self.contact_fields():
            raise ValueError("With contact_id nothing else about the contact can be given")
        return self

    def new_contact(self) -> ContactWrite:
        """Return the contact to create from the fields of the request."""
        given = self.model_dump(exclude_unset=True, include=self.contact_fields())
        return ContactWrite.model_validate(given)


class ContactCreate(ContactWrite):
    upsert: bool = False


class ContactUpdate(_ContactFields):
    """Changes of a contact: only the given fields change, and null clears a field, except address
    and status. `custom` and `tags` are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra=json_schema.CHANGES_SOMETHING)

    email: Email = Field(default_factory=str)
    status: Annotated[
        Status,
        Field(
            description="`new` and `active` are the same to set: which of them is shown says "
            "whether a campaign has written to the contact"
        ),
    ] = Field(default_factory=lambda: "new")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        return self

    @field_validator("status")
    @classmethod
    def _as_it_is_kept(cls, status: Status) -> Status:
        return "new" if status == "active" else status

    @property
    def given(self) -> dict[str, Any]:
        """Return the fields that the caller set; defaults of other fields have no meaning here."""
        return self.model_dump(exclude_unset=True)


class ContactBatch(BatchBody):
    """Rows to create or upsert. Each is validated and written separately, so an invalid row never
    affects the others."""

    contacts: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_BATCH)]
    upsert: bool = False


ContactBody = Annotated[
    Annotated[ContactCreate, Tag(ONE)] | Annotated[ContactBatch, Tag(MANY)],
    one_or_many("contacts"),
]


Order = Literal["created_at", "-created_at", "fit_score", "-fit_score", "updated_at", "-updated_at"]


class ContactQuery(ContactFilter, PageQuery):
    """Filters, which can be combined freely, and the order of a list of contacts. If filters leave
    out many contacts, a page may be short or even empty although more follow: rely on
    `has_more`."""

    sort: Annotated[
        Order | None,
        Field(
            description="The order, downwards with `-`. By default `-fit_score` where a fit score "
            "is asked for, `-updated_at` where updated_after is, else `-created_at`. By fit score, "
            "only contacts that have one are listed"
        ),
    ] = None

    @field_validator("sort")
    @classmethod
    def _has_no_order_of_its_own(cls, order: Order | None, info: ValidationInfo) -> Order | None:
        if order is not None and info.data.get("search") is not None:
            raise ValueError("search sorts by relevance: leave out sort, or search")
        return order

    @property
    def order(self) -> Order:
        """Return the requested order, or the default order for the given filters."""
        if self.sort is not None:
            return self.sort
        if self.fit_score_gte is not None or self.fit_score_lte is not None:
            return "-fit_score"
        return "-created_at" if self.updated_after is None else "-updated_at"


class ContactDeleted(Model):
    id: str
    object: Literal["contact"] = "contact"
    deleted: Literal[True] = True


class ContactRowResult(RowResult):
    email: str | None = None


class ContactBatchResult(BatchResult[ContactRowResult]):
    """Results by row, in the order of the rows."""
