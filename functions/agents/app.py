"""/v1/agent"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.agents.policy.models import AgentPolicy
from outrider.agents.policy.schemas import AgentPolicyUpdate
from outrider.agents.policy.wiring import agent_policy
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.agents_table)(api.handler)


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
