"""A worker that dies at any AWS call: each tool call is made once, and credits settle once."""

import json
from typing import Any

import pytest

from tests.agents.scripted import Said, Scripted, speaking
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points

CALLS = 60
"""The AWS calls of a worker here, those of the functions that it calls included; a test below says
that there are no more."""
SOME = crash_points(CALLS)[::6]


def answer(said: Said) -> Any:
    """What follows from the conversation alone, as a model's next words do."""
    match [json.loads(each.text) for each in said.results]:
        case []:
            return [("create_contacts", {"email": "ada@x.example"})]
        case [made]:
            return [("get_contact", {"contact_id": made["id"]})]
    return "Done."


def created(api: Api) -> str:
    return str(api.post("/v1/agent/runs", {"goal": "Add Ada"}).json["id"])


def work(api: Api, cloud: Cloud, run_id: str) -> None:
    body = json.dumps({"workspace": api.workspace().id, "run_id": run_id})
    cloud.invoke("agents_run", {"Records": [{"messageId": "1", "body": body}]})


@pytest.mark.parametrize(("number", "when"), SOME)
def test_a_run_goes_on_where_it_stopped(api: Api, cloud: Cloud, number: int, when: When) -> None:
    with speaking(answer):
        run_id = created(api)
        with cloud.wire.crash_at(number, when):
            work(api, cloud, run_id)
        cloud.clock.advance(minutes=6)
        work(api, cloud, run_id)

    cloud.skip()
    run = api.get(f"/v1/agent/runs/{run_id}").json
    calls = [each for each in run["steps"] if each["kind"] == "tool"]
    assert (run["status"], run["response"]) == ("completed", "Done.")
    assert [(each["tool"], each["is_error"]) for each in calls] == [
        ("create_contacts", False),
        ("get_contact", False),
    ]
    assert len(api.get("/v1/contacts").json["data"]) == 1
    balance = api.get("/v1/credits").json
    assert (balance["held"], balance["spent"]) == (0, 2)


def test_a_run_makes_no_more_calls(api: Api, cloud: Cloud) -> None:
    with speaking(answer), cloud.wire.crash_at(CALLS + 1) as crashed:
        work(api, cloud, created(api))

    assert not crashed()


def test_two_workers_do_not_carry_on_one_run(api: Api, cloud: Cloud) -> None:
    """The queue delivers the message again while the first worker is at it."""

    def meanwhile(said: Said) -> Any:
        work(api, cloud, run_id)
        return answer(said)

    with speaking(meanwhile) as model:
        run_id = created(api)
        work(api, cloud, run_id)

    assert isinstance(model, Scripted)
    assert len(model.asked) == 3
    assert len(api.get("/v1/contacts").json["data"]) == 1
