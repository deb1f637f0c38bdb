"""Leads in review, as the worker of the stage contact leaves them."""

from dataclasses import replace

from outrider.access.models import Caller, WorkspaceId
from outrider.kit import ids
from outrider.leads.wiring import lead_repository
from outrider.messages.wiring import drafting
from outrider.workflows.models import campaign_of
from outrider.workflows.reviews.drafts import draft_of
from tests.harness.api import Api, Mode
from tests.integration.outreach import a_mailbox


def a_contacting_workflow(api: Api, *, mode: Mode = "live") -> str:
    body = {"name": "First", "stages": ["qualify", "contact"]}
    answer = api.post("/v1/workflows", body, mode=mode)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def put_in_review(api: Api, lead_id: str, *, mode: Mode = "live") -> None:
    """Leave a lead in review, with the draft of its workflow."""
    workspace = WorkspaceId.of(WorkspaceId(api.workspace().id).public, mode)
    leads = lead_repository(workspace)
    lead = leads.get(lead_id)
    assert lead is not None
    caller = replace(Caller.engine(workspace), api_url="https://api.outrider.test")
    first = drafting(caller).draft(campaign_of(str(lead.workflow_id)), lead.contact_id)
    leads.change(lead, lead.at_stage(None, status="review", draft=draft_of(first)), [])


def a_lead_in_review(api: Api, workflow_id: str | None = None, **contact: str) -> str:
    """A lead that waits for approval, with a mailbox that can send to it."""
    if not api.get("/v1/mailboxes").json["data"]:
        a_mailbox(api)
    body = {
        "email": f"{ids.new('x')}@acme.example",
        "workflow_id": workflow_id or a_contacting_workflow(api),
        **contact,
    }
    answer = api.post("/v1/leads", body)
    assert answer.status == 201, answer.text
    put_in_review(api, answer.json["id"])
    return str(answer.json["id"])
