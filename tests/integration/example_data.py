"""What examples of requests need to exist before."""

from typing import Any
from uuid import uuid4

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.contacts.repository import ContactRepository
from outrider.credits.wiring import credits
from outrider.imports.wiring import runner
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Table, transact
from outrider.kit.aws.s3 import Objects
from outrider.kit.settings import settings
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository
from outrider.workflows.runs.clock_wiring import dispatcher
from outrider.workflows.runs.dispatcher import WorkflowRound
from tests.harness.api import Api
from tests.harness.feed import record
from tests.integration.outreach import STEP_ONE, a_mailbox, a_message, a_task
from tests.integration.webhooks import (
    NOBODY,
)


def _address() -> str:
    return f"{uuid4().hex}@example.com"


def a_contact(api: Api) -> str:
    answer = api.post("/v1/contacts", {"email": _address()})
    return str(answer.json["id"])


def two_contacts(api: Api) -> dict[str, Any]:
    return {"winner_id": a_contact(api), "loser_ids": [a_contact(api)]}


def a_contact_with_a_past(api: Api) -> str:
    contact_id = a_contact(api)
    api.patch(f"/v1/contacts/{contact_id}", {"title": "CTO"})
    return contact_id


def an_unverified_contact(api: Api) -> str:
    """Its verdict needs no name server."""
    return str(api.post("/v1/contacts", {"email": f"{uuid4().hex}@outrider.test"}).json["id"])


def a_contact_to_research(api: Api) -> str:
    """Of a company whose site does not answer."""
    company = api.post("/v1/companies", {"name": uuid4().hex, "website": NOBODY}).json["id"]
    a_held_credit(api)
    answer = api.post("/v1/contacts", {"email": _address(), "company_id": company})
    return str(answer.json["id"])


def a_company(api: Api) -> str:
    answer = api.post("/v1/companies", {"domain": f"{uuid4().hex}.example"})
    return str(answer.json["id"])


def a_suppression(api: Api) -> str:
    body = {"address": _address(), "reason": "manual"}
    return str(api.post("/v1/suppressions", body).json["id"])


def a_lead(api: Api) -> str:
    return str(api.post("/v1/leads", {"contact_id": a_contact(api)}).json["id"])


def a_lead_to_research(api: Api) -> str:
    return str(api.post("/v1/leads", {"contact_id": a_contact_to_research(api)}).json["id"])


def a_researched_lead(api: Api) -> str:
    lead_id = a_lead(api)
    contact_id = api.get(f"/v1/leads/{lead_id}").json["contact_id"]
    workspace = WorkspaceId(api.workspace().id)
    contacts = ContactRepository(Table(settings().contacts_table), workspace)
    found = Findings(site="example.com", outcome="found", researched_at=clock.timestamp())
    transact(*ResearchRepository(contacts).keep_actions(contact_id, found))
    return lead_id


def a_workflow(api: Api) -> str:
    body = {"name": "First", "stages": ["research", "qualify", "contact"]}
    return str(api.post("/v1/workflows", body).json["id"])


def an_idle_workflow(api: Api) -> str:
    body = {"name": "Score", "stages": ["research", "qualify"]}
    return str(api.post("/v1/workflows", body).json["id"])


def a_running_workflow(api: Api) -> str:
    return a_run(api).partition("/")[0]


def a_workflow_with_runs(api: Api) -> str:
    workspace, workflow_id = api.workspace().id, a_running_workflow(api)
    last = WorkflowRound(workspace=workspace, workflow_id=workflow_id, clock=1, round=0)
    dispatcher(Caller.engine(workspace)).dispatch(last)
    api.post(f"/v1/workflows/{workflow_id}/run")
    return workflow_id


def a_paused_workflow(api: Api) -> str:
    workflow_id = a_running_workflow(api)
    api.post(f"/v1/workflows/{workflow_id}/pause")
    return workflow_id


def a_run(api: Api) -> str:
    """Its workflow besides."""
    workflow_id = an_idle_workflow(api)
    run = api.post(f"/v1/workflows/{workflow_id}/run").json["run"]
    return f"{workflow_id}/{run['id']}"


def an_import(api: Api) -> str:
    body = {"kind": "contacts", "format": "csv", "duplicates": "skip"}
    return str(api.post("/v1/imports", body).json["id"])


