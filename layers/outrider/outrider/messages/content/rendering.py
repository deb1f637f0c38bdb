"""Rendering of a step for a contact at this moment."""

import re

from outrider.campaigns.models import Enrollment
from outrider.kit.text.templates import TemplateInvalid
from outrider.messages.content.drafts import Draft, Mail
from outrider.messages.models import Content
from outrider.messages.sending.snapshot import Snapshot
from outrider.sequences.models import Step

MAX_SMS = 1_600
"""Maximum number of characters of an SMS:
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def is_phone(text: str | None) -> bool:
    """Return whether the text is an ITU-T E.164 phone number: `+` and up to 15 digits."""
    return text is not None and _E164.fullmatch(text) is not None


def write(seen: Snapshot, enrollment: Enrollment, step: Step) -> Mail | Content:
    """Return the rendered email, or the content of an SMS or a manual task. A task may have no
    content.

    Raises ValueError if the step cannot be rendered for the contact.
    """
    draft = begin(seen, enrollment, step)
    if step.id == enrollment.approved_step_id:
        return _approved(draft, seen, step)
    if step.channel == "email":
        if seen.mailbox is None:
            raise TemplateInvalid("The pool of the campaign has no mailbox")
        return draft.mail()
    if step.by_person and not (draft.variant.text or draft.variant.subject):
        return Content(subject="", text=None, html=None)
    content = draft.text()
    if step.channel == "sms" and len(content.text or "") > MAX_SMS:
        raise TemplateInvalid(f"The short message is too long: {MAX_SMS:,} characters at most")
    return content


def _approved(draft: Draft, seen: Snapshot, step: Step) -> Mail | Content:
    """Return the approved message. Raises TemplateInvalid if it cannot be sent as it was
    approved."""
    first = seen.approved
    if first is None:
        raise TemplateInvalid("The approved content was erased")
    if bool(first.mailbox_id) != (step.channel == "email"):
        raise TemplateInvalid("The channel of the step was changed after its message was approved")
    if not first.mailbox_id:
        return Content(subject=first.subject, text=first.text or None, html=None)
    if seen.mailbox is None or seen.mailbox.id != first.mailbox_id:
        raise TemplateInvalid(f"The mailbox of the approved email, {first.mailbox_id}, was deleted")
    return draft.approved(first)


def begin(seen: Snapshot, enrollment: Enrollment, step: Step) -> Draft:
    """Return the draft of the step for the contact. Raises TemplateInvalid if the contact was
    deleted."""
    if seen.contact is None or seen.links is None:
        raise TemplateInvalid("The contact was deleted")
    return Draft(
        variant=step.variant_for(enrollment.id),
        enrollment=enrollment,
        contact=seen.contact,
        settings=seen.settings,
        mailbox=seen.mailbox,
        message_id=seen.message_id,
        links=seen.links,
        research=seen.research,
    )
