"""Reasons why a lead waits."""

from typing import Literal

from outrider.leads.models import Lead
from outrider.leads.ports import LeadWorkflow

WaitsFor = Literal[
    "research",
    "qualification",
    "contact",
    "approval",
    "email",
    "run",
    "credits",
    "resumption",
    "deletion",
]
_OF_STAGE: dict[str, WaitsFor] = {
    "research": "research",
    "qualify": "qualification",
    "contact": "contact",
}


def waits_for(lead: Lead, workflow: LeadWorkflow | None) -> WaitsFor | None:
    """Return what a lead of a workflow waits for, or None if it has come to its end. `workflow` is
    None if it was deleted."""
    if lead.stage is not None:
        return _stage(lead, workflow)
    if lead.status == "review":
        return "approval" if workflow else "deletion"
    if lead.enrollment_id is not None and lead.status in ("new", "researched", "qualified"):
        return "email"
    return None


def _stage(lead: Lead, workflow: LeadWorkflow | None) -> WaitsFor:
    if workflow is None:
        return "deletion"
    of_stage = _OF_STAGE[lead.stage or ""]
    if lead.is_leased or workflow.status == "running":
        return of_stage
    if workflow.status == "paused":
        return "credits" if workflow.paused_reason == "credits" else "resumption"
    return of_stage if lead.approved_at else "run"
