"""Requests and responses of OutreachPilot's form, over the models of the services."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import Field, Tag, TypeAdapter, field_validator

from outrider.access.models import PlanName
from outrider.companies.models import Company
from outrider.companies.schemas import (
    CompanyBatch,
    CompanyBatchResult,
    CompanyCreate,
    CompanyUpdate,
)
from outrider.contacts.models import Contact, Status
from outrider.contacts.schemas import (
    ContactBatch,
    ContactBatchResult,
    ContactCreate,
    ContactUpdate,
)
from outrider.contacts.search.filters import Search
from outrider.credits.schemas import Credits
from outrider.entities.offsets import OffsetPage
from outrider.entities.schemas import BatchResult, RowResult, RowT
from outrider.kit.http.inputs import MANY, ONE, Checked
from outrider.kit.http.requests import one_or_many
from outrider.kit.http.responses import Existing, Made, made
from outrider.kit.models import Model
from outrider.kit.text.addresses import Domain
from outrider.webhooks.schemas import WebhookPage, WebhookSummary

T = TypeVar("T", bound=Model)
ViewT = TypeVar("ViewT", bound=Model)

_ACCOUNT = Field(
    alias="account_id",
    max_length=64,
    description="By default the company with the domain of the address, where there is one and the"
    " domain gives not everybody a mailbox. What is given here stays, null too",
)
_NOT_WRITTEN = ("skipped", "failed")
MOST_BYTES = 4_000_000
"""Size of what a batch wrote that its response shows: a Lambda function can return 6 MB, in which
quotes are escaped."""
_STATE = (
    "__dict__",
    "__pydantic_fields_set__",
    "__pydantic_extra__",
    "__pydantic_private__",
)


def seen_as(view: type[ViewT], model: Model) -> ViewT:
    """Return a model as `view`, a subclass that differs only in how it is serialised: its values
    are shared, not copied or validated."""
    seen = view.__new__(view)
    for name in _STATE:
        object.__setattr__(seen, name, getattr(model, name))
    return seen


class OffsetQuery(Checked):
    """Query parameters that all lists accept."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many at most")] = 50
    offset: Annotated[int, Field(ge=0, le=10**9, description="How many to leave out")] = 0


class PilotContactQuery(OffsetQuery):
    """Filters of a list of contacts, which can be combined freely."""

    status: Status | None = None
    folder_id: Annotated[str | None, Field(max_length=64, description="The folder it lies in")] = (
        None
    )
    search: Annotated[
        Search | None,
        Field(
            description="Each word begins a word of the name, the address, the company or the "
            "title; one of them has two characters or more"
        ),
    ] = None


class PilotCompanyQuery(OffsetQuery):
    """Filters of a list of companies, which can be combined freely."""

    search: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=80,
            pattern=r"\S",
            description="The beginning of the name, or of the domain of a company without one",
        ),
    ] = None
    domain: Annotated[Domain | None, Field(description="The one company with this domain")] = None


class Listed(Model, Generic[T]):
    """One page of a list. `data` is the response; the rest is its metadata."""

    data: list[T]
    total: int
    has_more: bool
    limit: int
    offset: int

    @classmethod
    def of(cls, view: type[T], page: OffsetPage[Any], query: OffsetQuery) -> "Listed[T]":
        """Return a page whose entities are seen as `view`."""
        return cls.model_construct(
            data=[seen_as(view, entity) for entity in page.entities],
            total=page.total,
            has_more=page.has_more,
            limit=query.limit,
            offset=query.offset,
        )

    def meta(self) -> dict[str, Any]:
        """Return the metadata of the list."""
        return {
            "total": self.total,
            "has_more": self.has_more,
            "limit": self.limit,
            "offset": self.offset,
        }

    def data_json(self) -> str:
        """Return the data as JSON."""
        if not self.data:
            return "[]"
        return _adapter(type(self.data[0])).dump_json(self.data, by_alias=True).decode()


@cache
def _adapter(view: type[Model]) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[view])  # type: ignore[valid-type]


class PilotContact(Contact):
    """A contact. `account_id` is the company that it is linked to, or null."""

    company_id: Annotated[str | None, Field(serialization_alias="account_id")] = None


class PilotContactCreate(ContactCreate):
    """A contact to create, or with `upsert` to update by its address."""

    company_id: Annotated[str | None, _ACCOUNT] = None


class PilotContactUpdate(ContactUpdate):
    """Changes of a contact: only the given fields change, and null clears a field."""

    company_id: Annotated[str | None, _ACCOUNT] = None


class PilotContactBatch(ContactBatch):
    """Contacts to create, or with `upsert` to update by their addresses."""

    @field_validator("contacts")
    @classmethod
    def _with_our_names(cls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"company_id" if name == "account_id" else name: value for name, value in row.items()}
            for row in rows
        ]


