"""Chats: messages that an agent answers while the caller waits, or later."""

from typing import Any
from unittest.mock import patch

import pytest

from functions.chat import app
from outrider.agents.chat import service
from outrider.language_models.errors import ModelFailed
from tests.agents.scripted import Said, speaking
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, some_contacts

KEY = {"idempotency-key": "message-1"}


def send(api: Api, message: str = "Hello", thread: str | None = None, **options: Any) -> Answer:
    body = {"message": message} | ({"thread_id": thread} if thread else {})
    return api.post("/v1/chat", body, **options)


def credits_used(api: Api) -> int:
    rows = api.get("/v1/credits/ledger?kind=chat").json["data"]
    return sum(each["amount"] for each in rows if each["status"] == "posted")


class TestAnswer:
    def test_is_that_of_the_model_with_what_it_did(self, api: Api) -> None:
        some_contacts(api, 2)
        with speaking([("list_contacts", {"limit": 5})], "You have two contacts."):
            answer = send(api, "How many contacts do I have?")

        assert answer.status == 200, answer.text
        assert answer.json["response"] == "You have two contacts."
        assert answer.json["tool_calls"] == [
            {
                "name": "list_contacts",
                "arguments": {"limit": 5},
                "result_summary": "2 entries",
                "approval_id": None,
            }
        ]
        assert answer.json["usage"] == {"input_tokens": 20, "output_tokens": 4}
        assert (answer.json["model"], answer.json["status"]) == ("scripted-for-tests", "completed")

    def test_costs_credits_by_model_and_nothing_if_the_provider_fails(self, api: Api) -> None:
        with speaking("Hi."):
            send(api)
        used = credits_used(api)
        with speaking(ModelFailed("key_refused", "The provider refused the key")):
            failed = send(api)

        assert (failed.status, failed.json["code"]) == (502, "PROVIDER_FAILED")
        assert (used, credits_used(api)) == (2, 2)

    def test_is_given_once_for_a_key(self, api: Api) -> None:
        with speaking("One.", "Two.") as model:
            first, again = send(api, headers=KEY), send(api, headers=KEY)

        assert (first.json, len(model.asked)) == (again.json, 1)
        assert credits_used(api) == 2

    def test_of_the_sandbox_needs_no_provider(self, api: Api) -> None:
        answer = send(api, "How many credits are left?", mode="test")

        assert (answer.status, answer.json["model"]) == (200, "scripted")
        assert answer.json["tool_calls"]

    def test_needs_a_provider(self, api: Api) -> None:
        assert send(api).json["code"] == "PROVIDER_NOT_CONFIGURED"


class TestThread:
    def test_tells_the_model_what_was_said(self, api: Api) -> None:
        with speaking("Hi, Ada.", "Ada.") as model:
            thread = send(api, "I am Ada").json["thread_id"]
            second = send(api, "Who am I?", thread)

        said = [getattr(turn, "text", "") for turn in model.asked[1].turns]
        assert (said[:2], second.json["thread_id"]) == (["I am Ada", "Hi, Ada."], thread)
        shown = api.get(f"/v1/chat/threads/{thread}").json
        assert [each["response"] for each in shown["messages"]] == ["Hi, Ada.", "Ada."]
        assert [each["id"] for each in api.get("/v1/chat/threads").json["data"]] == [thread]

    def test_keeps_its_taint(self, api: Api) -> None:
        contact = some_contacts(api, 1)[0]
        with speaking([("get_contact", {"contact_id": contact})], "A contact.", "Hi."):
            thread = send(api, "Who is it?").json["thread_id"]
            later = send(api, "Thanks", thread)

        run = api.get(f"/v1/agent/runs/{later.json['run_id']}").json
        assert (run["tainted"], run["spent"]["tool_calls"]) == (True, 0)
        assert api.get(f"/v1/chat/threads/{thread}").json["tainted"]

    def test_takes_one_message_at_a_time(self, api: Api, cloud: Cloud) -> None:
        with speaking("Hi.") as model:
            thread = send(api).json["thread_id"]
            during: list[Answer] = []

            def interrupted(_: Said) -> str:
                during.append(send(api, "And?", thread))
                return "Late."

            model.script = [interrupted]
            late = send(api, "One moment", thread)

        assert late.json["response"] == "Late."
        assert (during[0].status, "retry-after" in during[0].headers) == (409, True)
        assert credits_used(api) == 4

    def test_takes_the_message_that_another_one_came_before_when_it_is_repeated(
        self, api: Api, cloud: Cloud
    ) -> None:
        with speaking("One.", "Two.", "Three."):
            thread = send(api).json["thread_id"]
            with cloud.wire.once_after("TransactWriteItems", lambda: send(api, "First", thread)):
                late = send(api, "Second", thread, headers=KEY)
            again = send(api, "Second", thread, headers=KEY)

        _, first, second = api.get(f"/v1/chat/threads/{thread}").json["messages"]
        assert (late.status, first["run_id"] in late.json["detail"]) == (409, True)
        assert (again.status, again.json["response"]) == (200, "Three.")
        assert (first["message"], second["message"]) == ("First", "Second")
        assert credits_used(api) == 6

    def test_is_hidden_from_keys_that_may_not_read_what_it_tells(self, api: Api) -> None:
        with speaking("Hi."):
            thread = send(api).json["thread_id"]
        key = api.key("chat")

        assert api.get(f"/v1/chat/threads/{thread}", key=key).status == 403
        assert send(api, "Go on", thread, key=key).status == 403

    def test_of_another_workspace_is_unknown(self, api: Api) -> None:
        with speaking("Hi."):
            thread = send(api).json["thread_id"]

        assert send(api, "Go on", thread, workspace="globex").status == 404


