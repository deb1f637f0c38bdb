"""A client that knows only name, stages and two settings gets a workflow that works: research,
qualification, a draft for a person, and an email once it is approved."""

from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox

LEADS = [
    {"email": "grace@acme.example", "first_name": "Grace", "title": "VP Sales", "company": "Acme"},
    {"email": "ada@globex.example"},
]


def a_run(api: Api, cloud: Cloud, auto_review: bool) -> dict[str, Any]:
    """Create the workflow, add the leads and run it to its end, all in the sandbox."""
    a_mailbox(api)
    body = {
        "name": "New signups",
        "stages": ["research", "qualify", "contact"],
        "settings": {"auto_review": auto_review, "daily_limit": 50},
    }
    workflow = api.post("/v1/workflows", body).json
    path = f"/v1/workflows/{workflow['id']}"
    assert api.post(f"{path}/leads", {"leads": LEADS}).json["counts"]["added"] == 2
    assert api.post(f"{path}/run").status == 200
    cloud.run(hours=2)
    return dict(workflow)


def leads(api: Api, workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """The leads of the workflow, in the order of LEADS."""
    found = api.get(f"/v1/leads?workflow_id={workflow['id']}").json["data"]
    by_email = {lead["contact"]["email"]: dict(lead) for lead in found}
    return [by_email[each["email"]] for each in LEADS]


def test_waits_for_a_person_with_the_exact_email(api: Api, cloud: Cloud) -> None:
    workflow = a_run(api, cloud, auto_review=False)

    grace, ada = leads(api, workflow)
    assert (grace["status"], ada["status"], cloud.mails()) == ("review", "review", [])
    assert grace["draft"]["subject"] == "A question for Acme"
    assert ada["draft"]["text"].startswith("Hi there,")

    api.post(f"/v1/leads/{grace['id']}/approve")
    api.post(f"/v1/leads/{ada['id']}/reject", {"reason": "Not now"})
    cloud.run(hours=2)

    (mail,) = cloud.mails()
    assert mail.message["Subject"] == grace["draft"]["subject"]
    assert [lead["status"] for lead in leads(api, workflow)] == ["contacted", "disqualified"]
    (enrollment,) = api.get(f"/v1/enrollments?contact_id={grace['contact_id']}").json["data"]
    (message,) = api.get(f"/v1/messages?contact_id={grace['contact_id']}").json["data"]
    assert enrollment["lead_id"] == message["lead_id"] == grace["id"]


def test_writes_at_once_where_nobody_has_to_approve(api: Api, cloud: Cloud) -> None:
    workflow = a_run(api, cloud, auto_review=True)

    assert {mail.message["Subject"] for mail in cloud.mails()} == {
        "A question for Acme",
        "A question for you",
    }
    assert {lead["status"] for lead in leads(api, workflow)} == {"contacted"}
    (run,) = api.get(f"/v1/workflows/{workflow['id']}/runs").json["data"]
    assert (run["status"], run["counts"]["enrolled"]) == ("completed", 2)
