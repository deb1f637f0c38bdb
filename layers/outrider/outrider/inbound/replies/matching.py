"""Which message of ours an incoming mail is about, and whose it is when it is about none."""

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
"""Mails of ours that a reply is compared with."""


@dataclass(frozen=True, slots=True)
class VerifiedMailbox:
    """A verified mailbox of a workspace. It is `shared` where other workspaces have proved as well
    that its address is theirs."""

    workspace: WorkspaceId
    mailbox_id: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Matching:
    sent: SentMessages
    inboxes: Inboxes
    contacts: Callable[[WorkspaceId], ContactRepository]
    lists: Callable[[WorkspaceId], MessageLists]
    named_by_provider: str
    """How the Message-IDs end that the provider gives mails."""

    def answered(self, mail: IncomingMail) -> tuple[WorkspaceId, Message] | None:
        """The message the mail quotes, the most direct one first."""
        for quoted in mail.answers:
            if found := self.sent.find(quoted):
                return found
        return None

    def written_to(self, mail: IncomingMail) -> tuple[WorkspaceId, Message] | None:
        """The last message to the sender, where a mailbox of the same workspace is meant, and no
        other workspace can be."""
        if not mail.sender or not mail.vouched or mail.kind == "report":
            return None
        found: dict[str, tuple[WorkspaceId, Message]] = {}
        for place in self.places(mail):
            owner = place.workspace.public
            if not place.shared and owner not in found and (last := self._to_sender(place, mail)):
                found[owner] = place.workspace, last
        return next(iter(found.values())) if len(found) == 1 else None

    def as_sent(self, workspace: WorkspaceId, message: Message) -> list[str]:
        """What we said in the message's thread, in the forms in which it was sent, the newest
        first: by one read, as far as that goes and it is still kept."""
        said = self.lists(workspace).messages.all_of(message.contact_id, 1)
        mails = [
            each
            for each in said
            if each.thread_id == message.thread_id and each.direction == "out" and each.text
        ]
        newest = sorted(mails, key=lambda each: each.created_at, reverse=True)[:_MOST_QUOTED]
        forms = [(each.text or "", pages.plain(each.html or "")) for each in newest]
        return list(dict.fromkeys(form for both in forms for form in both if form))

    def is_proof(self, mail: IncomingMail, workspace: WorkspaceId, message: Message) -> bool:
        """Whether the mail shows that its writer has our message: by quoting it, or by quoting one
        of our provider's that we cannot name, where of all others to its contact we know the name.
        """
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

    def places(self, mail: IncomingMail) -> list[VerifiedMailbox]:
        """The mailboxes it was meant for; those of live keys first."""
        found = []
        for recipient in mail.recipients[:_MAX_RECIPIENTS]:
            owners = self.inboxes.find(recipient)
            shared = len({workspace.public for workspace, _ in owners}) > 1
            found += [
                VerifiedMailbox(workspace, mailbox_id, shared) for workspace, mailbox_id in owners
            ]
        return sorted(dict.fromkeys(found), key=lambda place: place.workspace.mode != "live")

    def is_own(self, mail: IncomingMail, found: tuple[WorkspaceId, Message] | None) -> bool:
        """Whether it is a copy of what we sent: from a mailbox of ours, and either of the name of a
        mail of ours or to somebody else. Who has a mailbox here may be a contact too, and answers.

        `found` is what it quotes. Where it quotes nothing, all workspaces that it was meant for
        must call the sender theirs: what one of them owns must not make the mail to others vanish.
        """
        own = self.inboxes.find(mail.sender) if mail.sender else []
        if not own:
            return False
        places = self.places(mail)
        meant = {found[0]} if found else {place.workspace for place in places}
        if not meant <= {owner for owner, _ in own}:
            return False
        if self._is_named_by_us(mail):
            return True
        if found:
            return folded(found[1].recipient or "") != folded(mail.sender)
        to_itself = all((place.workspace, place.mailbox_id) in own for place in places)
        return to_itself or self.written_to(mail) is None

    def _is_named_by_us(self, mail: IncomingMail) -> bool:
        if mail.message_id.endswith(self.named_by_provider):
            return True
        return bool(mail.message_id and self.sent.find(mail.message_id))

    def _to_sender(self, place: VerifiedMailbox, mail: IncomingMail) -> Message | None:
        contact = self.contacts(place.workspace).with_value(mail.sender)
        return self._last(place, contact.id) if contact else None

    def _last(self, place: VerifiedMailbox, contact_id: str) -> Message | None:
        """Rather one of the mailbox that was written to."""
        mails = self._mails(place.workspace, contact_id)
        own = [each for each in mails if each.mailbox_id == place.mailbox_id]
        return next(iter(own or mails), None)

    def _mails(self, workspace: WorkspaceId, contact_id: str) -> list[Message]:
        """Those that the contact has or may have, newest first."""
        return [
            each
            for each in self.lists(workspace).of_contact(contact_id)
            if each.direction == "out"
            and each.channel == "email"
            and (each.sent_at or each.state == "unknown")
        ]
