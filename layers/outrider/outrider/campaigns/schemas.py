"""API schemas of campaigns."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from outrider.campaigns.models import Campaign, CampaignStatus
from outrider.campaigns.statistics.models import Audience
from outrider.contacts.schemas import ContactQuery, ContactReference
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input, check_filters, filters_of
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Day, Instant
from outrider.kit.models import Model
from outrider.mailboxes.schemas import PoolId
from outrider.sequences.schemas import Name, PlanUpdate, SequenceSummary
from outrider.sequences.settings import SettingsInput, SettingsView

MAX_CONTACTS = 1_000
FILTERS = sorted(set(ContactQuery.model_fields) - set(PageQuery.model_fields) - {"sort"})


class CampaignCreate(Input):
    """`settings` and `mailbox_pool` default to those of the sequence."""

    name: Name
    sequence_id: Annotated[str, Field(max_length=64)]
    mailbox_pool: PoolId | None = None
    settings: SettingsInput = Field(default_factory=SettingsInput)


class CampaignUpdate(PlanUpdate):
    """Only the given fields change, also within `settings`."""


class CampaignQuery(PageQuery):
    status: CampaignStatus | None = None
    """Only campaigns with this status."""
    sequence_id: Annotated[
        str | None, Field(max_length=64, description="Only campaigns of this sequence")
    ] = None


class CampaignView(Model):
    """A campaign. A draft gets the steps of its sequence at its launch. `enrolling` is true while
    contacts of a filter are still being enrolled."""

    id: str
    object: Literal["campaign"] = "campaign"
    name: str
    status: CampaignStatus
    """`draft` until the launch, `active` while it can send, `paused` by you or a guardrail,
    `completed` when no contact has a step left."""
    paused_reason: str | None
    workflow_id: str | None
    """The workflow that it belongs to and is run with; null for any other campaign."""
    sequence_id: str
    steps_version: int
    mailbox_pool: str
    settings: SettingsView
    start_at: str | None
    enrolling: bool
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        own = {"object", "settings"}
        shown = {name: getattr(campaign, name) for name in cls.model_fields if name not in own}
        return cls(settings=SettingsView.of(campaign.settings), **shown)


class CampaignDeleted(Model):
    id: str
    object: Literal["campaign"] = "campaign"
    deleted: Literal[True] = True


class Backlog(Model):
    """Steps that became due while the campaign was paused. They are counted up to 1,000; then
    `more` is true and there may be more."""

    overdue: int
    more: bool
    oldest_due_at: str | None


class CampaignResumed(CampaignView):
    backlog: Backlog


class SequenceResumed(SequenceSummary):
    backlog: Backlog


def _describe(schema: dict[str, Any]) -> None:
    schema.update(filters_of(ContactQuery, FILTERS, "ContactFilters"))


class FilteredContacts(Input):
    """`filter` has the parameters of the list of contacts, `{}` for all contacts."""

    filter: Annotated[dict[str, JsonValue], Field(json_schema_extra=_describe)] | None = None

    @model_validator(mode="after")
    def _asks_what_the_list_can_answer(self) -> Self:
        if self.filter is not None:
            check_filters(ContactQuery, self.filter, set(FILTERS), "filter")
        return self


class LaunchRequest(FilteredContacts):
    """The audience: contacts by id, or those that match a filter with the parameters of the list of
    contacts (`{}` for all). Without either, the campaign starts empty. Contacts are enrolled at
    once; with `start_at` no step is due before that time, and the wait of the first step starts
    then."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"properties": {"contact_ids": {"maxItems": 0}}},
                {"properties": {"filter": {"type": "null"}}},
            ]
        }
    )

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] = Field(default_factory=list)
    start_at: Instant | None = None
    steps_version: (
        Annotated[
            int,
            Field(
                ge=1,
                le=99_999,
                description="The version of the steps to launch; if the sequence has others by"
                " now, the launch fails with 412. By default the current steps.",
            ),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _names_one_audience(self) -> Self:
        if self.contact_ids and self.filter is not None:
            raise ValueError("Give contact_ids or filter, not both")
        return self

    @property
    def has_audience(self) -> bool:
        return bool(self.contact_ids) or self.filter is not None


class RetryRequest(Input):
    """The enrollments to retry, by default all that failed. `reasons` are values of `exit_reason`
    and of the event `enrollment.failed`, in full or up to the colon: `refused` for all that were
    refused."""

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] | None = None
    reasons: (
        Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=20)] | None
    ) = None


class CampaignRetried(Model):
    """`status` is the campaign's status after the retry. `retried` enrollments continue; `left_out`
    ones did not fail, failed for another reason, or changed at the same time. `more`: a worker
    retries the rest within minutes."""

    campaign_id: str
    object: Literal["campaign_retry"] = "campaign_retry"
    status: CampaignStatus
    """The status of the campaign after the retry."""
    retried: int
    left_out: int
    more: bool


