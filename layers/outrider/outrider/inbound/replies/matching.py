"""Matching of inbound email to the sent message it answers, or to the mailbox it is addressed
to."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.contacts.repository import ContactRepository
from outrider.inbound.mail import html as pages
from outrider.inbound.mail.message import IncomingMail
from outrider.kit.text.addresses import folded
from outrider.mailboxes.inboxes import Inboxes
from outrider.messages.lists import MessageLists
from outrider.messages.models import Message, rfc_key
from outrider.messages.repository import SentMessages

_MAX_RECIPIENTS = 20
_MOST_QUOTED = 5
"""Maximum number of sent messages with which the text of a reply is compared."""


@dataclass(frozen=True, slots=True)
class VerifiedMailbox:
    """Verified mailbox of a workspace; `shared` if other workspaces have proved ownership of its
    address too."""

    workspace: WorkspaceId
    mailbox_id: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """Lookups that match inbound email, across all workspaces."""

    sent: SentMessages
    inboxes: Inboxes
    contacts: Callable[[WorkspaceId], ContactRepository]
    lists: Callable[[WorkspaceId], MessageLists]
    named_by_provider: str
    """Suffix of the Message-IDs that the provider generates."""

    def answered(self, mail: IncomingMail) -> tuple[WorkspaceId, Message] | None:
        """Return the sent message that the email refers to by Message-ID, the most direct reference
        first; None if there is none."""
        for quoted in mail.answers:
            if found := self.sent.find(quoted):
                return found
        return None

    def written_to(self, mail: IncomingMail) -> tuple[WorkspaceId, Message] | None:
        """Return the last message sent to the email's sender, if the email is addressed to a
        mailbox of that workspace and no other workspace could be meant."""
        if not mail.sender or not mail.vouched or mail.kind == "report":
            return None
        found: dict[str, tuple[WorkspaceId, Message]] = {}
        for mailbox in self.addressed(mail):
            owner = mailbox.workspace.public
            if mailbox.shared or owner in found:
                continue
            if last := self._to_sender(mailbox, mail):
                found[owner] = mailbox.workspace, last
        return next(iter(found.values())) if len(found) == 1 else None

    def as_sent(self, workspace: WorkspaceId, message: Message) -> list[str]:
        """Return the texts that we sent in the message's thread, from plain text and from HTML,
        newest first. Limited to the contact's latest messages, which one query reads, and to
        content that is still stored."""
        latest = self.lists(workspace).messages.all_of(message.contact_id, 1)
        mails = [
            each
            for each in latest
            if each.thread_id == message.thread_id and each.direction == "out" and each.text
        ]
        newest = sorted(mails, key=lambda each: each.created_at, reverse=True)[:_MOST_QUOTED]
        forms = [(each.text or "", pages.plain(each.html or "")) for each in newest]
        return list(dict.fromkeys(form for both in forms for form in both if form))

    def is_proof(self, mail: IncomingMail, workspace: WorkspaceId, message: Message) -> bool:
        """Return whether the email proves that its writer received our message: it refers to its
        Message-ID. If we do not know that, it must refer to a Message-ID of our provider, and the
        message must be the only one to the contact whose Message-ID we do not know."""
        if message.rfc_message_id:
            return rfc_key(message.rfc_message_id) in map(rfc_key, mail.answers)
        if not any(quoted.endswith(self.named_by_provider) for quoted in mail.answers):
            return False
        nameless = [
            each.id
            for each in self._mails(workspace, message.contact_id)
            if not each.rfc_message_id
        ]
        return nameless == [message.id]

    def addressed(self, mail: IncomingMail) -> list[VerifiedMailbox]:
        """Return the verified mailboxes that the email is addressed to, those of live mode
        first."""
        found = []
        for recipient in mail.recipients[:_MAX_RECIPIENTS]:
            owners = self.inboxes.find(recipient)
            shared = len({workspace.public for workspace, _ in owners}) > 1
            found += [
                VerifiedMailbox(workspace, mailbox_id, shared) for workspace, mailbox_id in owners
            ]
        return sorted(dict.fromkeys(found), key=lambda mailbox: mailbox.workspace.mode != "live")

    def is_own(self, mail: IncomingMail, found: tuple[WorkspaceId, Message] | None) -> bool:
        """Return whether the email is a copy of one that we sent: its sender is a verified mailbox,
        and it either has the Message-ID of a sent message or is addressed to somebody else. The
        owner of a mailbox may also be a contact and reply.

        `found` is the message that the email answers. If it answers none, the sender must be a
        mailbox of every workspace that it is addressed to: a mailbox of one workspace must not hide
        email to the others.
        """
        own = self.inboxes.find(mail.sender) if mail.sender else []
        if not own:
            return False
        mailboxes = self.addressed(mail)
        meant = {found[0]} if found else {mailbox.workspace for mailbox in mailboxes}
        if not meant <= {owner for owner, _ in own}:
            return False
        if self._is_named_by_us(mail):
            return True
        if found:
            return folded(found[1].recipient or "") != folded(mail.sender)
        to_itself = all((each.workspace, each.mailbox_id) in own for each in mailboxes)
        return to_itself or self.written_to(mail) is None

    def _is_named_by_us(self, mail: IncomingMail) -> bool:
        if mail.message_id.endswith(self.named_by_provider):
            return True
        return bool(mail.message_id and self.sent.find(mail.message_id))

    def _to_sender(self, mailbox: VerifiedMailbox, mail: IncomingMail) -> Message | None:
        contact = self.contacts(mailbox.workspace).with_value(mail.sender)
        return self._last(mailbox, contact.id) if contact else None

    def _last(self, mailbox: VerifiedMailbox, contact_id: str) -> Message | None:
        """Return the last message to the contact, preferably from the mailbox that the email is
        addressed to."""
        mails = self._mails(mailbox.workspace, contact_id)
        own = [each for each in mails if each.mailbox_id == mailbox.mailbox_id]
        return next(iter(own or mails), None)

    def _mails(self, workspace: WorkspaceId, contact_id: str) -> list[Message]:
        """Return the emails that the contact received or may have received, newest first."""
        return [
            each
            for each in self.lists(workspace).of_contact(contact_id)
            if each.direction == "out"
            and each.channel == "email"
            and (each.sent_at or each.state == "unknown")
        ]