class TestLongWork:
    def test_goes_on_in_the_background(self, api: Api, cloud: Cloud) -> None:
        with speaking([("list_contacts", {})], "Done.") as model:
            with patch.object(app, "_SECONDS", 0.0):
                answer = send(api, "Count")
            cloud.drain()

        run = api.get(f"/v1/agent/runs/{answer.json['run_id']}").json
        assert answer.json["status"] in ("running", "queued")
        assert f"/v1/agent/runs/{run['id']}" in answer.json["response"]
        assert (run["status"], run["response"], len(model.asked)) == ("completed", "Done.", 2)

    @pytest.mark.parametrize("number", range(4, 24, 3))
    def test_of_a_request_that_stopped_is_done_once(
        self, api: Api, cloud: Cloud, number: int
    ) -> None:
        """By the worker, or by whoever repeats the request."""
        script = [("create_contacts", {"email": "new@x.example"})]
        with speaking(lambda said: "Done." if said.results else script):
            with cloud.wire.crash_at(number, "after"):
                send(api, "Create it", headers=KEY)
            cloud.clock.advance(seconds=service.TAKEN_OVER_SECONDS + 1)
            answer = send(api, "Create it", headers=KEY)
            cloud.drain()

        assert answer.status == 200, answer.text
        run = api.get(f"/v1/agent/runs/{answer.json['run_id']}").json
        assert (run["status"], run["response"]) == ("completed", "Done.")
        assert len(api.get("/v1/contacts").json["data"]) == 1
        assert credits_used(api) == 2

    @pytest.mark.parametrize("number", [5, 9, 14])
    def test_of_a_repetition_that_stopped_too_is_done_by_the_worker(
        self, api: Api, cloud: Cloud, number: int
    ) -> None:
        """Its message comes while the repetition holds the lease, and comes again."""
        script = [("create_contacts", {"email": "new@x.example"})]
        with speaking(lambda said: "Done." if said.results else script):
            with cloud.wire.crash_at(17, "after"):
                send(api, "Create it", headers=KEY)
            cloud.clock.advance(seconds=36)
            with cloud.wire.crash_at(number, "after") as crashed:
                send(api, "Create it", headers=KEY)
            cloud.clock.advance(seconds=10)
            cloud.drain()
            cloud.clock.advance(seconds=60)
            cloud.drain()

        assert crashed()
        (run,) = api.get("/v1/agent/runs").json["data"]
        assert run["status"] == "completed"
        assert (len(api.get("/v1/contacts").json["data"]), credits_used(api)) == (1, 2)


class TestJobs:
    """What OutreachPilot's document says of its chat."""

    def test_research(self, api: Api) -> None:
        contact = some_contacts(api, 1)[0]
        with speaking([("research_contact", {"contact_id": contact})], "It sells rockets."):
            answer = send(api, "Research Ada's company", mode="live")

        assert [each["name"] for each in answer.json["tool_calls"]] == ["research_contact"]

    def test_draft_messages(self, api: Api) -> None:
        steps = [{**STEP_ONE, "text": "Hi {{ first_name }}"}]
        with speaking([("create_sequence", {"name": "Rockets", "steps": steps})], "Drafted."):
            answer = send(api, "Draft a sequence about rockets")

        assert answer.json["response"] == "Drafted."
        assert [each["name"] for each in api.get("/v1/sequences").json["data"]] == ["Rockets"]

    def test_manage_contacts(self, api: Api) -> None:
        contact = some_contacts(api, 1)[0]
        with speaking([("update_contact", {"contact_id": contact, "tags": ["vip"]})], "Tagged."):
            send(api, "Tag Ada as VIP")

        assert api.get(f"/v1/contacts/{contact}").json["tags"] == ["vip"]

    def test_trigger_campaigns(self, api: Api, cloud: Cloud) -> None:
        running = launched(api)
        contact = some_contacts(api, 1, name="eve")[0]
        call = ("trigger_campaign", {"campaign_id": running.campaign_id, "contact_id": contact})
        with speaking([call], "Triggered."):
            answer = send(api, "Add Eve to the campaign")

        assert answer.json["tool_calls"][0]["approval_id"] is None
        rows = api.get(f"/v1/campaigns/{running.campaign_id}/enrollments").json["data"]
        assert contact in [each["contact_id"] for each in rows]

    def test_trigger_campaigns_after_reading_strangers_texts_is_for_a_person(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api)
        running = launched(api, mailbox={"email": "eve@outrider.test"})
        contact = some_contacts(api, 1, name="eve")[0]
        call = ("trigger_campaign", {"campaign_id": running.campaign_id, "contact_id": contact})
        with speaking([("get_contact", {"contact_id": contact})], [call], _told) as model:
            answer = send(api, "Add Eve to the campaign")

        (_, proposed) = answer.json["tool_calls"]
        assert "waits for a person" in model.asked[-1].results[-1].text
        approval = api.get(f"/v1/agent/approvals/{proposed['approval_id']}").json
        assert approval["shown"]["recipients"]["named"][0]["contact_id"] == contact
        decided = api.post(f"/v1/agent/approvals/{approval['id']}", {"decision": "approve"})
        assert decided.json["status"] == "executed"
        rows = api.get(f"/v1/campaigns/{running.campaign_id}/enrollments").json["data"]
        assert contact in [each["contact_id"] for each in rows]


def _told(said: Said) -> str:
    return "It waits for you."