class AudienceAddition(FilteredContacts):
    """The contacts to add: by id, or those that match a filter with the parameters of the list of
    contacts (`{}` for all)."""

    model_config = ConfigDict(json_schema_extra=json_schema.exactly_one("contact_ids", "filter"))

    contact_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_CONTACTS)] | None = None

    @model_validator(mode="after")
    def _names_one_audience(self) -> Self:
        if (self.contact_ids is None) == (self.filter is None):
            raise ValueError("Give either contact_ids or filter")
        return self


SkipReason = Literal[
    "duplicate",
    "not_found",
    "already_in_sequence",
    "unsubscribed",
    "invalid_address",
    "suppressed",
    "in_other_active_sequence",
    "recently_contacted",
]
"""Reasons, in this order: listed twice in the request; no such contact; enrolled in this campaign
before; unsubscribed; the address accepts no email, according to a verification or a bounce; address
or domain is suppressed; in another active campaign, with `exclusive`; emailed less than
`min_interval_hours` ago."""


class EnrollResult(Model):
    """The result for one contact; `reason` is why it was skipped."""

    contact_id: str
    result: Literal["added", "skipped"]
    """Whether the contact was `added` to the campaign or `skipped`."""
    reason: SkipReason | None = None


class LaunchCounts(Model):
    added: int
    skipped: int


class SequenceLaunched(SequenceSummary):
    """`results` has one entry for each requested contact, in that order."""

    counts: LaunchCounts
    results: list[EnrollResult]


class CampaignLaunched(CampaignView):
    """`results` has one entry for each requested contact, in that order. Contacts of a filter are
    enrolled while the campaign runs; see the progress in its status."""

    counts: LaunchCounts
    results: list[EnrollResult]


class AudienceAdded(Model):
    """`results` has one entry for each requested contact, in that order. Contacts of a filter are
    enrolled in the background; see the progress under this id in `additions` of the campaign's
    status."""

    id: str
    object: Literal["audience_addition"] = "audience_addition"
    campaign_id: str
    status: Literal["running", "done"]
    """`running` while contacts of a filter are being enrolled in the background, then `done`."""
    counts: LaunchCounts
    results: list[EnrollResult]


class TriggerRequest(ContactReference):
    """A contact by id or by email address. If no contact has the address, one is created from the
    fields of the request. `re_enroll` enrolls the contact again if its enrollment has ended."""

    re_enroll: bool = False


class TriggerResult(Model):
    """`triggered` is false, with a reason, if the contact must not be emailed or is in the campaign
    already. `due_at` is when its first step is due."""

    triggered: bool
    reason: SkipReason | None = None
    campaign_id: str
    object: Literal["trigger"] = "trigger"
    contact_id: str
    enrollment_id: str | None = None
    due_at: str | None = None


class AudienceQuery(PageQuery):
    """Contacts that match a filter but were not enrolled, within the last 90 days."""

    result: Literal["skipped"] = "skipped"
    """The result for the contacts. Only `skipped` contacts are listed."""
    reason: SkipReason | None = None
    """Only contacts that were skipped for this reason."""


class SkippedContact(Model):
    contact_id: str
    reason: SkipReason
    skipped_at: str


class StatsQuery(Checked):
    """The days (UTC) to sum up, by default all."""

    since: Annotated[Day | None, Field(description="The first day")] = None
    until: Annotated[Day | None, Field(description="The last day")] = None


class FilterCounts(Model):
    """How many contacts of filters were enrolled and skipped so far."""

    added: int
    skipped: int
    skipped_by_reason: dict[SkipReason, int]


class AdditionView(Model):
    """Contacts added by one filter: how many were enrolled or skipped so far."""

    id: str
    filter: dict[str, JsonValue]
    status: Literal["running", "done"]
    """`running` while contacts of the filter are being enrolled, then `done`."""
    asked_at: str
    added: int
    skipped: int


class CampaignStatusView(Model):
    """`filter_counts` is the progress of all filters together, `additions` that of each of the last
    20."""

    campaign_id: str
    object: Literal["campaign_status"] = "campaign_status"
    name: str
    status: CampaignStatus
    """`draft` until the launch, `active` while it can send, `paused` by you or a guardrail,
    `completed` when no contact has a step left."""
    paused_reason: str | None
    start_at: str | None
    sequence_id: str
    audience: Audience
    sent: int
    skipped: int
    enrolling: bool
    filter_counts: FilterCounts | None
    """How many contacts of all filters were enrolled and skipped so far; null without a filter."""
    additions: list[AdditionView]
    """The last 20 filters whose contacts were added, and how far each is."""
