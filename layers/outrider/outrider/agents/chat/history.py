"""What was said before in a thread, within limits."""

from collections.abc import Sequence

from outrider.agents.models import AgentRun
from outrider.agents.runs.repository import AgentRunRepository
from outrider.language_models.models import ModelTurn, Turn, UserTurn

LATEST = 10
"""Maximum earlier messages that the model is told."""
_MOST_CHARACTERS = 40_000

Answered = tuple[AgentRun, str]
"""A run and its response."""


def answered(runs: AgentRunRepository, run_ids: Sequence[str]) -> list[Answered]:
    """Return the latest of these runs that are still kept, with their responses."""
    found = [runs.get(each) for each in run_ids[-LATEST:]]
    return [(run, response or "") for run, response in filter(None, found)]


def turns_of(exchanges: Sequence[Answered]) -> list[Turn]:
    """Return messages and responses as the model is told them: the latest, as far as they fit. The
    tool calls behind them are left out, and so are messages without a response."""
    turns: list[Turn] = []
    left = _MOST_CHARACTERS
    for run, response in reversed(exchanges):
        left -= len(run.goal) + len(response)
        if left < 0:
            break
        if response:
            turns = [UserTurn(text=run.goal), ModelTurn(text=response), *turns]
    return turns
