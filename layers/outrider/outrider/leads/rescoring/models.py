"""Progress of a rescoring."""

import secrets
from typing import Literal

from pydantic import ConfigDict

from outrider.kit import clock
from outrider.kit.models import Model


class Rescoring(Model):
    """Rescoring after a change of a profile, as it is stored. It goes through the leads twice: see
    `leads.rescoring.worker`. Times are RFC 3339 UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Another one for each change of the profile."""
    workflow_id: str | None = None
    """The workflow whose own profile changed; None for the profile of the workspace."""
    started_at: str
    total: int | None = None
    """Leads with a score when it began; None until they are counted."""
    checked: int = 0
    """Those of them that it has reached."""
    after: str | None = None
    """The last lead that it has reached."""
    finished_at: str | None = None
    """When the first pass reached the last lead."""
    settled: bool = False
    """Whether the second pass has reached the last lead."""
    step: int = 0
    """How often progress was recorded; for optimistic locking."""


def new_rescoring(workflow_id: str | None = None) -> Rescoring:
    """Return a rescoring that begins now."""
    return Rescoring(id=secrets.token_hex(8), workflow_id=workflow_id, started_at=clock.timestamp())


class RescoringView(Model):
    """Progress of the new scores after the last change of a profile."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: Literal["running", "completed"]
    """Whether all leads have scores by this profile."""
    total: int | None
    """Number of leads to score; null until they are counted."""
    checked: int
    """Number of those that have scores by this profile."""
    started_at: str
    """When the profile was changed."""
    finished_at: str | None
    """When the last lead was reached; null before."""

    @classmethod
    def of(cls, job: Rescoring) -> "RescoringView":
        """Return the view of a rescoring."""
        return cls(
            status="completed" if job.finished_at else "running",
            total=job.total,
            checked=job.checked,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )
