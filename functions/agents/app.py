"""/v1/agent"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.agents.approvals.models import Approval, ApprovalSummary
from outrider.agents.approvals.schemas import ApprovalDecision, ApprovalQuery
from outrider.agents.approvals.wiring import approvals, decisions
from outrider.agents.policy.models import AgentPolicy
from outrider.agents.policy.schemas import AgentPolicyUpdate
from outrider.agents.policy.wiring import agent_policy
from outrider.kit.http.pagination import Page
from outrider.kit.http.requests import Request
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.agents_table,
    Environment.stack_name,
)(api.handler)


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
