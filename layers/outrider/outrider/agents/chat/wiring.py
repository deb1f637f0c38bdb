"""Construction of the services of chats."""

from collections.abc import Callable
from dataclasses import replace

from outrider.access.models import Caller
from outrider.agents.chat.hurry import HurriedModel
from outrider.agents.chat.service import ChatService
from outrider.agents.models import RunWork
from outrider.agents.runs.endings import RunEndings
from outrider.agents.runs.loop import AgentLoop
from outrider.agents.runs.wiring import agent_runner, agent_runs, chat_repository, queue_run


def chat(caller: Caller, seconds_left: Callable[[], float] = lambda: 0.0) -> ChatService:
    """Return the chats of a caller who waits for as long as `seconds_left` says."""
    workspace = caller.workspace
    runner = agent_runner(workspace)

    def loop(work: RunWork) -> AgentLoop:
        made = runner.loop(work)
        return replace(made, model=HurriedModel(made.model, seconds_left))

    def endings(work: RunWork) -> RunEndings:
        """Return the endings whose credits the response to the caller tells."""
        made = runner.endings(work)
        acting = replace(made.caller, plan=caller.plan, headers=caller.headers)
        return replace(made, credits=replace(made.credits, caller=acting))

    return ChatService(
        caller,
        chat_repository(workspace),
        agent_runs(caller),
        replace(runner, loop=loop, endings=endings),
        lambda run_id, delay: queue_run(workspace, run_id, delay),
    )
