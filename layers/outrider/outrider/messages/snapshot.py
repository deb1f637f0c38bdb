"""Everything a step depends on, read in one call."""

from dataclasses import dataclass

from outrider.access.repository import WorkspaceRepository
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import Campaign, Enrollment, StepJob
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit.attributes import Item
from outrider.kit.dynamo import batch_get
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.tokens import Links
from outrider.sequences.models import Step
from outrider.sequences.repository import SequenceRepository, steps_from


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood there when the step came up. None is what does not exist (any more)."""

    links: Links | None
    """Of the workspace."""
    campaign: Campaign | None
    steps: list[Step]
    enrollment: Enrollment | None
    contact: Contact | None
    mailbox: Mailbox | None
    message: Message | None

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def step_after(self, step_id: str) -> Step | None:
        places = [step.id for step in self.steps]
        following = places.index(step_id) + 1
        return self.steps[following] if following < len(places) else None


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
    """Where the links in mails begin."""

    def read(self, job: StepJob) -> Snapshot:
        keys = {
            "workspace": self.workspaces.key(self.campaigns.workspace.public),
            "campaign": self.campaigns.key(job.campaign_id),
            "steps": self.sequences.version_key(job.sequence_id, job.steps_version),
            "enrollment": self.enrollments.key(job.contact_id),
            "contact": self.contacts.key(job.contact_id),
            "mailbox": self.mailboxes.key(job.mailbox_id),
            "message": self.messages.key(job.contact_id, job.message_id),
        }
        found = batch_get(keys.values())
        items = {name: found.get((table.name, pk, sk)) for name, (table, pk, sk) in keys.items()}
        return Snapshot(
            links=self._links(items["workspace"]),
            campaign=Campaign.model_validate(items["campaign"]) if items["campaign"] else None,
            steps=steps_from(items["steps"]["steps"]) if items["steps"] else [],
            enrollment=(
                Enrollment.model_validate(items["enrollment"]) if items["enrollment"] else None
            ),
            contact=Contact.from_item(items["contact"]),
            mailbox=Mailbox.model_validate(items["mailbox"]) if items["mailbox"] else None,
            message=Message.model_validate(items["message"]) if items["message"] else None,
        )

    def _links(self, workspace: Item | None) -> Links | None:
        if workspace is None:
            return None
        return Links(self.base_url, self.campaigns.workspace, workspace["link_secret"])
