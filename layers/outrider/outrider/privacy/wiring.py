"""Construction of the objects of `privacy`."""

from outrider.access.models import Caller
from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.wiring import campaign_repository, enrollment_repository
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.events.wiring import feed
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads.wiring import lead_repository
from outrider.messages.repository import MessageRepository
from outrider.privacy.erasing import ErasureService
from outrider.privacy.records import ContactRecords
from outrider.privacy.repository import ErasureRepository
from outrider.privacy.service import ContactExportService
from outrider.research.repository import ResearchRepository
from outrider.workflows.lead_wiring import workflow_repository


def exports(caller: Caller) -> ContactExportService:
    records = _records(caller)
    research = ResearchRepository(records.contacts)
    workspace = caller.workspace
    return ContactExportService(
        caller,
        records,
        _suppressions(caller),
        research,
        lead_repository(workspace),
        workflow_repository(workspace),
    )


def erasures(caller: Caller) -> ErasureService:
    workspace = caller.workspace
    return ErasureService(
        caller=caller,
        records=_records(caller),
        suppressions=_suppressions(caller),
        erasures=ErasureRepository(Table(settings().contacts_table), workspace),
        leads=lead_repository(workspace),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        counters=lambda campaign_id: campaign_repository(workspace).counters(campaign_id),
    )


def _records(caller: Caller) -> ContactRecords:
    workspace = caller.workspace
    return ContactRecords(
        contacts=ContactRepository(Table(settings().contacts_table), workspace),
        enrollments=ContactEnrollments(Table(settings().enrollments_table), workspace),
        messages=MessageRepository(Table(settings().messages_table), workspace),
        events=feed(workspace),
    )


def _suppressions(caller: Caller) -> SuppressionRepository:
    return SuppressionRepository(Table(settings().contacts_table), caller.workspace)
