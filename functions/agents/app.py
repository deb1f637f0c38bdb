"""/v1/agent: runs and the policy of agents"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.agents.approvals.models import Approval, ApprovalSummary
from outrider.agents.approvals.schemas import ApprovalDecision, ApprovalQuery
from outrider.agents.approvals.wiring import approvals, decisions
from outrider.agents.chat.models import ChatThread
from outrider.agents.chat.schemas import ChatThreadView
from outrider.agents.chat.wiring import chat
from outrider.agents.models import AgentRun
from outrider.agents.policy.models import AgentPolicy
from outrider.agents.policy.schemas import AgentPolicyUpdate
from outrider.agents.policy.wiring import agent_policy
from outrider.agents.runs.schemas import AgentRunCreate, AgentRunDetail
from outrider.agents.runs.wiring import agent_runs
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.http.requests import Request
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.credits_table,
    Environment.agents_table,
    Environment.stack_name,
)(api.handler)


@api.get("/v1/agent/runs", scope="agent")
def list_agent_runs(caller: Caller, query: PageQuery) -> Page[AgentRun]:
    """List runs of agents, newest first"""
    return agent_runs(caller).list(query)


@api.post("/v1/agent/runs", scope="agent", status=202)
def create_agent_run(caller: Caller, body: AgentRunCreate) -> AgentRun:
    """Give an agent a goal"""
    return agent_runs(caller).create(body)


@api.get("/v1/agent/runs/{agent_run_id}", scope="agent")
def get_agent_run(caller: Caller, agent_run_id: str) -> AgentRunDetail:
    """Get a run of an agent with its steps and its response"""
    return agent_runs(caller).get(agent_run_id)


@api.post("/v1/agent/runs/{agent_run_id}/stop", scope="agent", status=200)
def stop_agent_run(caller: Caller, agent_run_id: str) -> AgentRun:
    """Stop a run of an agent"""
    return agent_runs(caller).stop(agent_run_id)


@api.get("/v1/agent/policy", scope="agent")
def get_agent_policy(caller: Caller) -> AgentPolicy:
    """Get what agents may do in this workspace"""
    return agent_policy(caller).get()


@api.patch("/v1/agent/policy", scope=("llm:write", "agent"))
def update_agent_policy(
    caller: Caller, body: AgentPolicyUpdate, if_match: int | None
) -> AgentPolicy:
    """Enable or disable agents, or limit what they may do"""
    return agent_policy(caller).update(body, if_match)


@api.get("/v1/agent/approvals", scope="agent")
def list_approvals(caller: Caller, query: ApprovalQuery) -> Page[ApprovalSummary]:
    """List the calls that agents propose, newest first"""
    return approvals(caller).list(query)


@api.get("/v1/agent/approvals/{approval_id}", scope="agent")
def get_approval(caller: Caller, approval_id: str) -> Approval:
    """Get a call that an agent proposes, with everything that it does"""
    return approvals(caller).get(approval_id)


@api.post("/v1/agent/approvals/{approval_id}", scope="agent", status=200)
def decide_approval(
    caller: Caller, request: Request, approval_id: str, body: ApprovalDecision
) -> Approval:
    """Approve the call that an agent proposes, which makes it, or reject it"""
    return decisions(caller, request).decide(approval_id, body)


@api.get("/v1/chat/threads", scope="chat")
def list_chat_threads(caller: Caller, query: PageQuery) -> Page[ChatThread]:
    """List chat threads, newest first"""
    return chat(caller).list(query)


@api.get("/v1/chat/threads/{chat_thread_id}", scope="chat")
def get_chat_thread(caller: Caller, chat_thread_id: str) -> ChatThreadView:
    """Get a chat thread with its latest messages"""
    return chat(caller).get(chat_thread_id)
