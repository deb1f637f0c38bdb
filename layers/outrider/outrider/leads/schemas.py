"""Requests and responses of /v1/leads and /v1/profile."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactReference
from outrider.contacts.search.words import begin, words, words_of
from outrider.entities.schemas import Text
from outrider.kit import ids
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model
from outrider.kit.outbound.urls import ShortWebAddress
from outrider.leads.models import (
    Lead,
    LeadDraft,
    LeadFailure,
    LeadStatus,
    StoredProfile,
)
from outrider.leads.ports import LeadWorkflow
from outrider.leads.rescoring.models import Rescoring, RescoringView
from outrider.leads.statuses.waiting import WaitsFor, waits_for
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score, ScoreLine
from outrider.writing.models import Rationale, RationaleRequest
from outrider.writing.rules import RuleWriter

Order = Literal["created_at", "-created_at", "score", "-score"]
_MOST_NOTES = 2_000


class LeadRow(ContactReference):
    """A contact of which a lead is made: by its id, or by its address. If no contact has the
    address, one is created from the other fields. They do not change an existing contact."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    linkedin_url: ShortWebAddress | None = None
    """LinkedIn profile of a new contact."""
    country: Text | None = None
    """Country of a new contact: its ISO 3166-1 code or its name."""
    source: Text | None = None
    """Source of a new contact, in your own words."""
    notes: Annotated[str, Field(max_length=_MOST_NOTES)] | None = None
    """Notes about the lead."""


class LeadCreate(LeadRow):
    """A contact by its id, or by its address: if no contact has the address, one is created from
    the other fields. They do not change an existing contact."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    workflow_id: Annotated[str, Field(max_length=64)] | None = None
    """The workflow that works on the lead from its next run on; without one, only people do."""


class LeadUpdate(Input):
    """Only the given fields change; null clears `status_reason` and `notes`."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra=json_schema.CHANGES_SOMETHING
    )

    status: LeadStatus = Field(default_factory=lambda: "new")
    """The status that a person sets: `new`, `researched`, `qualified` or `disqualified`. The score
    does not change. For a lead of a workflow `disqualified`, which takes it out of the workflow, or
    `new`, which begins again with it. Any other status may only be sent back as it is."""
    status_reason: Annotated[str, Field(max_length=500)] | None = None
    """Reason for the status. A new `status` without a reason clears it."""
    notes: Annotated[str, Field(max_length=_MOST_NOTES)] | None = None
    """Notes about the lead."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        return self

    @property
    def given(self) -> dict[str, Any]:
        """Return the given fields."""
        return self.model_dump(exclude_unset=True)


class LeadQuery(PageQuery):
    """Filters of a list of leads; a lead must match all of them."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    workflow_id: (
        Annotated[str, Field(max_length=64, json_schema_extra={"pattern": "^wfl_"})] | None
    ) = None
    """Only leads of this workflow."""
    status: LeadStatus | None = None
    """Only leads with this status."""
    min_score: Annotated[int, Field(ge=0, le=100)] | None = None
    """Only leads with at least this score."""
    contact_id: (
        Annotated[str, Field(max_length=64, json_schema_extra={"pattern": "^con_"})] | None
    ) = None
    """Only leads of this contact."""
    created_after: Instant | None = None
    """Only leads created after this time."""
    search: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Each word must begin a word of the contact's name, company, title or address."""
    sort: Order = "-created_at"
    """By creation or by score; `-` for descending order. Sorted by score, leads without a score are
    not listed."""

    @field_validator("workflow_id", "contact_id")
    @classmethod
    def _of_the_kind(cls, given: str | None, field: ValidationInfo) -> str | None:
        """Refuse the id of another kind, for which the list would be empty."""
        kind = str(field.field_name).removesuffix("_id")
        if given is not None and (mistake := ids.mistaken(kind, given)):
            raise ValueError(mistake)
        return given

    def matches(self, lead: Lead, contact: Contact | None) -> bool:
        """Return whether a lead with this contact matches all filters."""
        score = lead.score.score if lead.score else -1
        return (
            self.workflow_id in (None, lead.workflow_id)
            and self.status in (None, lead.status)
            and self.contact_id in (None, lead.contact_id)
            and (self.min_score is None or score >= self.min_score)
            and (self.created_after is None or lead.created_at > self.created_after)
            and (self.search is None or _is_found(self.search, contact))
        )


