"""What the API takes and gives about campaigns."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from outrider.campaigns.models import Audience, Campaign, CampaignStatus
from outrider.contacts.schemas import ContactQuery
from outrider.kit.pagination import PageQuery
from outrider.kit.requests import Input
from outrider.mailboxes.schemas import PoolId
from outrider.sequences.schemas import SequenceView
from outrider.sequences.settings import SettingsInput, SettingsView

MAX_CONTACTS = 1_000
Name = Annotated[str, Field(min_length=1, max_length=200)]


class CampaignCreate(Input):
    """`settings` and `mailbox_pool` are those of the sequence where they are not given."""

    name: Name
    sequence_id: Annotated[str, Field(max_length=64)]
    mailbox_pool: PoolId | None = None
    settings: SettingsInput = Field(default_factory=SettingsInput)


class CampaignUpdate(Input):
    """Only what is given changes, of the settings too."""

    name: Name = Field(default_factory=str)
    mailbox_pool: PoolId = Field(default_factory=str)
    settings: SettingsInput = Field(default_factory=SettingsInput)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        return self

    def changes(self, campaign: Campaign) -> dict[str, Any]:
        """What changes about the campaign, by field."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"settings"}}
        if "settings" in self.model_fields_set:
            given["settings"] = self.settings.over(campaign.settings)
        return {name: to for name, to in given.items() if getattr(campaign, name) != to}


class CampaignQuery(PageQuery):
    status: CampaignStatus | None = None
    sequence_id: Annotated[str | None, Field(max_length=64, description="Those of a sequence")] = (
        None
    )


class CampaignView(BaseModel):
    """A campaign as it is shown. A draft takes the steps that its sequence has at its launch.
    `enrolling` while contacts of its launch are still being enrolled."""

    id: str
    object: Literal["campaign"] = "campaign"
    name: str
    status: CampaignStatus
    pause_reason: str | None
    sequence_id: str
    steps_version: int
    mailbox_pool: str
    settings: SettingsView
    enrolling: bool
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        own = {"object", "settings"}
        shown = {name: getattr(campaign, name) for name in cls.model_fields if name not in own}
        return cls(settings=SettingsView.of(campaign.settings), **shown)


class CampaignDeleted(BaseModel):
    id: str
    object: Literal["campaign"] = "campaign"
    deleted: Literal[True] = True


class Backlog(BaseModel):
    """What came due while the campaign was paused. Counting ends at 1,000: `more` then says that
    there may be more."""

    overdue: int
    more: bool
    oldest_due_at: str | None


class CampaignResumed(CampaignView):
    backlog: Backlog


class SequenceResumed(SequenceView):
    backlog: Backlog


class LaunchRequest(Input):
    """Whom to reach: contacts by id, or those that a filter lets through, with the parameters of
    the list of contacts (`{}` for all). Without either the campaign starts empty."""

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] = Field(default_factory=list)
    filter: Annotated[dict[str, JsonValue], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _asks_what_the_list_can_answer(self) -> Self:
        if self.filter is None:
            return self
        if self.contact_ids:
            raise ValueError("Give contact_ids or filter, not both")
        known = set(ContactQuery.model_fields) - set(PageQuery.model_fields) - {"sort"}
        if strange := sorted(set(self.filter) - known):
            raise ValueError(
                f"filter: {', '.join(strange)} is none; there are {', '.join(sorted(known))}"
            )
        ContactQuery.model_validate(self.filter)
        return self

    @property
    def has_audience(self) -> bool:
        return bool(self.contact_ids) or self.filter is not None


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
"""Twice in the request; no such contact; in this campaign before; it said stop; its address takes
no mail, as verification or a bounce told; its address or domain is suppressed; with `exclusive`, it
is in another active campaign; it was written to less than `min_interval_hours` ago."""


class EnrollResult(BaseModel):
    """What became of one contact; `reason` says why it was skipped."""

    contact_id: str
    result: Literal["added", "skipped"]
    reason: SkipReason | None = None


class LaunchAudience(BaseModel):
    total: int
    added: int
    skipped: int


class SequenceLaunched(SequenceView):
    """`results` has one entry for each contact asked for, in that order."""

    audience: LaunchAudience
    results: list[EnrollResult]


class CampaignLaunched(CampaignView):
    """`results` has one entry for each contact asked for, in that order. Contacts of a filter are
    enrolled while the campaign already runs: its status tells how far that is."""

    audience: LaunchAudience
    results: list[EnrollResult]


class EnrollingView(BaseModel):
    status: Literal["running", "done"]
    added: int
    skipped: int
    skipped_by_reason: dict[SkipReason, int]


class CampaignStatusView(BaseModel):
    """`enrolling` tells of a launch with a filter what became of the contacts so far."""

    campaign_id: str
    name: str
    status: CampaignStatus
    pause_reason: str | None
    sequence_id: str
    audience: Audience
    sent: int
    skipped: int
    enrolling: EnrollingView | None
