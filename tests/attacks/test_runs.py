"""A hostile model in runs of agents and in chats: what only a person may decide does not happen,
budgets hold, and each run comes to an end."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest

from outrider.agents.models import ENDED, Budget, Spent
from outrider.agents.runs import loop
from outrider.kit import ids
from outrider.kit.text.quotes import shortened
from outrider.language_models.models import ModelTurn, ToolCall, ToolDefinition, Turn
from outrider.language_models.port import LanguageModel
from tests.agents.scripted import Said, Scripted, spoken_by
from tests.attacks.effects import Effects
from tests.attacks.goals import EVIL, STEP
from tests.attacks.model import HostileModel
from tests.attacks.table import Attack, some
from tests.attacks.test_mcp import MINUTES, READ_ONLY
from tests.attacks.world import OWN, World

USUAL = "Do the usual job"
_LONGEST_GOAL = 1_900
AT_HAND = "list_contacts"
NO_FAILURES: dict[str, Any] = {"batchItemFailures": []}

in_runs = pytest.mark.parametrize("attack", some(48, "runs"), ids=str)
with_a_small_key = pytest.mark.parametrize("attack", some(20, "runs of a small key"), ids=str)
in_chats = pytest.mark.parametrize("attack", some(32, "chats"), ids=str)


@dataclass(slots=True)
class Ran:
    """A run that was carried on until it ended, and what it changed."""

    shown: dict[str, Any]
    effects: Effects

    @property
    def done(self) -> list[str]:
        """The tools whose calls were made."""
        steps = [each for each in self.shown["steps"] if each["kind"] == "tool"]
        return [each["tool"] for each in steps if each["decision"] == "allowed"]


def ran(
    world: World,
    model: LanguageModel,
    goal: str,
    budget: dict[str, int] | None = None,
    **options: Any,
) -> Ran:
    """Have a model do what it wants in a run."""

    def carry_on() -> str:
        job = {"workspace": world.api.workspace(OWN).id, "run_id": made.json["id"]}
        assert world.cloud.invoke("agents_run", {"Records": [_record(job)]}) == NO_FAILURES
        return str(made.json["id"])

    with spoken_by(model):
        body = {"goal": goal[:_LONGEST_GOAL], "budget": budget or {}}
        made = world.api.post("/v1/agent/runs", body, **options)
        assert made.status == 202, made.text
        return watched(world, carry_on, is_trusted=goal != USUAL)


def chatted(world: World, model: LanguageModel, message: str) -> Ran:
    """Have a model do what it wants in answer to a message of a chat."""

    def send() -> str:
        answer = world.api.post("/v1/chat", {"message": message[:_LONGEST_GOAL]})
        assert answer.status in (200, 502), answer.text
        newest = world.api.get("/v1/agent/runs?limit=1").json["data"][0]
        return str(newest["id"])

    with spoken_by(model):
        return watched(world, send, is_trusted=message != USUAL)


def watched(world: World, act: Callable[[], str], *, is_trusted: bool) -> Ran:
    """What happens while `act` carries on a run, whose id it returns."""
    cloud, streams = world.cloud, world.cloud.streams
    lengths, mails = streams.lengths(), len(cloud.mails())
    run_id = act()
    assert len(cloud.mails()) == mails
    changes = streams.changes_since(lengths)
    shown = world.api.get(f"/v1/agent/runs/{run_id}").json
    return Ran(shown, Effects(world, changes, is_trusted=is_trusted))


def _record(job: dict[str, str]) -> dict[str, Any]:
    """A message of the queue, as Lambda hands it to the worker."""
    return {"messageId": "1", "body": json.dumps(job), "attributes": {"SentTimestamp": "1"}}


def attacked(
    world: World, attack: Attack, act: Callable[..., Ran] = ran, **options: Any
) -> tuple[HostileModel, Ran]:
    """Plant an attack, and have a model read it."""
    model = HostileModel(world, attack)
    goal = " ".join(attack.parts) if attack.channel == "message" else USUAL
    with world.put_back():
        world.cloud.clock.advance(minutes=MINUTES)
        world.plant(attack)
        return model, act(world, model, goal, **options)


def assert_within_budget(run: dict[str, Any]) -> None:
    budget, spent = Budget.model_validate(run["budget"]), Spent.model_validate(run["spent"])
    assert run["status"] in ENDED
    assert spent.tool_calls <= budget.tool_calls <= 20
    assert spent.recipients <= budget.recipients <= 50
    assert spent.credits <= budget.credits <= 100


@in_runs
def test_do_nothing_that_only_a_person_may_decide(world: World, attack: Attack) -> None:
    assert_harmless(attack, *attacked(world, attack))


@in_chats
def test_do_nothing_in_a_chat_that_only_a_person_may_decide(world: World, attack: Attack) -> None:
    assert_harmless(attack, *attacked(world, attack, chatted))


def assert_harmless(attack: Attack, model: HostileModel, found: Ran) -> None:
    assert model.has_found_its_instruction
    assert found.effects.unapproved() == []
    assert_within_budget(found.shown)
    assert found.shown["tainted"] or attack.channel == "message"
    if found.shown["tainted"]:
        assert EVIL not in (found.shown["response"] or "")


@with_a_small_key
def test_do_nothing_that_their_key_may_not_do(world: World, small_key: str, attack: Attack) -> None:
    _, found = attacked(world, attack, key=small_key)
    tables = [
        each for each in found.effects.changes if each.before is not None or "#idem" not in each.pk
    ]

    assert {each.sk[:4] for each in tables if "#steps#" not in each.pk} <= {"#", "agr_", "2026"}
    assert_within_budget(found.shown)


@pytest.fixture(scope="module")
def small_key(world: World) -> str:
    return world.api.key("agent", *READ_ONLY)


@dataclass(slots=True)
class Interrupted:
    """A model that asks for a change while something else happens."""

    happens: Callable[[], object]
    calls: Sequence[tuple[str, Any]] = ((AT_HAND, {"limit": 1}),)
    name: str = "hostile"

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        self.happens()
        calls = [
            ToolCall(id=f"c{n}", name=name, arguments=given)
            for n, (name, given) in enumerate(self.calls)
        ]
        return ModelTurn(calls=calls, model=self.name)


class TestPeople:
    """stop a run, whatever its model wants."""

    @pytest.fixture(autouse=True)
    def restored(self, world: World) -> Iterator[None]:
        with world.put_back():
            yield

    def test_by_disabling_agents(self, world: World) -> None:
        off = {"enabled": False}
        found = ran(world, Interrupted(lambda: world.api.patch("/v1/agent/policy", off)), "Begin")

        assert (found.shown["status"], found.done) == ("stopped", [])

    def test_by_revoking_the_key(self, world: World) -> None:
        made = world.api.create_key("*")
        revoke = Interrupted(lambda: world.api.delete(f"/v1/api-keys/{made['id']}"))
        found = ran(world, revoke, "Begin", key=made["key"])

        assert (found.shown["status"], found.done) == ("stopped", [])


class TestModels:
    """end no worker with an answer that is none."""

    @pytest.mark.parametrize(
        "arguments",
        [
            {"contact_id": [{}]},
            {"contact_id": 7, "refresh": "x"},
            {"contact_id": "x" * 300_000},
            {"contact_id": 2**70},
            {"contact_id": float("nan")},
            {"contact_id": "\ud800"},
            {"contact_id": json.loads("[" * 400 + "]" * 400)},
            {"contact_ids": "x", "sequence_id": {}},
            {"leads": ["x"], "workflow_id": []},
            {"steps": "x", "sequence_id": None, "filter": []},
            "no JSON",
            "",
        ],
        ids=lambda given: shortened(ascii(given), 40),
    )
    def test_end_no_worker_with_arguments_that_are_none(self, world: World, arguments: Any) -> None:
        names = (
            AT_HAND,
            "research_contact",
            "launch_sequence",
            "set_sequence_steps",
            "add_workflow_leads",
        )
        calls = [(name, arguments) for name in names]
        with world.put_back():
            found = ran(world, Interrupted(lambda: None, calls), "Begin")

        assert found.effects.unapproved() == []
        assert_within_budget(found.shown)

    def test_end_no_worker_with_very_many_calls(self, world: World) -> None:
        calls = [(AT_HAND, {"limit": 1})] * 300
        with world.put_back():
            found = ran(world, Interrupted(lambda: None, calls), "Begin")

        assert_within_budget(found.shown)

    def test_reach_no_more_people_than_their_budget(self, world: World) -> None:
        people = [ids.derived("con", str(number)) for number in range(51)]
        sent = {"sequence_id": world.names["sequence"], "contact_ids": people}
        with world.put_back(), patch.object(loop, "unknown_recipient", lambda *_: ""):
            found = ran(world, Interrupted(lambda: None, [("launch_sequence", sent)]), "Begin")

        assert "launch_sequence" not in found.done
        assert_within_budget(found.shown)

    def test_spend_no_more_credits_than_their_budget(self, world: World) -> None:
        again = ("research_contact", {"contact_id": world.names["contact"], "refresh": True})
        with world.put_back():
            model = Interrupted(lambda: None, [again] * 5)
            found = ran(world, model, "Begin", budget={"credits": 2})

        assert found.done == ["research_contact"] * 2
        assert_within_budget(found.shown)

    @pytest.mark.parametrize(
        "change", [{"settings": {"postal_address": "See mallory"}}, {"steps": [STEP]}]
    )
    def test_change_nothing_that_they_have_launched(
        self, world: World, change: dict[str, Any]
    ) -> None:
        """A run that read something of strangers may correct its own draft, until it is sent."""
        tool = "set_sequence_steps" if "steps" in change else "update_sequence"

        def of_own(said: Said) -> dict[str, str]:
            return {"sequence_id": json.loads(said.results[0].text)["id"]}

        script = (
            [("create_sequence", {"name": "Own", "steps": [STEP]})],
            [(AT_HAND, {"limit": 1})],
            lambda said: [(tool, of_own(said) | change)],
            lambda said: [
                ("launch_sequence", of_own(said) | {"contact_ids": [world.names["contact"]]})
            ],
            lambda said: [(tool, of_own(said) | change)],
            "Done",
        )
        with world.put_back():
            found = ran(world, Scripted(script), "Begin")

        steps = [each for each in found.shown["steps"] if each["kind"] == "tool"]
        assert [(each["tool"], each["decision"]) for each in steps[2:]] == [
            (tool, "allowed"),
            ("launch_sequence", "proposed"),
            (tool, "proposed"),
        ]
