"""What a step says, as it would be sent at this moment."""

import re

from outrider.campaigns.models import Enrollment
from outrider.kit.text.templates import TemplateInvalid
from outrider.messages.content.drafts import Draft, Mail
from outrider.messages.models import Content
from outrider.messages.sending.snapshot import Snapshot
from outrider.sequences.models import Step

MAX_SMS = 1_600
"""Characters of one message to a phone: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def is_phone(text: str | None) -> bool:
    """Whether it is a number as ITU-T E.164 writes it: `+` and up to 15 digits."""
    return text is not None and _E164.fullmatch(text) is not None


def write(seen: Snapshot, enrollment: Enrollment, step: Step) -> Mail | Content:
    """The mail, the short message, or what a person is to do, which may be left open.

    Raises ValueError when it cannot be written.
    """
    draft = begin(seen, enrollment, step)
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


def begin(seen: Snapshot, enrollment: Enrollment, step: Step) -> Draft:
    """What is to be filled for the contact. Raises TemplateInvalid when there is none."""
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
    )
