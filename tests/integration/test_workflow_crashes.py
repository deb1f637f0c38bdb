"""A workflow, its campaign and its sequence, wherever the request dies that writes them: there are
all of them or none, and the request that is sent again does what is left to do."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.integration.outreach import STEP_ONE
from tests.integration.test_workflows import a_sequence, a_workflow

Request = Callable[[Api, Mapping[str, Any], dict[str, str]], Answer]
POOLS = {"mailbox_pool": "pool_sales"}
STEPS = {"steps": [{**STEP_ONE, "subject": "Another"}]}

both = pytest.mark.parametrize("when", ["before", "after"])


def create(api: Api, before: Mapping[str, Any], headers: dict[str, str]) -> Answer:
    body = {"name": before["name"], "stages": ["research", "contact"], "settings": POOLS}
    return api.post("/v1/workflows", body, headers=headers)


def change(api: Api, before: Mapping[str, Any], headers: dict[str, str]) -> Answer:
    path = f"/v1/workflows/{before['id']}"
    return api.patch(path, {"settings": {"daily_limit": 7, **POOLS}}, headers=headers)


def begin_to_contact(api: Api, before: Mapping[str, Any], headers: dict[str, str]) -> Answer:
    path = f"/v1/workflows/{before['id']}"
    return api.patch(path, {"stages": ["research", "contact"]}, headers=headers)


def delete(api: Api, before: Mapping[str, Any], headers: dict[str, str]) -> Answer:
    return api.delete(f"/v1/workflows/{before['id']}", headers=headers)


def everything(api: Api) -> dict[str, list[dict[str, Any]]]:
    kinds = ("workflows", "campaigns", "sequences")
    return {kind: api.get(f"/v1/{kind}").json["data"] for kind in kinds}


def swept(cloud: Cloud, when: When, request: Request, prepared: Mapping[str, Any]) -> None:
    """Send the request until it dies at none of its AWS calls, and once again."""
    place, came = 0, True
    while came:
        place += 1
        with cloud.wire.crash_at(place, when) as happened:
            request(cloud.api, prepared, {"idempotency-key": "once"})
        came = happened()
        cloud.clock.advance(minutes=1)
        consistent(cloud.api)
    assert place > 2
    assert request(cloud.api, prepared, {"idempotency-key": "once"}).status < 500


def consistent(api: Api) -> None:
    """Each workflow that contacts has its campaign and sequence, and none is without a workflow."""
    found = everything(api)
    campaigns = {each["id"]: each for each in found["campaigns"]}
    sequences = {each["id"]: each for each in found["sequences"]}
    contacting = [each for each in found["workflows"] if each["campaign_id"]]
    assert {each["campaign_id"] for each in contacting} == campaigns.keys()
    owned = {each["sequence_id"] for each in contacting if each["owns_sequence"]}
    assert owned == {each["id"] for each in sequences.values() if each["workflow_id"]}
    for each in contacting:
        settings = api.get(f"/v1/workflows/{each['id']}").json["settings"]
        campaign = campaigns[each["campaign_id"]]
        assert campaign["mailbox_pool"] == settings["mailbox_pool"]
        assert campaign["settings"]["daily_limit"] == settings["daily_limit"]
        assert sequences[each["sequence_id"]]["steps"] == 1


@both
def test_is_created_once(api: Api, cloud: Cloud, when: When) -> None:
    api.post("/v1/mailbox-pools", {"name": "Sales"})

    swept(cloud, when, create, {"name": "New signups"})

    assert {kind: len(each) for kind, each in everything(api).items()} == {
        "workflows": 1,
        "campaigns": 1,
        "sequences": 1,
    }


@both
@pytest.mark.parametrize("given", [True, False], ids=["given", "own"])
def test_is_changed_with_its_campaign(api: Api, cloud: Cloud, given: bool, when: When) -> None:
    api.post("/v1/mailbox-pools", {"name": "Sales"})
    sequence = {"sequence_id": a_sequence(api)["id"]} if given else {}
    workflow = a_workflow(api, **sequence)

    swept(cloud, when, change, workflow)

    assert [each["mailbox_pool"] for each in everything(api)["campaigns"]] == ["pool_sales"]


@both
def test_gets_a_campaign_once(api: Api, cloud: Cloud, when: When) -> None:
    swept(cloud, when, begin_to_contact, a_workflow(api, ["research"]))

    assert len(everything(api)["campaigns"]) == 1


@both
@pytest.mark.parametrize("given", [True, False], ids=["given", "own"])
def test_is_deleted_with_what_was_made_for_it(
    api: Api, cloud: Cloud, given: bool, when: When
) -> None:
    sequence = {"sequence_id": a_sequence(api)["id"]} if given else {}
    workflow = a_workflow(api, **sequence)
    api.put(f"/v1/sequences/{workflow['sequence_id']}/steps", STEPS)

    swept(cloud, when, delete, workflow)

    left = everything(api)
    assert (left["workflows"], left["campaigns"]) == ([], [])
    assert [each["id"] for each in left["sequences"]] == list(sequence.values())
