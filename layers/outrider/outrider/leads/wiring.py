"""Construction of the services and workers of `leads`."""

from functools import partial

from outrider.access.models import Caller, WorkspaceId
from outrider.companies.repository import CompanyRepository
from outrider.contacts.repository import ContactRepository
from outrider.contacts.wiring import contact_repository, contacts
from outrider.credits.wiring import credits
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.settings import settings
from outrider.leads.lists import LeadLists
from outrider.leads.ports import LeadWorkflows
from outrider.leads.profiles import ProfileService
from outrider.leads.rationales import RationaleService
from outrider.leads.repository import LeadRepository
from outrider.leads.rescoring.repository import RescoringRepository
from outrider.leads.rescoring.worker import RescoringWorker, known_about
from outrider.leads.service import LeadService
from outrider.leads.worker import LeadFollower
from outrider.research.repository import ResearchRepository
from outrider.research.wiring import research
from outrider.writing.wiring import model_writer


def leads(caller: Caller, workflows: LeadWorkflows) -> LeadService:
    inner = caller.nested()
    repository = lead_repository(caller.workspace)
    return LeadService(
        caller,
        repository,
        LeadLists(repository, contacts(inner)),
        contacts(inner),
        lambda: research(inner, caller),
        lambda: rationales(inner),
        workflows,
    )


def rationales(caller: Caller) -> RationaleService:
    return RationaleService(caller, credits(caller), partial(model_writer, caller.workspace))


def profiles(caller: Caller) -> ProfileService:
    workspace = caller.workspace
    return ProfileService(caller, lead_repository(workspace), rescoring_repository(workspace))


def rescoring_worker(workspace: WorkspaceId, workflows: LeadWorkflows) -> RescoringWorker:
    caller = Caller.engine(workspace)
    contacts_table = ContactRepository(Table(settings().contacts_table), workspace)
    companies = CompanyRepository(Table(settings().companies_table), workspace)
    return RescoringWorker(
        caller,
        lead_repository(workspace),
        rescoring_repository(workspace),
        workflows,
        contacts(caller),
        lambda contact_ids: known_about(contact_ids, ResearchRepository(contacts_table), companies),
        partial(_go_on, workspace),
    )


def _go_on(workspace: WorkspaceId, workflow_id: str | None, seconds: int) -> None:
    job = {"workspace": workspace, "workflow_id": workflow_id}
    Queue(settings().rescoring_queue_url).send([QueueMessage(job, workspace, seconds)])


def rescoring_repository(workspace: WorkspaceId) -> RescoringRepository:
    return RescoringRepository(Table(settings().leads_table), workspace)


def lead_follower() -> LeadFollower:
    return LeadFollower(lead_repository, contact_repository)


def lead_repository(workspace: WorkspaceId) -> LeadRepository:
    return LeadRepository(Table(settings().leads_table), workspace)
