"""Construction of the services of `workflows`."""

from collections.abc import Mapping, Sequence

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.schemas import SkipReason
from outrider.campaigns.wiring import campaign_repository, screening
from outrider.contacts.models import Contact
from outrider.contacts.wiring import contacts
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads.wiring import lead_repository, rescoring_repository
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.messages.lists import MessageLists
from outrider.messages.wiring import message_repository
from outrider.sequences.repository import SequenceRepository
from outrider.workflows.additions import LeadAdditions
from outrider.workflows.following import OutreachFollower
from outrider.workflows.outreach import Outreach
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.service import WorkflowService


def workflows(caller: Caller) -> WorkflowService:
    workspace = caller.workspace
    return WorkflowService(
        caller, workflow_repository(workspace), outreach(caller), rescoring_repository(workspace)
    )


def additions(caller: Caller) -> LeadAdditions:
    workspace = caller.workspace
    campaigns = campaign_repository(workspace)

    def refused(campaign_id: str, asked: Sequence[Contact]) -> Mapping[str, SkipReason]:
        return screening(workspace, campaigns.require(campaign_id)).refused(asked)

    return LeadAdditions(
        caller,
        workflow_repository(workspace),
        lead_repository(workspace),
        # The response stored for the idempotency key is not that of the new contacts.
        contacts(caller.nested()),
        refused,
    )


def outreach(caller: Caller) -> Outreach:
    table = Table(settings().campaigns_table)
    return Outreach(
        caller,
        campaign_repository(caller.workspace),
        SequenceRepository(table, caller.workspace),
        PoolRepository(table, caller.workspace),
    )


def outreach_follower(workspace: WorkspaceId) -> OutreachFollower:
    caller = Caller.engine(workspace)
    return OutreachFollower(
        caller,
        lead_repository(workspace),
        workflow_repository(workspace),
        MessageLists(message_repository(caller)).went_out,
    )


def workflow_repository(workspace: WorkspaceId) -> WorkflowRepository:
    return WorkflowRepository(Table(settings().leads_table), workspace)
