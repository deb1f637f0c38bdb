"""Construction of the services of `exports`."""

from dataclasses import replace

from outrider.access.models import Caller, WorkspaceId
from outrider.companies.models import Company
from outrider.companies.wiring import companies
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.suppressions.wiring import suppressions
from outrider.contacts.wiring import contacts
from outrider.exports.models import ExportWork
from outrider.exports.repository import ExportRepository
from outrider.exports.runner import ExportRunner, Lister
from outrider.exports.service import ExportService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.s3 import Objects
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.models import Model
from outrider.kit.settings import settings


def exports(caller: Caller) -> ExportService:
    return ExportService(caller, _repository(caller.workspace), _objects())


def runner(workspace: WorkspaceId, export_id: str) -> ExportRunner:
    return ExportRunner(
        lambda work: _caller(workspace, work),
        _repository(workspace),
        _objects(),
        lambda work: _lists(_caller(workspace, work), work),
        lambda: _go_on(workspace, export_id),
    )


def _lists(caller: Caller, work: ExportWork) -> tuple[Lister, type[Model]]:
    match work.shown.kind:
        case "contacts":
            return contacts(caller).list, Contact
        case "companies":
            return companies(caller).list, Company
        case "suppressions":
            return suppressions(caller).list, Suppression


def _caller(workspace: WorkspaceId, work: ExportWork) -> Caller:
    """Return a caller that acts for whoever requested the export. Its cursors are sealed with the
    export's id: they never leave the item."""
    caller = Caller.engine(workspace, work.request_id)
    return replace(caller, actor=work.shown.created_by, seal=work.shown.id.encode())


def _repository(workspace: WorkspaceId) -> ExportRepository:
    return ExportRepository(Table(settings().contacts_table), workspace)


def _objects() -> Objects:
    return Objects(settings().files_bucket)


def _go_on(workspace: WorkspaceId, export_id: str) -> None:
    job = {"workspace": workspace, "export_id": export_id}
    Queue(settings().exports_queue_url).send([QueueMessage(job, workspace)])
