"""Whatever GET shows can be sent back with PUT or PATCH, natively and on the surfaces."""

from typing import Any

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.integration.surface_examples import ENDPOINTS as OF_SURFACES
from tests.integration.surface_examples import SurfaceEndpoint

on_this_machine = endpoints.on_this_machine

_READ = {each.route.path for each in (*ENDPOINTS, *OF_SURFACES) if each.route.method == "GET"}
_NEVER_SHOWN = {"/v1/llm-providers/{provider}"}
"""Resources that the body of PUT needs a secret for."""
_MOVES = {"updated_at", "updatedAt", "version", "decided_at", "decidedAt", "rescoring"}
"""Fields that say when something was written."""


def _shown(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json["data"] if "ok" in answer.json else answer.json
    return found


def _changing(method: str) -> list[Endpoint | SurfaceEndpoint]:
    return [
        each
        for each in (*ENDPOINTS, *OF_SURFACES)
        if each.route.method == method and each.route.path in _READ - _NEVER_SHOWN
    ]


@pytest.mark.parametrize("endpoint", [*_changing("PUT"), *_changing("PATCH")], ids=str)
def test_a_resource_that_is_sent_back_stays_as_it_is(
    api: Api, endpoint: Endpoint | SurfaceEndpoint
) -> None:
    path = endpoint.path(endpoint.example.make(api) if endpoint.example.make else "")
    before = _shown(api.get(path))

    answer = api.request(endpoint.route.method, path, before)

    assert answer.status == 200, answer.text
    after = _shown(api.get(path))
    assert {k: v for k, v in after.items() if k not in _MOVES} == {
        k: v for k, v in before.items() if k not in _MOVES
    }


def test_a_lead_may_be_sent_back_in_any_status(api: Api, cloud: Cloud) -> None:
    api.put("/v1/profile", {"titles": ["sales"], "weights": {"titles": 100}})
    workflow = api.post("/v1/workflows", {"name": "W", "stages": ["qualify"]}).json["id"]
    person = {"email": "ada@acme.example", "title": "VP Sales", "workflow_id": workflow}
    path = f"/v1/leads/{api.post('/v1/leads', person).json['id']}"
    api.post(f"/v1/workflows/{workflow}/run")
    cloud.run(hours=1)
    shown = api.get(path).json
    assert shown["status"] == "qualified"

    answer = api.patch(path, {**shown, "notes": "Call her"})
    other = api.patch(path, {**shown, "status": "contacted"})

    assert answer.status == 200, answer.text
    assert (answer.json["status"], answer.json["notes"]) == ("qualified", "Call her")
    assert (other.status, other.json["errors"][0]["pointer"]) == (422, "/status")


def test_a_body_of_read_only_fields_alone_changes_nothing(api: Api) -> None:
    made = api.post("/v1/contacts", {"email": "ada@acme.example"}).json

    answer = api.patch(f"/v1/contacts/{made['id']}", {"full_name": "Ada"})

    detail = "full_name is read-only: this call cannot change it"
    assert answer.status == 422
    assert answer.json["errors"] == [{"pointer": "/full_name", "detail": detail}]
