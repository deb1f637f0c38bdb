"""The part of the story in which leads are qualified, by hand and by a workflow."""

from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox
from tests.integration.reviewing import put_in_review
from tests.integration.story_steps import Step


def _in_review(cloud: Cloud, known: dict[str, str]) -> None:
    """A mailbox is there, and the worker has made the draft."""
    a_mailbox(cloud.api, mode="test")
    put_in_review(cloud.api, known["lead_id"], mode="test")


def _others_in_review(cloud: Cloud, known: dict[str, str]) -> None:
    put_in_review(cloud.api, known["other_lead_id"], mode="test")


LEADS = [
    Step("get_profile"),
    Step(
        "replace_profile",
        {
            "seniorities": ["c_level", "vp"],
            "departments": ["sales"],
            "countries": ["DE", "US"],
            "exclusions": {"domains": ["globex.example"]},
            "threshold": 60,
        },
        mode="test",
    ),
    Step("create_lead", {"contact_id": "{sandbox_id}"}, keep={"lead_id": ("id",)}, mode="test"),
    Step("research_lead", {}, mode="test"),
    Step("get_lead_research", mode="test"),
    Step("qualify_lead", mode="test"),
    Step("update_lead", {"status": "qualified", "status_reason": "Asked for a call"}, mode="test"),
    Step("get_lead", mode="test"),
    Step("list_leads", query="min_score=50&sort=-score", mode="test"),
    Step("delete_lead", mode="test"),
    Step(
        "create_workflow",
        {"name": "New signups", "stages": ["research", "qualify", "contact"]},
        keep={"workflow_id": ("id",)},
        mode="test",
    ),
    Step(
        "update_workflow",
        {"settings": {"daily_limit": 40, "threshold": 60}},
        mode="test",
    ),
    Step("get_workflow", mode="test"),
    Step(
        "add_workflow_leads",
        {"leads": [{"contact_id": "{sandbox_id}"}, {"email": "not an address"}]},
        mode="test",
    ),
    Step(
        "create_lead",
        {"email": "grace@outrider.test", "first_name": "Grace", "workflow_id": "{workflow_id}"},
        keep={"lead_id": ("id",)},
        mode="test",
        then=_in_review,
    ),
    Step("update_lead_draft", {"subject": "A question about your warehouse"}, mode="test"),
    Step("approve_lead", mode="test"),
    Step("reject_lead", {"reason": "Became a customer"}, mode="test"),
    Step(
        "create_lead",
        {"email": "joan@outrider.test", "first_name": "Joan", "workflow_id": "{workflow_id}"},
        keep={"other_lead_id": ("id",)},
        mode="test",
        then=_others_in_review,
    ),
    Step("approve_leads", {"ids": ["{other_lead_id}", "{lead_id}"]}, mode="test"),
    Step("reject_leads", {"ids": ["{other_lead_id}"], "reason": "Wrong country"}, mode="test"),
    Step("list_workflows", query="status=idle", mode="test"),
    Step("delete_workflow", mode="test"),
    Step(
        "create_workflow",
        {"name": "Score signups", "stages": ["research", "qualify"]},
        keep={"workflow_id": ("id",)},
        mode="test",
    ),
    Step("run_workflow", {}, keep={"run_id": ("run", "id")}, mode="test"),
    Step("pause_workflow", mode="test"),
    Step("resume_workflow", mode="test"),
    Step("list_runs", mode="test"),
    Step("get_run", mode="test"),
]
