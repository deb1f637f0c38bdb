"""Requests and responses of /v1/workflows."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.campaigns.schemas import SkipReason
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import BatchBody, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
from outrider.kit.zones import Timezone
from outrider.leads.models import STAGES, Stage
from outrider.leads.rescoring.models import Rescoring, RescoringView
from outrider.mailboxes.models import DEFAULT_POOL
from outrider.mailboxes.schemas import PoolId
from outrider.qualification.profiles import Profile
from outrider.sequences.models import SendWindow
from outrider.sequences.schemas import Name
from outrider.sequences.settings import MAX_WINDOWS, Limit, Window
from outrider.workflows.models import (
    PausedReason,
    Workflow,
    WorkflowSettings,
    WorkflowStatus,
    in_order,
)


def _ordered(stages: list[Stage]) -> list[Stage]:
    if stages != in_order(stages) or len(set(stages)) < len(stages):
        raise ValueError(f"The order of stages is {', '.join(STAGES)}, each once at most")
    return stages


Stages = Annotated[list[Stage], Field(min_length=1, max_length=3), AfterValidator(_ordered)]


class _Settings(Model):
    model_config = ConfigDict(use_attribute_docstrings=True)

    auto_review: bool = False
    """Whether qualified leads are emailed without approval. If false, each lead waits in `review`
    with the exact draft until a person approves it."""
    daily_limit: Limit | None = None
    """Maximum number of emails per day; null for no limit."""
    profile: Profile | None = None
    """Ideal customer profile of this workflow, replaced as a whole; null for that of the
    workspace."""
    threshold: Annotated[int, Field(ge=0, le=100)] | None = None
    """Minimum score of a qualified lead; null for the threshold of the profile."""
    sequence_id: Annotated[str, Field(max_length=64)] | None = None
    """The sequence that leads are enrolled in. Without one, the workflow gets a sequence of its own
    with one email. It cannot be replaced."""
    mailbox_pool: PoolId = DEFAULT_POOL
    """Mailbox pool that sends the emails; by default that of the sequence."""
    timezone: Timezone = "UTC"
    """Time zone of the windows for contacts whose own one is unknown; by default that of the
    sequence."""
    windows: Annotated[list[Window], Field(max_length=MAX_WINDOWS)] = Field(default_factory=list)
    """Send windows, by default those of the sequence. Without windows, emails are sent at any
    time."""


class WorkflowSettingsInput(_Settings, Input):
    """Only the given settings change; null removes a limit, the profile or the threshold."""

    def over(self, current: WorkflowSettings) -> WorkflowSettings:
        """Return `current` with the given settings applied."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "windows" in given:
            given["windows"] = [SendWindow(**vars(window)) for window in self.windows]
        return current.model_copy(update=given)


class WorkflowSettingsView(_Settings):
    """Settings of a workflow."""

    @classmethod
    def of(cls, settings: WorkflowSettings) -> Self:
        """Return the view of stored settings."""
        shown = {name: getattr(settings, name) for name in cls.model_fields}
        return cls(**{**shown, "windows": [Window.of(window) for window in settings.windows]})


class WorkflowCreate(Input):
    """A workflow needs only a name and stages."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: Name
    """Name of the workflow."""
    stages: Stages
    """`research`, `qualify` and `contact`, or some of them in this order."""
    settings: WorkflowSettingsInput = Field(default_factory=WorkflowSettingsInput)
    """Settings; all have defaults."""


class WorkflowUpdate(Input):
    """Only the given fields change, also within `settings`."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra=json_schema.CHANGES_SOMETHING
    )

    name: Name = Field(default_factory=str)
    """Name of the workflow."""
    stages: Stages = Field(default_factory=list)
    """Stages, which can be changed while no run is under way. Leads that have passed a stage do not
    go back to it."""
    settings: WorkflowSettingsInput = Field(default_factory=WorkflowSettingsInput)
    """Settings to change. Those of the campaign apply to emails that are due later."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        return self

    def over(self, current: Workflow, settings: WorkflowSettings) -> dict[str, Any]:
        """Return the fields that differ from `current`, with their new values; `settings` apply
        where none are given."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "settings" in given:
            given["settings"] = self.settings.over(settings)
        return {name: value for name, value in given.items() if value != getattr(current, name)}


