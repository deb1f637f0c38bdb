"""Requests and responses of the runs of workflows."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.workflows.runs.models import RunCounts, RunError, RunStatus, WorkflowRun


class RunRequest(Input):
    """Options of a run."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    dry_run: bool = False
    """Only answer what a run would do and cost at most; nothing is started."""


class RunEstimate(Model):
    """What a run would do, as things are now."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pending: int
    """Leads with a stage to be carried out."""
    stages: dict[str, int]
    """How many of them come next to each stage. Only the first 5,000 are told apart; the others
    count to the first stage."""
    most_credits: int
    """Credits that the run costs at most. Companies that were researched in the last 24 hours, or
    about which nothing is found, cost none, and neither do leads whose rationale rules write. When
    the credits of the workspace end, the run pauses as soon as a lead is to be researched."""


class RunProgress(Model):
    """How far the leads of a run are."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pending: int
    """Leads of the workflow with a stage to be carried out; 0 once the run has ended."""
    done: int
    """Leads that the run is through with."""
    percent: Annotated[int, Field(ge=0, le=100)]
    """Share of the leads that the run is through with, rounded down."""


class RunView(Model):
    """One run of a workflow. A lead that is added while it is running is taken in."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Id of the run."""
    object: Literal["run"] = "run"
    """Always `run`."""
    workflow_id: str
    """The workflow that was run."""
    number: int
    """1 for the first run of the workflow."""
    status: RunStatus
    """`running`, `paused`, `completed`, or `stopped` if the workflow was deleted."""
    error: RunError | None = None
    """Why the run was interrupted first, if it was; null otherwise."""
    counts: RunCounts
    """What came of the leads."""
    errors: dict[str, int]
    """Numbers of failed leads, by reason."""
    not_researched: dict[str, int]
    """Numbers of leads about whose company nothing was found, by reason. They went on with what is
    known otherwise."""
    progress: RunProgress
    """How far the leads are."""
    started_at: str
    """When it was started."""
    ended_at: str | None = None
    """When it ended; null while it has not."""

    @classmethod
    def of(cls, run: WorkflowRun, counters: Mapping[str, int], pending: int) -> "RunView":
        """Return the view of a run from its counters. `pending` is the number of pending leads of
        its workflow."""
        left, done = 0 if run.ended_at else pending, counters.get("done", 0)
        return cls(
            **run.model_dump(exclude={"started_by"}),
            counts=RunCounts.of(counters),
            errors=_by_reason(counters, "failed_"),
            not_researched=_by_reason(counters, "not_researched_"),
            progress=RunProgress(pending=left, done=done, percent=_percent(done, left)),
        )


class RunAnswer(Model):
    """A run that was started, or what one would do."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    object: Literal["run_start"] = "run_start"
    """Always `run_start`."""
    workflow_id: str
    """The workflow."""
    dry_run: bool
    """Whether nothing was started."""
    run: RunView | None
    """The run that was started; null for a dry run."""
    estimate: RunEstimate
    """What the run does and costs at most, as things were when it was started."""


def _by_reason(counters: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): number
        for name, number in sorted(counters.items())
        if name.startswith(prefix) and number
    }


def _percent(done: int, left: int) -> int:
    return 100 * done // (done + left) if done + left else 100
