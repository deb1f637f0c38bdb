"""Runs of a workflow, and the outcomes of the leads in them."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict

from outrider.kit import clock, ids
from outrider.kit.models import Model

RunStatus = Literal["running", "paused", "completed", "stopped"]
"""`stopped`: its workflow was deleted."""


class RunError(Model):
    """The reason why a run could not go on."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    code: str
    """The reason as one word, such as `insufficient_credits`."""
    detail: str
    """The reason in a sentence, and what to do."""
    at: str
    """When it happened first."""


class WorkflowRun(Model):
    """One run of a workflow, as it is stored; its counts are counters of their own. Times are
    RFC 3339 UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    workflow_id: str
    number: int
    status: RunStatus = "running"
    error: RunError | None = None
    started_by: str
    """Actor of the request that started it."""
    started_at: str
    ended_at: str | None = None

    @classmethod
    def new(cls, workflow_id: str, number: int, started_by: str) -> "WorkflowRun":
        """Return the run with this number, which starts now."""
        run_id = ids.numbered("run", clock.epoch_ms(), number, workflow_id)
        return cls(
            id=run_id,
            workflow_id=workflow_id,
            number=number,
            started_by=started_by,
            started_at=clock.timestamp(),
        )

    def names(self) -> dict[str, str]:
        """Return the ids that an event about this run contains."""
        return {"workflow_id": self.workflow_id, "run_id": self.id}

    def turned(self, status: RunStatus) -> "WorkflowRun":
        """Return the run as paused or running again."""
        return self.model_copy(update={"status": status})

    def ended(self, status: RunStatus) -> "WorkflowRun":
        """Return the run as ended now."""
        return self.model_copy(update={"status": status, "ended_at": clock.timestamp()})


class RunCounts(Model):
    """What came of the leads in a run. A lead counts in each stage that it passed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    entered: int = 0
    """Leads that the run has carried out a stage of."""
    researched: int = 0
    """Leads whose company was researched."""
    not_researched: int = 0
    """Leads about whose company nothing was found."""
    qualified: int = 0
    """Leads with a score at or above the threshold."""
    disqualified: int = 0
    """Leads with a score below the threshold."""
    review: int = 0
    """Leads whose draft was put before a person."""
    enrolled: int = 0
    """Leads that were enrolled into the campaign."""
    failed: int = 0
    """Leads of which a stage could not be carried out."""
    credits: int = 0
    """Credits that were used."""

    @classmethod
    def of(cls, counters: Mapping[str, int]) -> "RunCounts":
        """Return the counts from the counters of a run."""
        return cls(**{name: counters.get(name, 0) for name in cls.model_fields})
