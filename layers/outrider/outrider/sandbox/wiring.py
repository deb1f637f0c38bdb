"""Construction of the service of sandboxes."""

from outrider.access.models import Caller
from outrider.campaigns.wiring import campaign_repository, enrollment_repository
from outrider.companies.wiring import company_repository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.contacts.wiring import contact_repository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads.wiring import lead_repository
from outrider.mailboxes.wiring import mailbox_repository
from outrider.messages.repository import MessageRepository
from outrider.research.repository import ResearchRepository
from outrider.sandbox.clearing import Clearing
from outrider.sandbox.filling import Filling
from outrider.sandbox.repository import SandboxRepository
from outrider.sandbox.service import SandboxService
from outrider.sandbox.stores import Stores
from outrider.sequences.repository import SequenceRepository
from outrider.workflows.lead_wiring import workflow_repository
from outrider.workflows.runs.repository import WorkflowRunRepository


def sandbox(caller: Caller) -> SandboxService:
    states = SandboxRepository(Table(settings().keys_table), caller.workspace)
    return SandboxService(
        caller, states, lambda: clearing(caller).pages(), Filling(_stores(caller))
    )


def clearing(caller: Caller) -> Clearing:
    known = settings()
    return Clearing(
        workspace=caller.workspace,
        contacts=Table(known.contacts_table),
        companies=Table(known.companies_table),
        leads=Table(known.leads_table),
        campaigns=Table(known.campaigns_table),
        enrollments=Table(known.enrollments_table),
        messages=Table(known.messages_table),
        agents=Table(known.agents_table),
    )


def _stores(caller: Caller) -> Stores:
    workspace, known = caller.workspace, settings()
    contacts = contact_repository(workspace)
    leads = lead_repository(workspace)
    return Stores(
        contacts=contacts,
        companies=company_repository(workspace),
        research=ResearchRepository(contacts),
        suppressions=SuppressionRepository(contacts.table, workspace),
        bounces=GlobalBounces(contacts.table, workspace),
        leads=leads,
        runs=WorkflowRunRepository(workflow_repository(workspace), leads),
        mailboxes=mailbox_repository(workspace),
        sequences=SequenceRepository(Table(known.campaigns_table), workspace),
        campaigns=campaign_repository(workspace),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        messages=MessageRepository(Table(known.messages_table), workspace),
    )
