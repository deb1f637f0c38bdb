"""A worker that dies at any AWS call: each tool call is made once, and credits settle once."""

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from outrider.agents.runs import wiring
from outrider.kit.errors import ServiceUnavailable
from outrider.mcp import invoking
from outrider.mcp.calls import Event
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


class TestLostAnswer:
    """A tool call is made again under the same Idempotency-Key: the model never hears that it
    failed, and cannot ask for it a second time."""

    CALL = ("create_contacts", {"email": "ada@x.example"})

    @pytest.fixture
    def run_id(self, api: Api) -> Iterator[str]:
        with speaking([self.CALL], "Done."):
            yield created(api)

    def worked(self, api: Api, cloud: Cloud, run_id: str) -> dict[str, Any]:
        for _ in range(4):
            cloud.drain()
            cloud.clock.advance(seconds=46)
        run: dict[str, Any] = api.get(f"/v1/agent/runs/{run_id}").json
        return run

    @pytest.mark.parametrize("fails", [1, 3, 4])
    @pytest.mark.parametrize("is_made", [True, False])
    def test_is_asked_for_again(
        self, api: Api, cloud: Cloud, run_id: str, fails: int, is_made: bool
    ) -> None:
        left = iter(range(fails))

        def invoke(name: str, event: Event) -> Event:
            answer = invoking.invoke(name, event) if is_made else {}
            if next(left, None) is None:
                return answer or invoking.invoke(name, event)
            raise ServiceUnavailable("No answer came in time")

        with patch.object(wiring, "invoke", invoke):
            run = self.worked(api, cloud, run_id)

        made = [each for each in run["steps"] if each["kind"] == "tool"]
        if fails < 4:
            assert (run["status"], run["response"]) == ("completed", "Done.")
            assert [each["is_error"] for each in made] == [False]
        else:
            assert (run["status"], run["status_reason"]) == ("failed", "call_unanswered")
            assert [each["finished_at"] for each in made] == [None]
        assert len(api.get("/v1/contacts").json["data"]) == (is_made or fails < 4)

    def test_is_a_result_if_the_call_cannot_be_made(
        self, api: Api, cloud: Cloud, run_id: str
    ) -> None:
        """Whatever Lambda says, the worker goes on."""
        with cloud.wire.refuse("lambda", "Invoke", "AccessDeniedException"):
            run = self.worked(api, cloud, run_id)

        assert (run["status"], run["response"]) == ("completed", "Done.")
        assert [each["is_error"] for each in run["steps"] if each["kind"] == "tool"] == [True]


class TestAbandoned:
    """A run that nobody works on any more ends by itself."""

    def test_run_that_fails_each_time_is_given_up(self, api: Api, cloud: Cloud) -> None:
        with speaking("Done."):
            run_id = created(api)
        with patch.object(wiring, "language_model", side_effect=RuntimeError("a defect")):
            for _ in range(5):
                cloud.drain(tolerate_failures=True)
                cloud.clock.advance(minutes=6)

        cloud.drain()
        run = api.get(f"/v1/agent/runs/{run_id}").json
        assert (run["status"], run["status_reason"]) == ("failed", "out_of_time")
        assert len(api.get("/v1/events?type=agent.run_completed").json["data"]) == 1
        assert api.get("/v1/credits").json["held"] == 0

    def test_run_whose_message_is_lost_reads_as_failed(self, api: Api, cloud: Cloud) -> None:
        with speaking("Done."):
            run_id = created(api)
            cloud.skip()
            before = api.get(f"/v1/agent/runs/{run_id}").json["status"]
            cloud.clock.advance(minutes=20)

        run = api.get(f"/v1/agent/runs/{run_id}").json
        assert (before, run["status"], run["status_reason"]) == ("queued", "failed", "out_of_time")
        assert [each["status"] for each in api.get("/v1/agent/runs").json["data"]] == ["failed"]


def test_a_stop_charges_what_the_model_answered_meanwhile(api: Api, cloud: Cloud) -> None:
    with speaking([("get_account", {})], RuntimeError("a defect")):
        run_id = created(api)
        with cloud.wire.once_after("GetItem", lambda: work(api, cloud, run_id)):
            stopped = api.post(f"/v1/agent/runs/{run_id}/stop").json

    assert (stopped["status"], stopped["spent"]["model_turns"]) == ("stopped", 1)
    assert api.get("/v1/credits").json["spent"] == 2


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
