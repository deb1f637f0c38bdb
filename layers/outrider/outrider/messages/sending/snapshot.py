"""Snapshot of everything a step depends on, read in one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.access.repository import WorkspaceRepository
from outrider.campaigns.enrollments import branching
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import Campaign, Enrollment, StepJob
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.touches import Touch
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import batch_get
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.tracking.links import Links
from outrider.research.template_values import template_values
from outrider.sequences import kept
from outrider.sequences.models import Settings, Step
from outrider.sequences.repository import SequenceRepository, steps_from


@dataclass(frozen=True, slots=True)
class SendingMailbox:
    """A mailbox and the number of emails that it sent today."""

    mailbox: Mailbox
    used: int


@dataclass(frozen=True, slots=True)
class SendRestrictions:
    """Restrictions on writing to a contact, committed at one moment (`last_check.py`)."""

    suppressions: Sequence[Suppression]
    bounced_elsewhere: bool
    company_replied: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """Remaining sending capacity, read only to explain a step. `senders` are the mailboxes that the
    step may be sent from; the other fields count today's messages."""

    senders: Sequence[SendingMailbox]
    used_by_campaign: int
    used_by_company: int


@dataclass(frozen=True, slots=True)
class PinnedSequence:
    """Steps of the enrollment's version of the sequence, the settings that apply, and the time at
    which the campaign's clock wakes."""

    steps: Sequence[Step]
    settings: Settings
    wakes_at: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Data that a step depends on, as it was read. None stands for data that does not exist."""

    message_id: str
    """Id of the step's message, whether or not it exists yet."""
    links: Links | None
    """Link builder of the workspace; None if the workspace was deleted."""
    campaign: Campaign | None
    steps: Sequence[Step]
    enrollment: Enrollment | None
    contact: Contact | None
    mailbox: Mailbox | None
    message: Message | None
    touch: Touch | None = None
    """The last message to the contact from any campaign."""
    rivals: Sequence[Enrollment] = ()
    """Older enrollments of the contact in other active campaigns, if the campaign is exclusive."""
    standing: SendRestrictions | None = None
    supply: Supply | None = None
    approved: FirstMessage | None = None
    """Content of the message, if a person approved it."""
    suspended: bool = False
    """True if the operator has suspended the workspace."""
    research: Mapping[str, Any] = field(default_factory=dict)
    """Values of the template variable `research`; empty if no template asks for it."""

    @property
    def way(self) -> PinnedSequence:
        """Steps and settings that the enrollment follows."""
        return PinnedSequence(
            self.steps, self.settings, self.campaign.wakes_at if self.campaign else ""
        )

    @property
    def settings(self) -> Settings:
        return self.campaign.settings if self.campaign else Settings()

    def step(self, step_id: str | None) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def step_after(self, step_id: str) -> Step | None:
        return branching.step_after(self.steps, step_id)


@dataclass(frozen=True, slots=True)
class SnapshotReader:
    workspaces: WorkspaceRepository
    campaigns: CampaignRepository
    sequences: SequenceRepository
    enrollments: EnrollmentRepository
    contacts: ContactRepository
    mailboxes: MailboxRepository
    messages: MessageRepository
    base_url: str
    """Base URL of the links in emails."""

    def read(self, job: StepJob, *, newest: bool = True) -> Snapshot:
        """Read the snapshot. With `newest`, all reads are strongly consistent. Without it, they are
        eventually consistent at half the price, except for the message: no later check would notice
        that the step already has one. Steps cached in the process are not read, because a version
        never changes.

        Raises StoreFailed if DynamoDB fails.
        """
        steps_at = self.sequences.version_key(job.sequence_id, job.steps_version)
        steps = kept.get(steps_at)
        keys = {
            "workspace": self.workspaces.key(self.campaigns.workspace.public),
            "campaign": self.campaigns.key(job.campaign_id),
            "enrollment": self.enrollments.key(job.contact_id),
            "contact": self.contacts.key(job.contact_id),
            "touch": self.contacts.touches.key(job.contact_id),
            "message": self.messages.key(job.contact_id, job.message_id),
        }
        if job.mailbox_id:
            keys["mailbox"] = self.mailboxes.key(job.mailbox_id)
        if steps is None:
            keys["steps"] = steps_at
        elif _ask_for_research(steps):
            keys["research"] = self.contacts.beside(job.contact_id)
        if job.approved:
            keys["approved"] = self.enrollments.approved_key(job.contact_id)
        tables = {table for table, _, _ in keys.values()}
        found = batch_get(keys.values(), eventual=() if newest else tables - {self.messages.table})
        items = {name: found.get((table.name, pk, sk)) for name, (table, pk, sk) in keys.items()}
        if steps is None and (item := items["steps"]):
            steps = kept.keep(steps_at, steps_from(item["steps"]))
            if _ask_for_research(steps):
                # No GetItem: functions that read snapshots have BatchGetItem for this table only.
                table, pk, sk = self.contacts.beside(job.contact_id)
                eventual = set() if newest else {table}
                again = batch_get([(table, pk, sk)], eventual=eventual)
                items["research"] = again.get((table.name, pk, sk))
        return _snapshot(job.message_id, items, self._links(items["workspace"]), steps or ())

    def _links(self, workspace: Item | None) -> Links | None:
        if workspace is None:
            return None
        return Links(self.base_url, self.campaigns.workspace, workspace["link_secret"])


def _ask_for_research(steps: Sequence[Step]) -> bool:
    """Return whether a template of the steps may use the variable `research`."""
    return any(
        source and "research" in source
        for step in steps
        for variant in step.variants
        for source in (variant.subject, variant.text, variant.html)
    )


def contact_of(item: Item | None, touch: Touch | None) -> Contact | None:
    """Return the contact of an item with the time it was last contacted; None without an item."""
    contact = Contact.from_item(item)
    return contact.contacted(touch.at) if contact and touch else contact


def _snapshot(
    message_id: str, items: dict[str, Item | None], links: Links | None, steps: Sequence[Step]
) -> Snapshot:
    campaign, enrollment = items["campaign"], items["enrollment"]
    touch = Touch.from_item(items["touch"])
    mailbox, message = items.get("mailbox"), items["message"]
    approved, research = items.get("approved"), items.get("research")
    return Snapshot(
        message_id=message_id,
        links=links,
        campaign=Campaign.model_validate(campaign) if campaign else None,
        steps=steps,
        enrollment=Enrollment.from_item(enrollment) if enrollment else None,
        contact=contact_of(items["contact"], touch),
        mailbox=Mailbox.model_validate(mailbox) if mailbox else None,
        message=Message.from_item(message) if message else None,
        touch=touch,
        approved=FirstMessage.from_item(approved) if approved else None,
        suspended="suspended_at" in (items["workspace"] or {}),
        research=template_values(research["facts"]) if research else {},
    )
