"""Events about runs of workflows."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Count, Payload, RunId, WorkflowId


class _AboutRun(Payload):
    workflow_id: WorkflowId
    """The workflow that was run."""
    run_id: RunId
    """The run of the workflow."""


class _Counted(_AboutRun):
    """Numbers of leads by their outcome in the run; a lead counts in each stage that it
    passed."""

    entered: Annotated[Count, Field(examples=[40])]
    """Leads of which the run carried out a stage."""
    researched: Annotated[Count, Field(examples=[36])]
    """Leads whose company was researched."""
    not_researched: Annotated[Count, Field(examples=[4])]
    """Leads about whose company nothing was found."""
    qualified: Annotated[Count, Field(examples=[25])]
    """Leads with a score at or above the threshold."""
    disqualified: Annotated[Count, Field(examples=[14])]
    """Leads with a score below the threshold."""
    review: Annotated[Count, Field(examples=[24])]
    """Leads whose draft was put before a person."""
    enrolled: Annotated[Count, Field(examples=[0])]
    """Leads that were enrolled into the campaign."""
    failed: Annotated[Count, Field(examples=[2])]
    """Leads of which a stage could not be carried out."""
    credits: Annotated[Count, Field(examples=[31])]
    """Credits that were used."""


class WorkflowStartedData(_AboutRun):
    """A run of a workflow was started."""

    event: ClassVar[EventName] = "workflow.started"

    pending: Annotated[Count, Field(examples=[40])]
    """Leads with a stage to be carried out."""


class WorkflowCompletedData(_Counted):
    """A run of a workflow was completed: no lead of it has a stage to be carried out any more."""

    event: ClassVar[EventName] = "workflow.completed"


class WorkflowErrorData(_Counted):
    """A run of a workflow was paused by an error, for the first time in this run."""

    event: ClassVar[EventName] = "workflow.error"

    code: Literal["insufficient_credits"]
    """`insufficient_credits`: the workspace has no credits left."""
    detail: Annotated[str, Field(examples=["Not enough credits: 1 needed, 0 available"])]
    """The reason in a sentence, and what to do."""
