"""Sequences that a tainted run made: it changes them by itself only as long as they are drafts."""

from typing import Any

import pytest

from tests.agents.scripted import Said, Saying, speaking
from tests.agents.test_runs import ran
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, some_contacts

MADE: list[Saying] = [
    [("list_contacts", {})],
    [("create_sequence", {"name": "Heads of Sales", "steps": [STEP_ONE, STEP_TWO]})],
]


def the_sequence(api: Api) -> str:
    (sequence,) = api.get("/v1/sequences").json["data"]
    return str(sequence["id"])


def decisions(run: dict[str, Any]) -> list[str]:
    """What was done with the calls after the two that made the sequence."""
    return [each["decision"] for each in run["steps"] if each["kind"] == "tool"][2:]


def changes(sequence_id: str) -> list[tuple[str, Any]]:
    return [
        ("set_sequence_steps", {"sequence_id": sequence_id, "steps": [STEP_TWO]}),
        ("update_sequence", {"sequence_id": sequence_id, "settings": {"stop_on_reply": False}}),
    ]


def test_are_its_own_to_change(api: Api, cloud: Cloud) -> None:
    with speaking(*MADE, lambda _: changes(the_sequence(api)), "Done."):
        run = ran(api, cloud)

    assert run["tainted"]
    assert decisions(run) == ["allowed", "allowed"]


@pytest.mark.parametrize("launched", ["sequence", "campaign"])
def test_are_for_a_person_once_somebody_launched_them(
    api: Api, cloud: Cloud, launched: str
) -> None:
    a_mailbox(api)
    people = {"contact_ids": some_contacts(api, 2)}

    def launch(_: Said) -> Any:
        sequence = the_sequence(api)
        route = f"/v1/sequences/{sequence}"
        if launched == "campaign":
            made = api.post("/v1/campaigns", {"name": "Spring", "sequence_id": sequence}).json
            route = f"/v1/campaigns/{made['id']}"
        assert api.post(f"{route}/launch", people).status == 200
        return changes(sequence)

    with speaking(*MADE, launch, "Done."):
        run = ran(api, cloud)

    assert decisions(run) == ["proposed", "proposed"]
    assert api.get(f"/v1/sequences/{the_sequence(api)}").json["steps_version"] == 1
