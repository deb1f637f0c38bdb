"""Repositories of one workspace that the example data is written through."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.repository import CampaignRepository
from outrider.companies.repository import CompanyRepository
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.leads.repository import LeadRepository
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.repository import MessageRepository
from outrider.research.repository import ResearchRepository
from outrider.sequences.repository import SequenceRepository
from outrider.workflows.runs.repository import WorkflowRunRepository


@dataclass(frozen=True, slots=True)
class Stores:
    contacts: ContactRepository
    companies: CompanyRepository
    research: ResearchRepository
    suppressions: SuppressionRepository
    bounces: GlobalBounces
    leads: LeadRepository
    runs: WorkflowRunRepository
    mailboxes: MailboxRepository
    sequences: SequenceRepository
    campaigns: CampaignRepository
    enrollments: Callable[[str], EnrollmentRepository]
    messages: MessageRepository
