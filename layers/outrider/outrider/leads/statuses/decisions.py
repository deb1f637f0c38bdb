"""Decisions of people about a lead in place of its score or its workflow."""

from collections.abc import Mapping
from typing import Any

from outrider.kit import clock
from outrider.leads.errors import AlreadyEnrolled, StatusOfWorkflow
from outrider.leads.models import Lead, Stage


def decided(lead: Lead, given: Mapping[str, Any], first_stage: Stage | None) -> Lead:
    """Return the lead with the fields that a person gave. `first_stage` is that of its workflow, if
    it has one.

    In a workflow, `disqualified` ends its way, and `new` begins it again. Raises StatusOfWorkflow
    for any other status, and AlreadyEnrolled if it was enrolled.
    """
    if "status" not in given:
        return lead.model_copy(update=dict(given))
    changes = {**given, "decided_at": clock.timestamp()}
    if lead.workflow_id is None:
        return lead.changed(**changes)
    if given["status"] not in ("disqualified", "new"):
        raise StatusOfWorkflow(given["status"])
    if lead.enrollment_id is not None:
        raise AlreadyEnrolled(lead.enrollment_id)
    undone = {"draft": None, "approved_at": None, "failure": None}
    if given["status"] == "disqualified":
        return lead.at_stage(None, **changes, **undone)
    return lead.at_stage(first_stage, **{**changes, **undone, "decided_at": None})