def an_import_to_confirm(api: Api) -> str:
    """Its file is there, and its worker has looked at it."""
    body = {"kind": "contacts", "format": "csv", "duplicates": "skip", "confirm": True}
    import_id = str(api.post("/v1/imports", body).json["id"])
    key = f"imports/live/{WorkspaceId(api.workspace().id).public}/{import_id}/upload"
    Objects(settings().files_bucket).put(key, b"email\nada@example.com\n")
    assert runner(WorkspaceId(api.workspace().id), import_id).run(lambda: True) == "to be confirmed"
    return import_id


def an_export(api: Api) -> str:
    return str(api.post("/v1/exports", {"kind": "contacts", "format": "csv"}).json["id"])


def an_api_key(api: Api) -> str:
    return str(api.create_key("contacts:read")["id"])


def one_mailbox(api: Api) -> str:
    return str(a_mailbox(api, email=_address())["id"])


def one_mailbox_never_in_dns(api: Api) -> str:
    return str(a_mailbox(api, email=f"{uuid4().hex}@outrider.test")["id"])


def one_mailbox_to_verify(api: Api) -> str:
    """Of an address that the workspace owns by the word of the operator."""
    email = f"{uuid4().hex}@outrider.test"
    mailbox_id = str(a_mailbox(api, email=email)["id"])
    api.grant(address=email)
    return mailbox_id


def a_pool(api: Api) -> str:
    return str(api.post("/v1/mailbox-pools", {"name": uuid4().hex}).json["id"])


def a_sequence(api: Api) -> str:
    """A draft that can be launched."""
    one_mailbox(api)
    body = {"name": "First", "steps": [STEP_ONE]}
    return str(api.post("/v1/sequences", body).json["id"])


def a_held_credit(api: Api) -> str:
    caller = Caller.engine(api.workspace().id)
    return credits(caller).hold(ids.new("run"), "research", 1).id


def campaign_of_a_sequence(api: Api) -> dict[str, Any]:
    return {"name": "Q2", "sequence_id": a_sequence(api)}


def a_draft(api: Api) -> str:
    """A campaign that can be launched."""
    return str(api.post("/v1/campaigns", campaign_of_a_sequence(api)).json["id"])


def one_more_contact(api: Api) -> dict[str, list[str]]:
    return {"contact_ids": [a_contact(api)]}


def one_message(api: Api) -> str:
    return a_message(api).id


def a_step_for_a_contact(api: Api) -> dict[str, str]:
    """As the query of a preview names them."""
    sequence_id = a_sequence(api)
    steps = api.get(f"/v1/sequences/{sequence_id}/steps").json["steps"]
    return {
        "sequence_id": sequence_id,
        "step_id": steps[0]["id"],
        "contact_id": a_contact(api),
    }


def a_test_of_the_newest_sequence(api: Api) -> dict[str, str]:
    """Its first step for a new contact, to the newest mailbox."""
    sequence_id = api.get("/v1/sequences?limit=1").json["data"][0]["id"]
    return {
        "step_id": api.get(f"/v1/sequences/{sequence_id}/steps").json["steps"][0]["id"],
        "contact_id": api.post("/v1/contacts", {"email": _address(), "first_name": "Ada"}).json[
            "id"
        ],
        "to": api.get("/v1/mailboxes").json["data"][0]["email"],
    }


def one_task(api: Api) -> str:
    return a_task(api).message_id


def an_unknown_message(api: Api) -> str:
    return a_message(api, state="unknown").id


def one_unknown_message(api: Api) -> dict[str, Any]:
    return {"outcome": "sent", "message_ids": [an_unknown_message(api)]}


def a_reply(api: Api) -> str:
    return a_message(
        api, direction="in", state="received", in_reply_to=message_ids.of(ids.new("con"), "sent")
    ).id


def a_thread(api: Api) -> str:
    return a_message(api).thread_id


def a_contact_with_a_thread(api: Api) -> dict[str, str]:
    """As the query of a list names it."""
    return {"contact_id": a_message(api).contact_id}


def an_event(api: Api) -> str:
    caller = Caller.engine(api.workspace().id)
    (recorded,) = record(caller.event("import.reverting", import_id=ids.new("imp")))
    return recorded.id
