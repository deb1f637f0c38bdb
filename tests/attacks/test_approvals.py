"""Proposals of a hostile model: a call that cannot be shown is refused, whatever its arguments
are, and none is decided by an agent."""

from typing import Any

import pytest

from outrider.access import scopes
from outrider.agents.approvals.proposals import ProposalService
from outrider.agents.approvals.wiring import proposals
from outrider.kit import ids
from outrider.kit.errors import OutriderError
from outrider.mcp.tools import tools
from tests.agents.proposing import run_calls
from tests.attacks.world import World

NONSENSE: list[Any] = [[{}], ["x"], "x", {}, None, 7, [[]], {"x": []}]
RUN = ids.derived("agr", "attack")


@pytest.fixture(scope="module")
def proposing(world: World) -> ProposalService:
    return proposals(*run_calls(world.api, RUN, *scopes.ALL))


@pytest.mark.parametrize("name", [each for each in tools() if not tools()[each].is_read_only])
def test_of_nonsense_end_no_worker(world: World, proposing: ProposalService, name: str) -> None:
    tool = tools()[name]
    for value in NONSENSE:
        ids_of_own = {"contact_id": "contact", "lead_id": "lead", "sequence_id": "sequence"}
        for known in ({}, {key: world.names[own] for key, own in ids_of_own.items()}):
            given = {each: known.get(each, value) for each in tool.input["properties"]}
            with world.put_back(), world.cloud.writes() as written:
                try:
                    proposing.propose(ids.new("apr"), RUN, tool, given)
                except OutriderError:
                    continue
            assert {sk[:4] for _, sk in written} <= {"apr_"}
