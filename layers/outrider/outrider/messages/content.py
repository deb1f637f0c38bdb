"""From a step and a contact to the mail's text, and from that to the bytes that are sent."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from outrider.campaigns.models import Thread
from outrider.contacts.models import Contact
from outrider.kit import templates
from outrider.kit.templates import Kind, TemplateInvalid
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Content
from outrider.sequences.models import Variant

MAX_SUBJECT = 900
MAX_BYTES = 200_000
"""A message is one item of a table, and that holds 400 KB."""


def render(variant: Variant, contact: Contact, thread: Thread | None) -> Content:
    """Fill the variant's templates with the contact. Raises TemplateInvalid when a variable without
    a default has no value, or when there is nothing to say."""
    values = contact.model_dump(exclude_none=True)

    def fill(source: str | None, kind: Kind) -> str | None:
        return templates.render(source, values, kind) if source else None

    subject = " ".join((fill(variant.subject, "text") or "").split())
    if not subject and thread:
        subject = f"Re: {thread.subject}"
    content = Content(
        subject=subject, text=fill(variant.text, "text"), html=fill(variant.html, "html")
    )
    if not (content.subject and (content.text or content.html)):
        raise TemplateInvalid("The mail has no subject or no text")
    if len(subject) > MAX_SUBJECT or len(content.model_dump_json()) > MAX_BYTES:
        raise TemplateInvalid(f"The mail is too long: {MAX_BYTES:,} bytes at most")
    return content


def mime(content: Content, mailbox: Mailbox, to: str, thread: Thread | None) -> bytes:
    """The mail as RFC 5322 bytes; a follow-up answers the mails before it.

    The Message-ID is the provider's.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(mailbox.name or "", addr_spec=mailbox.email)
    mail["To"] = Address("", addr_spec=to)
    mail["Subject"] = content.subject
    if thread and thread.message_ids:
        mail["In-Reply-To"] = f"<{thread.message_ids[-1]}>"
        mail["References"] = " ".join(f"<{message_id}>" for message_id in thread.message_ids)
    if content.text is not None:
        mail.set_content(content.text)
        if content.html is not None:
            mail.add_alternative(content.html, subtype="html")
    elif content.html is not None:
        mail.set_content(content.html, subtype="html")
    return mail.as_bytes()
