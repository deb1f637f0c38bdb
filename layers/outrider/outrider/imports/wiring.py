"""Construction of the services and workers of `imports`."""

from dataclasses import replace

from outrider.access.models import Caller, WorkspaceId
from outrider.companies.bulk import CompanyBulk
from outrider.contacts.bulk import ContactBulk
from outrider.contacts.suppressions.bulk import SuppressionBulk
from outrider.events.feed.wiring import backlog
from outrider.imports.jobs import ImportJob
from outrider.imports.models import Import
from outrider.imports.pace import Backpressure
from outrider.imports.repository import ImportRepository, ImportWork
from outrider.imports.reverter import Reverter
from outrider.imports.runner import ImportRunner
from outrider.imports.service import ImportService
from outrider.imports.storage import ImportFiles
from outrider.imports.targets import ImportTarget
from outrider.imports.targets.companies import CompanyTarget
from outrider.imports.targets.contacts import ContactTarget
from outrider.imports.targets.suppressions import SuppressionTarget
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.s3 import Objects
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.settings import settings


def imports(caller: Caller) -> ImportService:
    return ImportService(
        caller,
        _repository(caller.workspace),
        lambda each: _files(caller.workspace, each),
        lambda importing: _target(caller, importing),
    )


def runner(workspace: WorkspaceId, import_id: str) -> ImportRunner:
    return ImportRunner(
        lambda work: _caller(workspace, work),
        _repository(workspace),
        _files(workspace, import_id),
        lambda work: _target(_caller(workspace, work), work.shown),
        lambda: _go_on(workspace, import_id),
        lambda work: _pace(workspace, work),
    )


def reverter(workspace: WorkspaceId, import_id: str) -> Reverter:
    return Reverter(
        lambda work: _caller(workspace, work),
        _repository(workspace),
        _files(workspace, import_id),
        lambda work: _target(_caller(workspace, work), work.shown),
        lambda: _go_on(workspace, import_id),
        lambda work: _pace(workspace, work),
    )


def _caller(workspace: WorkspaceId, work: ImportWork) -> Caller:
    """Return a caller that acts for whoever created the import."""
    caller = Caller.engine(workspace, work.request_id)
    return replace(caller, actor=work.shown.created_by)


def _target(caller: Caller, importing: Import) -> ImportTarget:
    workspace, import_id = caller.workspace, importing.id
    contacts = Table(settings().contacts_table)
    match importing.kind:
        case "contacts":
            return ContactTarget(caller, ContactBulk(contacts, workspace), import_id)
        case "companies":
            companies = Table(settings().companies_table)
            return CompanyTarget(caller, CompanyBulk(companies, workspace), import_id)
        case "suppressions":
            defaults = importing.defaults.model_dump(exclude_none=True)
            suppressions = SuppressionBulk(contacts, workspace)
            return SuppressionTarget(caller, suppressions, import_id, defaults)


def _pace(workspace: WorkspaceId, work: ImportWork) -> Backpressure:
    companies = work.shown.kind == "companies"
    changed = settings().companies_table if companies else settings().contacts_table
    return Backpressure(backlog(workspace, Table(changed)).recorded_until)


def _repository(workspace: WorkspaceId) -> ImportRepository:
    return ImportRepository(Table(settings().contacts_table), workspace)


def _files(workspace: WorkspaceId, import_id: str) -> ImportFiles:
    return ImportFiles(Objects(settings().files_bucket), workspace, import_id)


def _go_on(workspace: WorkspaceId, import_id: str) -> None:
    job = ImportJob(workspace=workspace, import_id=import_id)
    Queue(settings().imports_queue_url).send([QueueMessage(job.model_dump(), workspace)])
