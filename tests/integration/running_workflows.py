"""Workflows with leads, for tests that run them."""

from collections import Counter
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids
from outrider.leads.models import Lead
from outrider.leads.repository import LeadRepository
from outrider.leads.wiring import lead_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud

PROFILE = {"titles": ["sales"], "weights": {"titles": 100}}
SALES, OTHER = {"title": "VP Sales"}, {"title": "Gardener"}


def a_workflow(api: Api, *stages: str, **settings: Any) -> str:
    """One with all these stages, or one that scores leads."""
    body = {"name": "Outbound", "stages": list(stages) or ["qualify"], "settings": settings}
    answer = api.post("/v1/workflows", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def leads_of(api: Api) -> LeadRepository:
    return lead_repository(WorkspaceId(api.workspace().id))


def a_lead(api: Api, workflow_id: str, email: str, **contact: Any) -> str:
    """A lead of the workflow, at its first stage, of a new contact or the one with the address."""
    made = api.post("/v1/contacts", {"email": email, **contact, "upsert": True})
    assert made.status in (200, 201), made.text
    stages = api.get(f"/v1/workflows/{workflow_id}").json["stages"]
    now = clock.timestamp()
    lead = Lead(
        id=ids.new("led"),
        contact_id=made.json["id"],
        workflow_id=workflow_id,
        stage=stages[0],
        staged_at=now,
        created_at=now,
        updated_at=now,
    )
    leads_of(api).add(lead, [], [])
    return lead.id


def run(api: Api, workflow_id: str, **body: Any) -> Any:
    answer = api.post(f"/v1/workflows/{workflow_id}/run", body)
    assert answer.status == 200, answer.text
    return answer.json


def the_run(api: Api, workflow_id: str) -> Any:
    """The newest run."""
    return api.get(f"/v1/workflows/{workflow_id}/runs").json["data"][0]


def statuses(api: Api, workflow_id: str) -> dict[str, int]:
    found = api.get(f"/v1/leads?workflow_id={workflow_id}&limit=200").json["data"]
    return dict(Counter(lead["status"] for lead in found))


def told(cloud: Cloud, api: Api, name: str) -> list[dict[str, Any]]:
    """The data of the events with this name, oldest first."""
    cloud.drain()
    feed = api.get(f"/v1/events?type={name}&limit=200").json["data"]
    return [each["data"] for each in feed]
