"""Events about contacts, the leads that are made of them, and their companies."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    CompanyId,
    ContactId,
    EnrollmentId,
    ImportId,
    LeadId,
    MailboxId,
    MessageId,
    NotAlways,
    Payload,
    SequenceId,
    StepId,
    SuppressionId,
    WorkflowId,
)

Changed = Annotated[list[str], Field(examples=[["company", "title"]])]


class _AboutContact(Payload):
    contact_id: ContactId
    import_id: ImportId | NotAlways = None
    """The import that caused it."""


class ContactCreatedData(_AboutContact):
    """A contact was created, by a request or an import."""

    event: ClassVar[EventName] = "contact.created"


class ContactUpdatedData(_AboutContact):
    """A contact was changed by a request, an import, or a verification. Not sent when an email or a
    reply changes its `status`, which has events of its own, or when it is linked to a company."""

    event: ClassVar[EventName] = "contact.updated"

    changed: Changed
    """Names of the changed fields."""


class ContactDeletedData(_AboutContact):
    """A contact was deleted, merged into another one, or erased."""

    event: ClassVar[EventName] = "contact.deleted"

    merged_into: ContactId | NotAlways = None
    """The contact into which it was merged."""
    reason: Literal["erased"] | NotAlways = None
    """`erased`: its data was erased from every store."""


class ContactMergedData(Payload):
    """Contacts were merged into this one. `contact.deleted` is sent for each of the others."""

    event: ClassVar[EventName] = "contact.merged"

    contact_id: ContactId
    merged_ids: list[ContactId]
    """Contacts that no longer exist."""
    changed: Changed
    """Names of the fields taken over from them."""


class ContactUnsubscribedData(Payload):
    """A contact unsubscribed: by an unsubscribe link, a reply, or a spam complaint. The message
    that led to it is named if there was one."""

    event: ClassVar[EventName] = "contact.unsubscribed"

    contact_id: ContactId
    message_id: MessageId | NotAlways = None
    campaign_id: CampaignId | NotAlways = None
    sequence_id: SequenceId | NotAlways = None
    enrollment_id: EnrollmentId | NotAlways = None
    step_id: StepId | NotAlways = None
    mailbox_id: MailboxId | NotAlways = None
    """The mailbox that sent the message."""
    lead_id: LeadId | NotAlways = None
    """The lead for which a workflow enrolled the contact."""


class ContactSuppressedData(Payload):
    """An address or a whole domain was suppressed: it gets no more messages."""

    event: ClassVar[EventName] = "contact.suppressed"

    suppression_id: SuppressionId
    kind: Literal["address", "domain"]
    reason: Literal["unsubscribed", "complained", "bounced", "manual", "imported", "erased"]
    contact_id: ContactId | NotAlways = None
    """The contact with this address, if it was known at that time."""
    import_id: ImportId | NotAlways = None
    """The import that caused it."""


LeadScore = Annotated[int, Field(ge=0, le=100, examples=[82])]


class _AboutLead(Payload):
    lead_id: LeadId
    """The id of the lead."""
    contact_id: ContactId
    workflow_id: WorkflowId | NotAlways = None
    """The workflow of the lead; absent if it has none."""


class LeadCreatedData(_AboutLead):
    """A contact became a lead."""

    event: ClassVar[EventName] = "lead.created"


class LeadQualifiedData(_AboutLead):
    """A lead was qualified, by its score or by a person."""

    event: ClassVar[EventName] = "lead.qualified"

    score: LeadScore | None
    """From 0 to 100 by the ideal customer profile; null if it was never scored."""


class LeadDisqualifiedData(_AboutLead):
    """A lead was disqualified: by its score, an exclusion, or a person."""

    event: ClassVar[EventName] = "lead.disqualified"

    score: LeadScore | None
    """From 0 to 100 by the ideal customer profile; null if it was never scored."""


class LeadApprovedData(_AboutLead):
    """A person approved the draft of a lead."""

    event: ClassVar[EventName] = "lead.approved"


class LeadContactedData(_AboutLead):
    """The first message to a lead went out, or the first task for it was done."""

    event: ClassVar[EventName] = "lead.contacted"

    enrollment_id: EnrollmentId
    campaign_id: CampaignId
    message_id: MessageId
    """The message, or the task."""


class LeadRepliedData(_AboutLead):
    """A lead replied for the first time, other than by an automatic reply."""

    event: ClassVar[EventName] = "lead.replied"

    enrollment_id: EnrollmentId
    campaign_id: CampaignId
    message_id: MessageId
    """The reply."""


class ProfileUpdatedData(Payload):
    """An ideal customer profile was replaced. Leads get new scores in the background."""

    event: ClassVar[EventName] = "profile.updated"

    workflow_id: WorkflowId | NotAlways = None
    """The workflow whose own profile it is; absent for the profile of the workspace."""


class _AboutCompany(Payload):
    company_id: CompanyId
    import_id: ImportId | NotAlways = None
    """The import that caused it."""


class CompanyCreatedData(_AboutCompany):
    """A company was created, by a request or an import."""

    event: ClassVar[EventName] = "company.created"


class CompanyUpdatedData(_AboutCompany):
    """A company was changed, by a request or an import."""

    event: ClassVar[EventName] = "company.updated"

    changed: Changed
    """Names of the changed fields."""


class CompanyDeletedData(_AboutCompany):
    """A company was deleted. Its contacts are kept."""

    event: ClassVar[EventName] = "company.deleted"