class LeadContact(Model):
    """Summary of a lead's contact."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Id of the contact."""
    email: str
    """Address of the contact."""
    full_name: str | None = None
    """Given and family name."""
    title: str | None = None
    """Job title."""
    company: str | None = None
    """Name of the company."""


class LeadView(Model):
    """A lead: one contact on its way through a workflow, or researched and qualified by hand."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Id of the lead."""
    object: Literal["lead"] = "lead"
    """Always `lead`."""
    contact_id: str
    """The contact that the lead is about."""
    contact: LeadContact | None = None
    """Summary of the contact; null if it was deleted a moment ago."""
    workflow_id: str | None = None
    """The workflow that works on it; null if only people do."""
    status: LeadStatus
    """From `new` by `researching`, `researched`, `qualified` and, where a person approves what is
    sent, `review` to `contacted` and `replied`; or the end: `disqualified` or `failed`."""
    status_reason: str | None = None
    """Reason for the status, as a person set it."""
    waits_for: WaitsFor | None = None
    """What it waits for in its workflow: `research`, `qualification` or `contact` by a worker,
    `approval` by a person, its first `email`, the next `run`, `credits`, or the `resumption` of the
    paused run; `deletion` with its workflow. Null at the end, and without a workflow."""
    score: int | None = None
    """From 0 to 100 by the ideal customer profile; null until the lead was qualified."""
    threshold: int | None = None
    """The minimum score of a qualified lead when this one was scored."""
    score_lines: list[ScoreLine] = []
    """One line for each rule of the profile. Their points add up to the score."""
    rationale: Rationale | None = None
    """Why it has its score, in sentences; null until the lead was qualified."""
    scored_at: str | None = None
    """When the score was computed."""
    decided_at: str | None = None
    """When a person set the status; null if it follows the score."""
    researched_at: str | None = None
    """When the company was last researched for this lead."""
    draft: LeadDraft | None = None
    """The email that waits for approval or was approved."""
    approved_at: str | None = None
    """When a person approved the draft."""
    enrollment_id: str | None = None
    """Its way through the campaign of its workflow."""
    contacted_at: str | None = None
    """When the first email was sent to it."""
    replied_at: str | None = None
    """When it first replied."""
    failure: LeadFailure | None = None
    """Why it failed; null unless its status is `failed`."""
    notes: str | None = None
    """Notes about the lead."""
    created_at: str
    """When the lead was created."""
    updated_at: str
    """When the lead was last changed."""
    version: int
    """Rises with every change; for `If-Match`."""

    @classmethod
    def of(cls, lead: Lead, contact: Contact | None, workflow: LeadWorkflow | None) -> "LeadView":
        """Return the view of a lead with its contact and its workflow, if that exists."""
        return cls(
            **lead.model_dump(exclude={"score", "rationale"}),
            waits_for=waits_for(lead, workflow),
            contact=LeadContact.model_validate(contact, from_attributes=True) if contact else None,
            score=lead.score.score if lead.score else None,
            threshold=lead.score.threshold if lead.score else None,
            score_lines=list(lead.score.lines) if lead.score else [],
            rationale=lead.rationale or (_by_rules(lead.score) if lead.score else None),
        )


class LeadDeleted(Model):
    """A deleted lead; its contact is kept."""

    id: str
    object: Literal["lead"] = "lead"
    deleted: Literal[True] = True


class ProfileView(Profile):
    """The ideal customer profile of the workspace."""

    object: Literal["profile"] = "profile"
    """Always `profile`."""
    updated_at: str | None = None
    """When it was last saved; null for the empty profile that a workspace begins with."""
    rescoring: RescoringView | None
    """Progress of the new scores after its last change; null if it was never saved."""
    version: int
    """Rises with every change; for `If-Match`."""

    @classmethod
    def of(cls, stored: StoredProfile, rescoring: Rescoring | None) -> "ProfileView":
        """Return the view of a stored profile."""
        return cls.model_validate(
            {
                **stored.profile.model_dump(),
                "updated_at": stored.updated_at,
                "rescoring": RescoringView.of(rescoring) if rescoring else None,
                "version": stored.version,
            }
        )


def _by_rules(score: Score) -> Rationale:
    return RuleWriter().rationale(RationaleRequest.of(score))


def _is_found(search: str, contact: Contact | None) -> bool:
    return contact is not None and begin(words(search), words_of(contact))
