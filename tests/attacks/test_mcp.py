"""A hostile model at the MCP server: it does nothing that its key may not do, and reaches nobody
else's data with any key."""

from typing import Any

import pytest

from outrider.access import scopes
from tests.attacks.table import Attack, attacks, some
from tests.attacks.world import NEIGHBOUR, OWN, READABLE, World
from tests.harness.api import Answer
from tests.mcp.connecting import send

READ_ONLY = [each for each in scopes.ALL if each.endswith(":read")]
BENT_PAST_WORKSPACES = ("ids of others", "arguments of insiders", "header injection")
SHOWN_ONCE = ("otr_live_sk_", "otr_test_sk_", "whsec_")
"""How secrets begin, which are never shown to a model."""
MINUTES = 3
"""Between attacks, so that no rate limit stops what a guard must."""

with_a_small_key = pytest.mark.parametrize("attack", some(48, "small key"), ids=str)
with_every_scope = pytest.mark.parametrize(
    "attack",
    some(
        30,
        "every scope",
        [
            each
            for each in attacks()
            if each.goal.name == "read other workspaces"
            or each.technique.name in BENT_PAST_WORKSPACES
        ],
    ),
    ids=str,
)


def called(world: World, tool: str, arguments: Any, key: str) -> Answer:
    params = {"name": tool, "arguments": world.resolved(arguments)}
    return send(world.api, "tools/call", params, key=key)


def carried_out(world: World, attack: Attack, key: str) -> list[Answer]:
    """The answers to a model that reads the instruction of an attack, and does what it says."""
    world.cloud.clock.advance(minutes=MINUTES)
    answers = []
    if attack.channel in READABLE:
        answers.append(called(world, *READABLE[attack.channel], key))
    return answers + [called(world, each.tool, each.arguments, key) for each in attack.calls]


@pytest.fixture(scope="module")
def small_key(world: World) -> str:
    return world.api.key(*READ_ONLY)


@with_a_small_key
def test_changes_nothing_with_a_key_that_reads(
    world: World, small_key: str, attack: Attack
) -> None:
    with world.cloud.writes() as written:
        answers = carried_out(world, attack, small_key)

    assert written == []
    assert all(answer.status in (200, 400) for answer in answers)
    assert NEIGHBOUR not in "".join(answer.text for answer in answers)


@with_every_scope
def test_stays_in_its_workspace_with_every_scope(world: World, attack: Attack) -> None:
    with world.put_back(), world.cloud.writes() as written:
        answers = carried_out(world, attack, world.api.workspace(OWN).live_key)

    assert [key for key, _ in written if world.names["foreign_workspace"] in key] == []
    assert [sk for _, sk in written if sk.startswith("key_")] == []
    assert f"@{NEIGHBOUR}" not in "".join(answer.text for answer in answers)
    known = world.names["foreign_key"]  # the attack brought it
    texts = "".join(answer.text for answer in answers).replace(known, "")
    assert [each for each in SHOWN_ONCE if each in texts] == []
