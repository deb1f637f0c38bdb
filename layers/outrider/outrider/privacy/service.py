"""Export of a contact's personal data."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments.schemas import EnrollmentView
from outrider.campaigns.models import Enrollment
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.events.models import RecordedEvent
from outrider.kit import ids
from outrider.kit.http.pagination import PageQuery, Sealer
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import LeadView
from outrider.messages.models import Message
from outrider.messages.schemas import MessageView
from outrider.privacy.records import ContactRecords
from outrider.privacy.schemas import ContactExport
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository
from outrider.workflows.repository import WorkflowRepository


@dataclass(frozen=True, slots=True)
class ContactExportService:
    caller: Caller
    records: ContactRecords
    suppressions: SuppressionRepository
    research: ResearchRepository
    leads: LeadRepository
    workflows: WorkflowRepository

    def export(self, contact_id: str, query: PageQuery) -> ContactExport:
        """Return one page of the export. Raises ContactNotFound if such a contact never existed,
        and ValidationFailed if the cursor is invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/export/{contact_id}")
        after = sealer.after(query)
        contact, research = self._read(contact_id)
        merged = contact.merged_ids if contact else []
        known_as = after["ids"] if after else [contact_id, *merged]
        if contact is None and not after and not self._was_there(contact_id):
            raise ContactNotFound
        found, place = self.records.page(known_as, query.limit, after)
        addresses = [contact.email, *contact.other_emails] if contact and not after else []
        return ContactExport(
            contact_id=contact_id,
            contact=None if after else contact,
            research=None if after else research,
            leads=[] if after or contact is None else self._leads(contact),
            suppressions=list(self.suppressions.find(addresses).values()),
            enrollments=[EnrollmentView.of(each) for each in found if isinstance(each, Enrollment)],
            messages=[MessageView.of(each) for each in found if isinstance(each, Message)],
            events=[each for each in found if isinstance(each, RecordedEvent)],
            has_more=place is not None,
            next_cursor=(
                sealer.seal({**place, "ids": known_as}, query.question()) if place else None
            ),
        )

    def _read(self, contact_id: str) -> tuple[Contact | None, Findings | None]:
        if not ids.is_id("con", contact_id):
            return None, None
        contact, research = self.research.get(contact_id)
        return contact, research if contact else None

    def _leads(self, contact: Contact) -> list[LeadView]:
        leads = self.leads.of_contact(contact.id)
        workflows = self.workflows.several(each.workflow_id for each in leads if each.workflow_id)
        return [LeadView.of(each, contact, workflows.get(each.workflow_id or "")) for each in leads]

    def _was_there(self, contact_id: str) -> bool:
        return ids.is_id("con", contact_id) and self.records.is_known(contact_id)
