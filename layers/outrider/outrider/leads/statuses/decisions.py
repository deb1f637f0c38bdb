"""Decisions of people about a lead in place of its score or its workflow."""

from collections.abc import Mapping
from typing import Any, get_args

from outrider.kit import clock
from outrider.kit.errors import ValidationFailed
from outrider.leads.errors import AlreadyEnrolled, StatusOfWorkflow
from outrider.leads.models import Decision, Lead, LeadStatus, Stage

_OF_WORKFLOW = ("disqualified", "new")
"""Decisions about the lead of a workflow."""


def decided(lead: Lead, given: Mapping[str, Any], first_stage: Stage | None) -> Lead:
    """Return the lead with the fields that a person gave. `first_stage` is that of its workflow, if
    it has one.

    In a workflow, `disqualified` ends its way, and `new` begins it again. Raises StatusOfWorkflow
    for any other status, and AlreadyEnrolled if it was enrolled;
    ValidationFailed for a status that no person sets. A status without a reason clears the reason.
    """
    if "status" not in given or _is_sent_back(lead, given["status"]):
        return lead.model_copy(update={**given, "status": lead.status})
    if given["status"] not in get_args(Decision):
        raise ValidationFailed.at(
            "/status",
            f"The status {given['status']} is that of work on the lead: a person sets "
            f"{', '.join(get_args(Decision))}",
        )
    changes = {"status_reason": None, **given, "decided_at": clock.timestamp()}
    if lead.workflow_id is None:
        return lead.changed(**changes)
    if given["status"] not in _OF_WORKFLOW:
        raise StatusOfWorkflow(given["status"])
    if lead.enrollment_id is not None:
        raise AlreadyEnrolled(lead.enrollment_id)
    undone = {"draft": None, "approved_at": None, "failure": None}
    if given["status"] == "disqualified":
        return lead.at_stage(None, **changes, **undone)
    return lead.at_stage(first_stage, **{**changes, **undone, "decided_at": None})


def _is_sent_back(lead: Lead, status: LeadStatus) -> bool:
    """Return whether the status is the lead's own, which nobody can set: it came with the lead as
    it was shown."""
    mine = _OF_WORKFLOW if lead.workflow_id else get_args(Decision)
    return status == lead.status and status not in mine
