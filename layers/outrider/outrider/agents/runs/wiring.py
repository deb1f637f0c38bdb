"""Construction of the services of agent runs."""

from dataclasses import replace

from outrider.access.admission import is_usable
from outrider.access.delegation import Delegation
from outrider.access.models import Caller, WorkspaceId
from outrider.agents.approvals.wiring import proposals
from outrider.agents.chat.history import answered, turns_of
from outrider.agents.chat.repository import ChatRepository
from outrider.agents.models import RunReason, RunWork
from outrider.agents.policy.wiring import policy_repository
from outrider.agents.runs.endings import RunEndings
from outrider.agents.runs.loop import AgentLoop
from outrider.agents.runs.repository import AgentRunRepository
from outrider.agents.runs.service import AgentRunService
from outrider.agents.runs.worker import AgentRunner
from outrider.credits.wiring import credits
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.http.requests import Request
from outrider.kit.settings import settings
from outrider.language_models.models import Turn
from outrider.llm_providers.wiring import language_model, model_choice
from outrider.mcp.calls import MOST_BYTES as MOST_BYTES_SHOWN
from outrider.mcp.calls import Calls
from outrider.mcp.invoking import invoke

MOST_BYTES = 16 * 1024
"""Maximum size of one result: all of them are in each request to the model."""


def agent_runs(caller: Caller) -> AgentRunService:
    return AgentRunService(
        caller,
        _repository(caller.workspace),
        policy_repository(caller.workspace),
        credits(caller),
        _endings(caller),
        lambda: model_choice(caller.workspace),
    )


def agent_runner(workspace: WorkspaceId) -> AgentRunner:
    """Return the worker of the runs of a workspace."""
    return AgentRunner(
        _repository(workspace),
        lambda work: _endings(_agent(workspace, work)),
        lambda work: _loop(workspace, work),
        lambda work: _history(workspace, work),
        lambda run_id, delay: queue_run(workspace, run_id, delay),
    )


def queue_run(workspace: WorkspaceId, run_id: str, delay_seconds: int = 0) -> None:
    """Queue a run for the worker. Raises SendFailed."""
    job = {"workspace": workspace, "run_id": run_id}
    Queue(settings().agent_runs_queue_url).send([QueueMessage(job, workspace, delay_seconds)])


def delegation_of(workspace: WorkspaceId, work: RunWork) -> Delegation:
    """Return the delegation with which the calls of a run are made."""
    run = work.shown
    return Delegation(work.key_id, workspace, frozenset(run.scopes), f"agent:{run.id}")


def calls_of(workspace: WorkspaceId, work: RunWork) -> Calls:
    """Return the tool calls of a run."""
    request = Request("POST", "/v1/agent/runs", {}, "", b"", work.request_id, work.host)
    delegation = delegation_of(workspace, work)
    return Calls(request, invoke, delegation, most_bytes=MOST_BYTES)


def _agent(workspace: WorkspaceId, work: RunWork) -> Caller:
    caller = Caller.engine(workspace, work.request_id)
    delegation = delegation_of(workspace, work)
    return replace(caller, actor=delegation.actor, scopes=delegation.scopes)


def _loop(workspace: WorkspaceId, work: RunWork) -> AgentLoop:
    policies, delegation = policy_repository(workspace), delegation_of(workspace, work)

    def hindrance() -> RunReason | None:
        if not policies.get().enabled:
            return "agents_disabled"
        return None if is_usable(delegation) else "key_refused"

    agent, calls = _agent(workspace, work), calls_of(workspace, work)
    return AgentLoop(
        _repository(workspace),
        language_model(workspace),
        calls,
        proposals(agent, replace(calls, most_bytes=MOST_BYTES_SHOWN)),
        agent,
        hindrance,
    )


def _history(workspace: WorkspaceId, work: RunWork) -> list[Turn]:
    """Return what was said before in the thread of a chat."""
    if work.shown.thread_id is None:
        return []
    thread = chat_repository(workspace).get(work.shown.thread_id)
    before = [each for each in thread.run_ids if each != work.shown.id] if thread else []
    return turns_of(answered(_repository(workspace), before))


def chat_repository(workspace: WorkspaceId) -> ChatRepository:
    return ChatRepository(Table(settings().agents_table), workspace)


def _endings(caller: Caller) -> RunEndings:
    return RunEndings(caller, _repository(caller.workspace), credits(caller))


def _repository(workspace: WorkspaceId) -> AgentRunRepository:
    return AgentRunRepository(Table(settings().agents_table), workspace)
