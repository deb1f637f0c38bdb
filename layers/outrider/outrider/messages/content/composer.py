"""Composition of a step for a contact, for previews and test sends; no campaign needs to exist."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from outrider.access.models import Caller
from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.campaigns.models import Campaign, Enrollment, StepJob, Thread, step_message_id
from outrider.contacts.errors import ContactNotFound
from outrider.kit import clock, ids
from outrider.kit.text.templates import TemplateInvalid
from outrider.mailboxes.errors import MailboxNotFound
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.content import rendering
from outrider.messages.schemas import StepChoice
from outrider.messages.sending.snapshot import Snapshot, SnapshotReader
from outrider.sequences.errors import StepNotFound, VariantNotFound
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything that a step is rendered from; approved content is ignored. `step` has only the
    chosen variant; `place` and `number` are the positions of the step and of the variant in the
    sequence. `seen.mailbox` is None if the pool is empty. The links of `seen` have no effect when
    followed, and `seen.steps` have all variants."""

    seen: Snapshot
    enrollment: Enrollment
    step: Step
    place: int
    number: int
    pool: str
    is_enrolled: bool


@dataclass(frozen=True, slots=True)
class Composer:
    caller: Caller
    sequences: SequenceService
    mailboxes: MailboxRepository
    reader: Callable[[str], SnapshotReader]

    def compose(self, sequence_id: str, asked: StepChoice) -> Composition:
        """Return the composition of the chosen step for the chosen contact. Raises
        SequenceNotFound, StepNotFound, VariantNotFound, ContactNotFound and MailboxNotFound."""
        sequence = self.sequences.get(sequence_id)
        if not ids.is_id("con", asked.contact_id):
            raise ContactNotFound
        if asked.mailbox_id is not None and not ids.is_id("mbx", asked.mailbox_id):
            raise MailboxNotFound
        to_be = Campaign.to_be(sequence)
        enrollment = enrollment_to_be(to_be, asked.contact_id, asked.step_id)
        job = StepJob.of(self.caller.workspace, enrollment, mailbox_id=asked.mailbox_id)
        seen = self.reader(to_be.id).read(job)
        place = next((at for at, step in enumerate(seen.steps) if step.id == asked.step_id), None)
        if place is None:
            raise StepNotFound
        if seen.contact is None:
            raise ContactNotFound
        enrollment = (seen.enrollment or enrollment).model_copy(update={"approved_step_id": None})
        step, number = _with_variant(seen.steps[place], enrollment, asked.variant_id)
        campaign = seen.campaign or to_be
        seen = replace(
            seen,
            message_id=step_message_id(job.workspace, enrollment, step.id),
            links=seen.links and replace(seen.links, sample=True),
            campaign=campaign,
            mailbox=self._mailbox(seen, enrollment, campaign, asked.mailbox_id),
        )
        thread = _thread_before(seen, enrollment, place)
        enrollment = enrollment.model_copy(update={"thread": thread})
        pool = campaign.mailbox_pool
        return Composition(seen, enrollment, step, place, number, pool, seen.enrollment is not None)

    def _mailbox(
        self, seen: Snapshot, enrollment: Enrollment, campaign: Campaign, asked: str | None
    ) -> Mailbox | None:
        """Return the requested mailbox, the mailbox of the contact's first message, or one of the
        pool, preferably one that can send. Raises MailboxNotFound."""
        if asked is not None:
            if seen.mailbox is None:
                raise MailboxNotFound
            return seen.mailbox
        first = enrollment.mailbox_id
        if first and (found := self.mailboxes.get(first)):
            return found
        pool = self.mailboxes.of_pool(campaign.mailbox_pool)
        return min(pool, key=lambda each: (not each.can_send, each.id), default=None)


def enrollment_to_be(campaign: Campaign, contact_id: str, step_id: str | None = None) -> Enrollment:
    """Return the enrollment that the contact would get, at the step."""
    now = clock.timestamp()
    return Enrollment(
        id=enrollment_ids.of(campaign.id, contact_id),
        campaign_id=campaign.id,
        contact_id=contact_id,
        sequence_id=campaign.sequence_id,
        steps_version=campaign.steps_version,
        step_id=step_id,
        created_at=now,
        updated_at=now,
    )


def _with_variant(step: Step, enrollment: Enrollment, variant_id: str | None) -> tuple[Step, int]:
    """Return the step with only the requested variant, or the contact's variant, and its
    position."""
    meant = variant_id or step.variant_for(enrollment.id).id
    for number, variant in enumerate(step.variants):
        if variant.id == meant:
            return step.model_copy(update={"variants": [variant]}), number
    raise VariantNotFound(", ".join(each.id for each in step.variants))


def _thread_before(seen: Snapshot, enrollment: Enrollment, place: int) -> Thread | None:
    """Return the email thread before the step at `place`. For a contact that has received none of
    its emails, the subject is that of the first email, and the Message-IDs are unknown."""
    mails = [step for step in seen.steps[:place] if step.channel == "email"]
    if not mails:
        return None
    if enrollment.thread is not None:
        to_come = next(
            (at for at, step in enumerate(seen.steps) if step.id == enrollment.step_id), place
        )
        known = enrollment.thread.message_ids
        before = known[: len(mails)] if place < to_come else known
        return enrollment.thread.model_copy(update={"message_ids": before})
    first = mails[0]
    message_id = step_message_id(str(seen.links and seen.links.workspace), enrollment, first.id)
    draft = rendering.begin(replace(seen, message_id=message_id), enrollment, first)
    try:
        return Thread(subject=draft.part("subject") or "", message_ids=[])
    except TemplateInvalid:
        return None
