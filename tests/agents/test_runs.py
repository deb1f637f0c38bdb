"""Runs of agents, from the request to the end, over the functions of the API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pytest

from outrider.agents.runs import wiring
from outrider.agents.runs.wiring import MOST_BYTES
from outrider.kit import ids
from outrider.kit.errors import ServiceUnavailable
from outrider.language_models.errors import ModelFailed
from outrider.mcp import invoking
from outrider.mcp.calls import Event
from tests.agents.scripted import Said, speaking
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import test_research as researched
from tests.integration.examples_of_agents import a_run_of_an_agent
from tests.integration.test_research import HOME
from tests.websites import website


def created(api: Api, goal: str = "Do it", **options: Any) -> str:
    body = {"goal": goal, **options.pop("body", {})}
    answer = api.post("/v1/agent/runs", body, **options)
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def shown(api: Api, run_id: str, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.get(f"/v1/agent/runs/{run_id}", **options).json
    return answer


def ran(api: Api, cloud: Cloud, goal: str = "Do it", **options: Any) -> dict[str, Any]:
    run_id = created(api, goal, **options)
    for _ in range(3):  # a provider's failure is tried again later
        cloud.drain()
        cloud.clock.advance(ms=15_000)
    return shown(api, run_id)


def a_contact(api: Api, name: str = "ada", **fields: Any) -> str:
    return str(api.post("/v1/contacts", {"email": f"{name}@x.example", **fields}).json["id"])


def calls_of(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["tool"], each["decision"]) for each in run["steps"] if each["kind"] == "tool"]


class TestRun:
    def test_reaches_its_goal_with_tools(self, api: Api, cloud: Cloud) -> None:
        contact = a_contact(api)
        with speaking(
            [("list_contacts", {"limit": 5})],
            [("update_contact", {"contact_id": contact, "tags": ["vip"]})],
            "Tagged one contact.",
        ) as model:
            run = ran(api, cloud, "Tag Ada")

        assert (run["status"], run["response"]) == ("completed", "Tagged one contact.")
        assert calls_of(run) == [("list_contacts", "allowed"), ("update_contact", "allowed")]
        assert api.get(f"/v1/contacts/{contact}").json["tags"] == ["vip"]
        assert run["spent"]["tokens"] == {"input_tokens": 30, "output_tokens": 6}
        assert contact in model.asked[1].results[0].text
        assert run["tainted"]

    def test_is_in_the_activity_log_before_what_it_changes(self, api: Api, cloud: Cloud) -> None:
        with speaking([("create_contacts", {"email": "new@x.example"})], "Done."):
            run = ran(api, cloud)

        events = api.get(f"/v1/events?actor=agent:{run['id']}").json["data"]
        told = {each["event"]: each for each in events}
        assert told.keys() == {"agent.tool_called", "contact.created", "agent.run_completed"}
        assert told["agent.tool_called"]["data"] == {
            "run_id": run["id"],
            "tool": "create_contacts",
            "arguments_sha256": sha256(b'{"email":"new@x.example"}').hexdigest(),
            "decision": "allowed",
            "credits_max": 0,
        }

    def test_sends_nothing_to_a_contact_that_it_made(self, api: Api, cloud: Cloud) -> None:
        steps = [{"channel": "email", "subject": "Hello", "text": "Is this the time?"}]
        sequence = api.post("/v1/sequences", {"name": "First", "steps": steps}).json["id"]

        def launched(said: Said) -> list[tuple[str, dict[str, Any]]]:
            contact = json.loads(said.results[0].text)["id"]
            return [("launch_sequence", {"sequence_id": sequence, "contact_ids": [contact]})]

        with speaking(
            [("create_contacts", {"email": "new@x.example"})], launched, "Done."
        ) as model:
            run = ran(api, cloud)

        assert calls_of(run) == [("create_contacts", "allowed"), ("launch_sequence", "refused")]
        assert (
            "did not exist, or had another address, before this run"
            in model.asked[2].results[-1].text
        )
        assert api.get(f"/v1/sequences/{sequence}").json["status"] == "draft"

    def test_leads_nobody_new_to_a_workflow_without_a_person(self, api: Api, cloud: Cloud) -> None:
        workflow = api.post("/v1/workflows", {"name": "W", "stages": ["qualify"]}).json["id"]
        with speaking(
            [
                ("create_lead", {"email": "new@x.example", "workflow_id": workflow}),
                ("update_workflow", {"workflow_id": workflow, "settings": {"auto_review": True}}),
            ],
            "Done.",
        ):
            run = ran(api, cloud)

        assert calls_of(run) == [("create_lead", "proposed"), ("update_workflow", "proposed")]
        assert api.get("/v1/contacts").json["data"] == []

    def test_of_the_sandbox_needs_no_provider_and_costs_nothing(
        self, api: Api, cloud: Cloud
    ) -> None:
        run_id = created(api, "How many credits are left?", mode="test")
        cloud.drain()

        run = shown(api, run_id, mode="test")
        assert (run["status"], run["model"], run["price"]) == ("completed", "scripted", 0)
        assert calls_of(run)

    def test_needs_a_provider(self, api: Api) -> None:
        answer = api.post("/v1/agent/runs", {"goal": "Do it"})

        assert (answer.status, answer.json["code"]) == (409, "PROVIDER_NOT_CONFIGURED")

    def test_does_not_begin_where_agents_are_disabled(self, api: Api) -> None:
        api.patch("/v1/agent/policy", {"enabled": False})

        answer = api.post("/v1/agent/runs", {"goal": "Do it"}, mode="live")

        assert (answer.status, answer.json["code"]) == (409, "AGENTS_DISABLED")

    def test_is_made_once_for_one_idempotency_key(self, api: Api) -> None:
        with speaking("Done."):
            first, again = (
                api.post("/v1/agent/runs", {"goal": "Do it"}, headers={"idempotency-key": "once"})
                for _ in range(2)
            )

        assert first.json == again.json
        assert len(api.get("/v1/agent/runs").json["data"]) == 1
        assert api.get("/v1/credits").json["held"] == 2


class TestCredits:
    def test_are_posted_by_the_tier_of_the_model(self, api: Api, cloud: Cloud) -> None:
        with speaking("Done."):
            run = ran(api, cloud)

        entry = api.get("/v1/credits/ledger?kind=chat").json["data"][0]
        assert (entry["id"], entry["status"], entry["amount"]) == (run["id"], "posted", 2)

    def test_are_released_when_the_provider_fails(self, api: Api, cloud: Cloud) -> None:
        with speaking(ModelFailed("key_refused", "The provider refused the key")):
            run = ran(api, cloud)

        entry = api.get("/v1/credits/ledger?kind=chat").json["data"][0]
        assert (run["status"], run["status_reason"]) == ("failed", "provider_failed")
        assert entry["status"] == "void"

    def test_of_tool_calls_are_those_that_they_cost(self, api: Api, cloud: Cloud) -> None:
        """The second research finds what the first one paid for. Of the third the response is lost,
        and comes again without its cost: it counts with the most."""
        with cloud.environment(STAGE="local"), website({"/": HOME}) as site:
            contact = {"contact_id": researched.a_contact(api, site)}
            calls = [("research_contact", contact)] * 2
            anew = ("research_contact", {**contact, "refresh": True})
            with speaking(calls, [anew], "Done."), losing_the_response_of(3):
                run = ran(api, cloud, body={"budget": {"credits": 2}})

        steps = [each["credits"] for each in run["steps"] if each["kind"] == "tool"]
        told = api.get(f"/v1/events?actor=agent:{run['id']}").json["data"]
        most = [each["data"]["credits_max"] for each in told if "tool_called" in each["event"]]
        (completed,) = [each["data"] for each in told if "completed" in each["event"]]
        assert (steps, most) == ([1, 0, None], [1, 1, 1])
        assert run["spent"]["credits"] == completed["credits"] == 2

    def test_of_a_score_by_rules_are_none(self, api: Api, cloud: Cloud) -> None:
        lead = api.post("/v1/leads", {"email": "ada@x.example"}).json["id"]
        with speaking([("qualify_lead", {"lead_id": lead})], "Done."):
            run = ran(api, cloud)

        assert (run["status"], run["spent"]["credits"]) == ("completed", 0)

    def test_of_a_refused_tool_call_are_none(self, api: Api, cloud: Cloud) -> None:
        with speaking([("research_contact", {"contact_id": ids.at("con", 0, "x")})], "Done."):
            run = ran(api, cloud)

        assert (run["steps"][1]["credits"], run["spent"]["credits"]) == (0, 0)


@contextmanager
def losing_the_response_of(number: int) -> Iterator[None]:
    """Lose the response of one tool call, by its number."""
    made = iter(range(1, 20))

    def invoke(name: str, event: Event) -> Event:
        answer = invoking.invoke(name, event)
        if next(made) == number:
            raise ServiceUnavailable("No answer came in time")
        return answer

    with patch.object(wiring, "invoke", invoke):
        yield


class TestFailures:
    def test_of_the_provider_are_repeated_if_temporary(self, api: Api, cloud: Cloud) -> None:
        with speaking(ModelFailed("overloaded", "The provider is overloaded"), "Done."):
            run = ran(api, cloud)

        assert run["status"] == "completed"

    def test_of_the_provider_are_repeated_twice(self, api: Api, cloud: Cloud) -> None:
        with speaking(ModelFailed("overloaded", "The provider is overloaded")) as model:
            run = ran(api, cloud)

        assert (run["status"], len(model.asked)) == ("failed", 3)

    def test_of_opening_the_provider_s_key_are_repeated_twice(self, api: Api, cloud: Cloud) -> None:
        run_id = a_run_of_an_agent(api)
        for _ in range(3):
            cloud.drain()
            cloud.clock.advance(ms=15_000)

        run = shown(api, run_id)
        assert (run["status"], run["status_reason"]) == ("failed", "provider_failed")
        assert api.get("/v1/credits").json["held"] == 0

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("no_such_tool", {}),
            ("list_api_keys", {}),
            ("get_contact", "not JSON"),
            ("get_contact", {}),
            ("get_contact", {"contact_id": 7, "more": True}),
            ("create_contacts", {"email": "a@x.example", "idempotency_key": "mine"}),
            ("create_contacts", {"email": "a@x.example", "first_name": "{{ custom.secret }}"}),
        ],
    )
    def test_of_a_call_are_results(self, api: Api, cloud: Cloud, name: str, arguments: Any) -> None:
        with speaking([(name, arguments)], "I could not.") as model:
            run = ran(api, cloud)

        assert run["status"] == "completed"
        assert model.asked[1].results[0].is_error
        assert api.get("/v1/contacts").json["data"] == []


class TestSize:
    def test_of_a_step_is_limited_whatever_a_model_asks_for(self, api: Api, cloud: Cloud) -> None:
        """Else it could not be stored, and the run would fail until its time is over."""
        junk = {f"{'x' * 24}{number}": number for number in range(1_000)}
        nested = json.loads("[" * 150 + "]" * 150)
        with speaking(
            [("list_contacts", junk)] * 2,
            [("list_contacts", {"cursor": "x" * 80_000})],
            [("list_contacts", {"cursor": nested})],
            "Done.",
        ) as model:
            run = ran(api, cloud)

        results = model.asked[2].results
        assert [each.is_error for each in results] == [True] * 3
        assert max(len(each.text.encode()) for each in results) <= MOST_BYTES
        assert "may have 65,536" in results[2].text
        assert (run["status"], run["status_reason"]) == ("failed", "provider_failed")
        assert run["steps"][-1]["arguments"] == {}

    def test_of_a_proposal_is_that_of_a_call(self, api: Api, cloud: Cloud) -> None:
        leads = [ids.new("led") for _ in range(101)]
        with speaking([("list_contacts", {}), ("reject_leads", {"ids": leads})], "Done.") as model:
            run = ran(api, cloud)

        assert calls_of(run)[1] == ("reject_leads", "proposed")
        assert "at most 100 items" in model.asked[1].results[1].text
        assert api.get("/v1/agent/approvals").json["data"] == []


class TestEnd:
    def test_comes_with_the_key(self, api: Api, cloud: Cloud) -> None:
        key = api.create_key("*")

        def revoke(_: Said) -> Any:
            api.delete(f"/v1/api-keys/{key['id']}")
            return [("create_contacts", {"email": "a@x.example"})]

        with speaking(revoke, "Done."):
            run = ran(api, cloud, key=key["key"])

        assert (run["status"], run["status_reason"]) == ("stopped", "key_refused")
        assert api.get("/v1/contacts").json["data"] == []

    def test_comes_with_the_kill_switch(self, api: Api, cloud: Cloud) -> None:
        def disable(_: Said) -> Any:
            api.patch("/v1/agent/policy", {"enabled": False})
            return [("create_contacts", {"email": "a@x.example"})]

        with speaking(disable, "Done."):
            run = ran(api, cloud)

        assert (run["status"], run["status_reason"]) == ("stopped", "agents_disabled")
        assert api.get("/v1/contacts").json["data"] == []

    def test_tells_in_the_feed_who_used_the_kill_switch(self, api: Api, cloud: Cloud) -> None:
        api.patch("/v1/agent/policy", {"enabled": False, "budget": {"credits": 100}})
        cloud.drain()

        (event,) = api.get("/v1/events?type=agent.policy_updated").json["data"]
        assert event["data"] == {"enabled": False, "changed": ["enabled"]}
        assert event["actor"] == f"key:{api.get('/v1/account').json['key']['id']}"

    def test_comes_when_a_person_stops_it(self, api: Api, cloud: Cloud) -> None:
        def stop(_: Said) -> Any:
            run_id = api.get("/v1/agent/runs").json["data"][0]["id"]
            assert api.post(f"/v1/agent/runs/{run_id}/stop").json["status"] == "stopped"
            return [("create_contacts", {"email": "a@x.example"})]

        with speaking(stop, "Done."):
            run = ran(api, cloud)

        assert (run["status"], run["status_reason"]) == ("stopped", "stopped_by_person")
        assert api.get("/v1/contacts").json["data"] == []
        assert api.get("/v1/credits").json["held"] == 0

    def test_comes_with_the_time(self, api: Api, cloud: Cloud) -> None:
        with speaking("Done.") as model:
            run_id = created(api)
            cloud.clock.advance(ms=13 * 60_000)
            cloud.drain()

        run = shown(api, run_id)
        assert (run["status"], run["status_reason"]) == ("failed", "out_of_time")
        assert (model.asked, api.get("/v1/credits").json["held"]) == ([], 0)

    def test_comes_with_the_model_s_seconds(self, api: Api, cloud: Cloud) -> None:
        with speaking([("get_account", {})], takes_ms=50_000, clock=cloud.clock) as model:
            run = ran(api, cloud)

        assert (run["status"], run["status_reason"]) == ("stopped", "model_seconds_spent")
        assert [each.timeout_seconds for each in model.asked] == [60, 60, 20]

    def test_comes_with_the_tool_calls(self, api: Api, cloud: Cloud) -> None:
        with speaking([("get_account", {}), ("get_credits", {})]) as model:
            run = ran(api, cloud, body={"budget": {"tool_calls": 3}})

        assert (run["status"], len(calls_of(run))) == ("completed", 3)
        assert [bool(each.tools) for each in model.asked] == [True, True, False]


class TestGetAgentRun:
    def test_is_for_keys_that_may_do_as_much(self, api: Api, cloud: Cloud) -> None:
        with speaking("Done."):
            run = ran(api, cloud)

        answer = api.get(f"/v1/agent/runs/{run['id']}", key=api.key("agent"))

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")

    def test_of_an_unknown_run_is_not_found(self, api: Api) -> None:
        assert api.get(f"/v1/agent/runs/{ids.new('agr')}").status == 404