PilotContactBody = Annotated[
    Annotated[PilotContactCreate, Tag(ONE)] | Annotated[PilotContactBatch, Tag(MANY)],
    one_or_many("contacts"),
]
PilotCompanyBody = Annotated[
    Annotated[CompanyCreate, Tag(ONE)] | Annotated[CompanyBatch, Tag(MANY)],
    one_or_many("companies"),
]
PilotCompanyUpdate = CompanyUpdate


class RefusedRow(Model):
    """A row of a batch that was not written: `skipped` because it exists already, or `failed`."""

    index: int
    result: Literal["skipped", "failed"]
    id: str | None = None
    reason: str


class PilotContacts(Model):
    """The contacts that were written, in the order of the rows, and the rows that were not.
    `not_shown` are the ids of contacts for which the response has no room."""

    contacts: list[PilotContact]
    count: int
    not_shown: list[str] = Field(default_factory=list)
    refused: list[RefusedRow] = Field(default_factory=list)

    @classmethod
    def of(
        cls, done: Made[ContactBatchResult], several: Callable[[list[str]], Mapping[str, Contact]]
    ) -> Made[Self]:
        """Return the response to a batch; `several` returns contacts by their ids."""
        rows, created = _rows(done)
        written = [contact_shown(each) for each in several(_written(rows)).values()]
        shown = _fitting(written)
        result = cls(
            contacts=written[:shown],
            count=len(written),
            not_shown=[each.id for each in written[shown:]],
            refused=_refused(rows),
        )
        return made(result, created=created)


class PilotCompanies(Model):
    """The companies that were written, in the order of the rows, and the rows that were not.
    `not_shown` are the ids of companies for which the response has no room."""

    companies: list[Company]
    count: int
    not_shown: list[str] = Field(default_factory=list)
    refused: list[RefusedRow] = Field(default_factory=list)

    @classmethod
    def of(
        cls, done: Made[CompanyBatchResult], several: Callable[[list[str]], Mapping[str, Company]]
    ) -> Made[Self]:
        """Return the response to a batch; `several` returns companies by their ids."""
        rows, created = _rows(done)
        written = [*several(_written(rows)).values()]
        shown = _fitting(written)
        result = cls(
            companies=written[:shown],
            count=len(written),
            not_shown=[each.id for each in written[shown:]],
            refused=_refused(rows),
        )
        return made(result, created=created)


class PilotDeleted(Model):
    """The id of what was deleted."""

    deleted: Literal[True] = True
    id: str


class PilotCredits(Model):
    """The credits of the current month, the plan, and when the month ends."""

    credits_remaining: int
    credits_monthly: int
    plan_tier: PlanName
    credits_reset_at: str

    @classmethod
    def of(cls, credits: Credits) -> Self:
        return cls(
            credits_remaining=credits.available,
            credits_monthly=credits.granted,
            plan_tier=credits.plan,
            credits_reset_at=credits.resets_at,
        )


class PilotWebhooks(Model):
    """The webhooks that are delivered to, and all events that they may name."""

    webhooks: list[WebhookSummary]
    available_events: list[str]


class PilotWebhookQuery(Checked):
    """The webhook to deactivate."""

    id: Annotated[str, Field(max_length=64, description="Its id, `whk_…`")]


def webhooks_shown(page: WebhookPage) -> PilotWebhooks:
    """Return the webhooks of a page that are enabled."""
    return PilotWebhooks(
        webhooks=[each for each in page.data if each.status == "enabled"],
        available_events=page.available_events,
    )


def contact_shown(contact: Contact) -> PilotContact:
    """Return a contact as clients see it."""
    return seen_as(PilotContact, contact)


def contacts_shown(result: Contact | PilotContacts) -> PilotContacts:
    """Return the response for one contact that was written; that for several as it is."""
    if isinstance(result, PilotContacts):
        return result
    return PilotContacts(contacts=[contact_shown(result)], count=1)


def companies_shown(result: Company | PilotCompanies) -> PilotCompanies:
    """Return the response for one company that was written; that for several as it is."""
    if isinstance(result, PilotCompanies):
        return result
    return PilotCompanies(companies=[result], count=1)


def _rows(done: Made[BatchResult[RowT]]) -> tuple[list[RowT], bool]:
    """Return the results of the rows of a batch, and whether something was created."""
    if isinstance(done, Existing):
        return done.result.results, False
    return done.results, True


def _written(rows: Sequence[RowResult]) -> list[str]:
    """Return the ids of what was written, in the order of the rows."""
    return [*dict.fromkeys(row.id for row in rows if row.id and row.result not in _NOT_WRITTEN)]


def _fitting(entities: Sequence[Model]) -> int:
    """Return how many of the entities, from the first on, a response has room for."""
    sizes = accumulate(len(each.model_dump_json()) for each in entities)
    return sum(size <= MOST_BYTES for size in sizes)


def _refused(rows: Sequence[RowResult]) -> list[RefusedRow]:
    return [
        RefusedRow.model_validate(row.model_dump(include=set(RefusedRow.model_fields)))
        for row in rows
        if row.result in _NOT_WRITTEN
    ]
