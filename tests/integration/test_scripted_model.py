"""Jobs of the sandbox's scripted model, with real tool calls of a test key."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from outrider.language_models.models import ModelTurn, ToolDefinition, ToolTurn, Turn, UserTurn
from outrider.language_models.sandbox_jobs import ABILITIES
from outrider.language_models.scripted import ScriptedModel
from outrider.mcp.prompts import JOBS
from outrider.mcp.tools import tools
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.mcp.connecting import call

ALL = [ToolDefinition(name=name, description="", parameters={}) for name in tools()]
MOST_TURNS = 12


def next_turn(turns: list[Turn], given: list[ToolDefinition] = ALL) -> ModelTurn:
    return ScriptedModel().reply("", turns, given, timeout_seconds=1)


def talk(
    api: Api, message: str, turns: list[Turn] | None = None, given: list[ToolDefinition] = ALL
) -> list[Turn]:
    """The conversation after a message was worked on."""
    turns = [*(turns or []), UserTurn(text=message)]
    for _ in range(MOST_TURNS):
        turn = next_turn(turns, given)
        turns.append(turn)
        if not turn.calls:
            return turns
        for each in turn.calls:
            assert isinstance(each.arguments, dict)
            result = call(api, each.name, each.arguments, mode="test")
            text = result["content"][0]["text"]
            failed = bool(result.get("isError"))
            turns.append(ToolTurn(call_id=each.id, name=each.name, text=text, is_error=failed))
    raise AssertionError("the model never ends")


def called(turns: list[Turn]) -> list[str]:
    return [turn.name for turn in turns if isinstance(turn, ToolTurn)]


def failures(turns: list[Turn]) -> list[str]:
    return [turn.text for turn in turns if isinstance(turn, ToolTurn) and turn.is_error]


def told(turns: list[Turn]) -> str:
    assert isinstance(turns[-1], ModelTurn)
    return turns[-1].text


@pytest.fixture
def people(api: Api, drain: Callable[..., None]) -> list[str]:
    rows: list[dict[str, Any]] = [
        {"email": f"{name}@{name}.example", "first_name": name.title(), "title": title}
        for name, title in [("ada", "Head of Sales"), ("grace", "VP Fintech"), ("alan", "CTO")]
    ]
    answer = api.post("/v1/contacts", {"contacts": rows}, mode="test")
    drain()  # the search sees them
    return [each["id"] for each in answer.json["results"]]


def contact(api: Api, contact_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/contacts/{contact_id}", mode="test").json
    return found


class TestJobs:
    def test_find_contacts_by_their_words(self, api: Api, people: list[str]) -> None:
        turns = talk(api, "Find me 10 VP-level fintech contacts")

        assert called(turns) == ["list_contacts"]
        assert told(turns) == f"Found 1 contact.\n- Grace ({people[1]}), VP Fintech"

    def test_say_so_if_none_fits(self, api: Api, people: list[str]) -> None:
        turns = talk(api, "Find dentists and tag them as teeth")

        assert "None fits" in told(turns)
        assert {*contact(api, people[0])["tags"]} == {"teeth"}

    def test_add_a_contact(self, api: Api) -> None:
        talk(api, "Add ada@acme.example named Ada Lovelace and tag her as vip")
        (made,) = api.get("/v1/contacts", mode="test").json["data"]

        assert (made["email"], made["last_name"]) == ("ada@acme.example", "Lovelace")

    def test_research(self, api: Api, people: list[str]) -> None:
        turns = talk(api, "Research ada@ada.example")

        assert called(turns) == ["list_contacts", "research_contact"]
        assert told(turns).startswith("Found 1 contact.")
        assert "Researched 1 contact." in told(turns)
        assert not failures(turns)

    def test_build_a_list(self, api: Api, people: list[str]) -> None:
        turns = talk(api, JOBS["build_list"].fill({"audience": "heads of sales"}))

        assert not failures(turns)
        assert len(api.get("/v1/leads", mode="test").json["data"]) == len(people)
        assert "Scored 3 leads" in told(turns)

    def test_draft_and_launch(self, api: Api, people: list[str], cloud: Cloud) -> None:
        a_mailbox(api, mode="test")
        goal = {"goal": "our new prices", "audience": "all"}
        turns = talk(api, JOBS["draft_and_launch"].fill(goal))

        assert not failures(turns)
        assert "about our new prices" in told(turns)
        assert f"for {len(people)} contacts" in told(turns)
        (campaign,) = api.get("/v1/campaigns", mode="test").json["data"]
        assert campaign["status"] == "active"

        cloud.run(days=5)

        assert cloud.mails() == []
        sent = api.get("/v1/messages?direction=out", mode="test").json["data"]
        assert len(sent) == 2 * len(people)

    def test_launch_what_was_drafted_before(self, api: Api, people: list[str]) -> None:
        a_mailbox(api, mode="test")
        drafted = talk(api, "Draft a sequence about lunch, but do not launch it")
        turns = talk(api, "Now launch it for the contacts", drafted)

        assert called(drafted) == ["create_sequence", "lint_sequence"]
        assert called(turns)[2:] == ["list_contacts", "launch_sequence"]
        assert not failures(turns)

    def test_trigger_a_campaign(self, api: Api, people: list[str]) -> None:
        a_mailbox(api, mode="test")
        sequence = {"name": "x", "steps": [STEP_ONE]}
        made = api.post("/v1/sequences", sequence, mode="test").json["id"]
        campaign = {"name": "x", "sequence_id": made}
        campaign_id = api.post("/v1/campaigns", campaign, mode="test").json["id"]
        api.post(f"/v1/campaigns/{campaign_id}/launch", {"contact_ids": []}, mode="test")

        turns = talk(api, f"Trigger the campaign {campaign_id} for {people[0]}")

        assert called(turns) == ["trigger_campaign"]
        assert told(turns) == f"Triggered {campaign_id}."

    def test_triage_replies(self, api: Api) -> None:
        turns = talk(api, JOBS["triage_replies"].fill({"since": "2026-03-01T00:00:00Z"}))

        assert called(turns) == ["list_messages"]
        assert told(turns) == "Read 0 replies."

    def test_tell_the_state(self, api: Api) -> None:
        turns = talk(api, "How are the campaigns doing, and how many credits are left?")

        assert called(turns) == ["list_campaigns", "get_credits"]

    @pytest.mark.parametrize(
        "message", ["Hello", "", "?" * 9_000, "Write a poem", "find", "launch"]
    )
    def test_end_whatever_is_said(self, api: Api, message: str) -> None:
        assert told(talk(api, message))


def test_says_what_it_can_do(api: Api) -> None:
    assert told(talk(api, "Hello")) == ABILITIES


def test_names_what_its_key_may_not_do(api: Api) -> None:
    assert "list_contacts failed" in told(talk(api, "Find contacts", given=[]))


def test_continues_from_any_turn_as_it_would_have(api: Api, people: list[str]) -> None:
    a_mailbox(api, mode="test")
    turns = talk(api, "Draft a sequence about lunch, research the contacts, tag them and launch it")
    made = [at for at, turn in enumerate(turns) if isinstance(turn, ModelTurn)]

    assert [next_turn(turns[:at]) for at in made] == [turns[at] for at in made]
    assert len({each.call_id for each in turns if isinstance(each, ToolTurn)}) == len(called(turns))


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", "null", json.dumps({"data": None}), json.dumps({"detail": "no"})]
)
def test_takes_any_result(text: str) -> None:
    turns: list[Turn] = [UserTurn(text="Draft a sequence, find 3 contacts and launch it")]
    for number in range(MOST_TURNS):
        turn = next_turn(turns)
        if not turn.calls:
            break
        turns.append(turn)
        turns += [
            ToolTurn(call_id=each.id, name=each.name, text=text, is_error=number % 2 == 0)
            for each in turn.calls
        ]

    assert turn.text
