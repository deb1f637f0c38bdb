"""Construction of the service of the policy of agents."""

from outrider.access.models import Caller, WorkspaceId
from outrider.agents.policy.repository import AgentPolicyRepository
from outrider.agents.policy.service import AgentPolicyService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def policy_repository(workspace: WorkspaceId) -> AgentPolicyRepository:
    return AgentPolicyRepository(Table(settings().agents_table), workspace)


def agent_policy(caller: Caller) -> AgentPolicyService:
    return AgentPolicyService(caller, policy_repository(caller.workspace))
