"""What a lead of a workflow waits for."""

from typing import Any, Literal, get_args

import pytest

from outrider.leads.models import Lead, LeadStatus
from outrider.leads.statuses.waiting import waits_for
from outrider.workflows.models import Workflow

Status = Literal["idle", "running", "paused"]
LATER = "2999-01-01T00:00:00.000Z"


def lead(**given: Any) -> Lead:
    fields = {"created_at": "", "updated_at": "", "workflow_id": "wfl_1", **given}
    return Lead(id="led_1", contact_id="con_1", **fields)


def workflow(status: Status, reason: Any = None) -> Workflow:
    return Workflow(
        id="wfl_1",
        name="First",
        stages=["research", "qualify", "contact"],
        status=status,
        paused_reason=reason,
        created_at="",
        updated_at="",
    )


@pytest.mark.parametrize(
    ("given", "of_workflow", "waits"),
    [
        ({"stage": "research"}, workflow("running"), "research"),
        ({"stage": "qualify"}, workflow("running"), "qualification"),
        ({"stage": "contact"}, workflow("running"), "contact"),
        ({"stage": "research"}, workflow("idle"), "run"),
        ({"stage": "contact", "approved_at": LATER}, workflow("idle"), "contact"),
        ({"stage": "research"}, workflow("paused", "person"), "resumption"),
        ({"stage": "research"}, workflow("paused", "credits"), "credits"),
        ({"stage": "research", "lease_until": LATER}, workflow("paused", "person"), "research"),
        ({"stage": "research"}, None, "deletion"),
        ({"status": "review"}, workflow("idle"), "approval"),
        ({"status": "review"}, None, "deletion"),
        ({"status": "qualified", "enrollment_id": "enr_1"}, workflow("idle"), "email"),
        ({"status": "researched", "enrollment_id": "enr_1"}, workflow("idle"), "email"),
        ({"status": "new", "enrollment_id": "enr_1"}, workflow("idle"), "email"),
        ({"status": "qualified"}, workflow("idle"), None),
    ],
    ids=str,
)
def test_names_what_has_to_happen(
    given: dict[str, Any], of_workflow: Workflow | None, waits: str | None
) -> None:
    assert waits_for(lead(**given), of_workflow) == waits


@pytest.mark.parametrize("status", sorted({*get_args(LeadStatus)} - {"review"}))
def test_is_nothing_without_a_stage(status: LeadStatus) -> None:
    assert waits_for(lead(status=status), workflow("running")) is None


@pytest.mark.parametrize("status", ["contacted", "replied", "failed", "disqualified"])
def test_is_nothing_once_the_enrollment_has_led_to_something(status: LeadStatus) -> None:
    assert waits_for(lead(status=status, enrollment_id="enr_1"), workflow("running")) is None
