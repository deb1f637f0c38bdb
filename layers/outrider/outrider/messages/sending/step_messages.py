"""The message of a step, before and after its content is rendered."""

from typing import Any

from outrider.campaigns.models import Enrollment, StepJob
from outrider.contacts.models import Contact
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.messages import thread_ids
from outrider.messages.content.drafts import Mail
from outrider.messages.content.mime import own_message_id
from outrider.messages.models import Content, Message
from outrider.sequences.models import Step


def new_message(job: StepJob, enrollment: Enrollment, step: Step) -> Message:
    """Return the message of the step without content."""
    return Message(
        id=job.message_id,
        thread_id=thread_ids.thread_id(job.campaign_id, job.contact_id),
        channel=step.channel,
        contact_id=job.contact_id,
        campaign_id=job.campaign_id,
        sequence_id=job.sequence_id,
        enrollment_id=enrollment.id,
        step_id=step.id,
        variant_id=step.variant_for(enrollment.id).id,
        mailbox_id=job.mailbox_id if step.channel == "email" else "",
        lead_id=enrollment.lead_id,
        state="unknown",
        created_at=clock.timestamp(),
    )


def written(
    message: Message, rendered: Mail | Content, mailbox: Mailbox | None, contact: Contact
) -> Message:
    """Return the message with its content, sender and recipient."""
    if isinstance(rendered, Mail):
        fields: dict[str, Any] = {
            **rendered.content.model_dump(),
            "links": rendered.links,
            **sent_from(mailbox, message),
            "recipient": contact.email,
        }
    else:
        fields = {"text": rendered.text, "recipient": contact.phone}
    return message.model_copy(update=fields)


def sent_from(mailbox: Mailbox | None, message: Message) -> dict[str, str | None]:
    """Return the sender and Message-ID fields of an email; without a mailbox, none."""
    if mailbox is None:
        return {}
    return {"sender": mailbox.email, "rfc_message_id": own_message_id(mailbox, message.id)}