class WorkflowQuery(PageQuery):
    """Filter of the list of workflows."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: WorkflowStatus | None = None
    """Only workflows with this status."""


class WorkflowSummary(Model):
    """A workflow without its settings."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Id of the workflow."""
    object: Literal["workflow"] = "workflow"
    """Always `workflow`."""
    name: str
    """Name of the workflow."""
    stages: list[Stage]
    """The stages that its leads go through, in this order."""
    status: WorkflowStatus
    """`running` while a run is under way, `paused` while it is interrupted, otherwise `idle`."""
    paused_reason: PausedReason | None
    """Why its run is paused: by a `person`, or because `credits` were used up."""
    sequence_id: str | None
    """The sequence that its leads are enrolled in; null if contacting was never a stage."""
    owns_sequence: bool
    """Whether the sequence was made for this workflow and is deleted with it."""
    campaign_id: str | None
    """The campaign that emails its leads; null if contacting was never a stage."""
    created_at: str
    """When the workflow was created."""
    updated_at: str
    """When the workflow was last changed."""
    version: int
    """Rises with every change; for `If-Match`."""

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        """Return the view of a workflow."""
        own = {"object", "settings", "rescoring"}
        return cls(**{name: getattr(workflow, name) for name in cls.model_fields.keys() - own})


class WorkflowView(WorkflowSummary):
    """A workflow: the pipeline that its leads go through."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    settings: WorkflowSettingsView
    """Its settings."""
    rescoring: RescoringView | None
    """Progress of the new scores after the last change of its `profile` or `threshold`; null if
    neither was changed."""

    @classmethod
    def of(cls, workflow: Workflow, rescoring: Rescoring | None = None) -> Self:
        """Return the view of a workflow."""
        return cls(
            **WorkflowSummary.of(workflow).model_dump(),
            settings=WorkflowSettingsView.of(workflow.settings),
            rescoring=RescoringView.of(rescoring) if rescoring else None,
        )


class WorkflowDeleted(Model):
    """A deleted workflow. Its leads are kept; those that a stage was still to be done for have
    failed."""

    id: str
    """Id of the workflow."""
    object: Literal["workflow"] = "workflow"
    """Always `workflow`."""
    deleted: Literal[True] = True
    """Always true."""


MAX_LEADS = 1_000

AddReason = Literal["invalid", "already_in_workflow", SkipReason, "not_now"]
"""Reasons why a contact was not added. `invalid`: the item is not valid. `not_now`: a temporary
failure. The others are those of launches."""


class LeadBatch(BatchBody):
    """Contacts to add to a workflow. Each is validated and added separately, so an invalid one
    never affects the others."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    leads: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_LEADS)]
    """Up to 1,000 contacts, each as in `POST /v1/leads`: a `contact_id`, or an `email` with further
    fields of the contact."""


class LeadRowResult(Model):
    """The result of one item."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    index: int
    """Position of the item in the request, from 0."""
    result: Literal["added", "skipped", "failed"]
    """Whether the contact was `added`, `skipped` for a reason of its own, or `failed` because the
    item is invalid or for a moment."""
    reason: AddReason | None = None
    """Why it was not added; null if it was."""
    detail: str | None = None
    """The reason in a sentence; null if it was added."""
    lead_id: str | None = None
    """The new lead, or the one that the contact has in this workflow already."""
    contact_id: str | None = None
    """The contact, which was found or created."""
    email: str | None = None
    """The address of the contact; null if none was found or created."""


class LeadBatchResult(Model):
    """Results in the order of the items."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    object: Literal["lead_batch"] = "lead_batch"
    """Always `lead_batch`."""
    workflow_id: str
    """The workflow."""
    counts: dict[Literal["added", "skipped", "failed"], int]
    """How many items have each result."""
    results: list[LeadRowResult]
    """One result for each item, in the same order."""

    @classmethod
    def of(cls, workflow_id: str, results: Sequence[LeadRowResult]) -> Self:
        """Return the results with their counts."""
        counted = Counter(each.result for each in results)
        return cls(
            workflow_id=workflow_id,
            counts={
                "added": counted["added"],
                "skipped": counted["skipped"],
                "failed": counted["failed"],
            },
            results=list(results),
        )
