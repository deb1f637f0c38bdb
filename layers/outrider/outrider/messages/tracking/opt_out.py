"""Opt-outs of recipients: by unsubscribe link, by reply, or by spam complaint.

One transaction suppresses the address, marks contact and message, and counts the opt-out; then the
contact's enrollments end. After the transaction no email can be claimed, so a crash at this point
does no harm: a retry ends the enrollments, and so do the gates of their next steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.enrollments.endings import Endings
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.models import MarkedTime, Message
from outrider.messages.repository import MessageRepository
from outrider.messages.tracking.marks import Marks

OptOutReason = Literal["unsubscribed", "complained"]
_MARKS: dict[OptOutReason, MarkedTime] = {
    "unsubscribed": "unsubscribed_at",
    "complained": "complained_at",
}


@dataclass(frozen=True, slots=True)
class OptOuts:
    """Recorder of opt-outs in one workspace. Each opt-out may be recorded repeatedly."""

    caller: Caller
    contacts: ContactRepository
    suppressions: SuppressionRepository
    messages: MessageRepository
    marks: Marks
    endings: Endings
    mailboxes: MailboxRepository

    def record(
        self, contact_id: str, message_id: str, reason: OptOutReason, at: datetime, how: str
    ) -> bool:
        """Record that the recipient of the message opted out; `how` is stored as evidence. Suppress
        the message's recipient, or the contact's address if the message is deleted or was not an
        email. Return False if both are deleted, because the address is unknown.

        Raises Contended if every attempt lost its optimistic lock.
        """
        for _ in attempts():
            message = self.messages.get(contact_id, message_id)
            contact = self.contacts.current(contact_id)
            # The recipient of an SMS is a phone number: suppress the contact's address.
            address = message.recipient if message and message.channel == "email" else None
            if address is None and contact:
                address = contact.email
            if address is None:
                return False
            evidence = f"{how}: {message_id}, {clock.to_text(at)}"
            # One transaction, without the writes already done.
            actions = [
                *self._suppress_actions(address, contact, reason, evidence),
                *(self._mark_message_actions(message, contact, reason, at) if message else ()),
                *(self._mark_contact_actions(contact, message) if contact else ()),
            ]
            try:
                if actions:
                    transact(*actions)
            except TransactionFailed:
                continue
            for known_as in {contact_id, *([contact.id, *contact.merged_ids] if contact else [])}:
                self.endings.end_all(known_as, "opted_out", reason)
            return True
        raise Contended("Others keep changing this contact")

    def _suppress_actions(
        self, address: str, contact: Contact | None, reason: OptOutReason, evidence: str
    ) -> Sequence[Action]:
        suppression = self.suppressions.of_address(address, reason, evidence)
        existing = self.suppressions.find([address]).get(suppression.id)
        if existing and existing.is_objection:
            return ()
        names = {**suppression.names(), **({"contact_id": contact.id} if contact else {})}
        suppressed = self.caller.event("contact.suppressed", **names)
        return (self.suppressions.object_action(suppression, [suppressed]),)

    def _mark_message_actions(
        self, message: Message, contact: Contact | None, reason: OptOutReason, at: datetime
    ) -> Sequence[Action]:
        time = _MARKS[reason]
        if getattr(message, time) is not None:
            return ()
        events = []
        if reason == "complained":
            events.append(
                self.caller.event("email.complained", identity=message.id, **message.names())
            )
        if contact is None:
            events.append(self.caller.event("contact.unsubscribed", **message.names()))
        marked = self.marks.mark_actions(message, time, reason, at, events)
        if reason == "unsubscribed" or not message.mailbox_id:
            return marked
        return *marked, self.mailboxes.record_action(message.mailbox_id, at.date(), "complained")

    def _mark_contact_actions(self, contact: Contact, message: Message | None) -> Sequence[Action]:
        if contact.status == "unsubscribed":
            return ()
        marked = contact.model_copy(
            update={"status": "unsubscribed", "updated_at": clock.timestamp()}
        )
        names = {**(message.names() if message else {}), "contact_id": contact.id}
        event = self.caller.event("contact.unsubscribed", **names)
        return (self.contacts.change_action(contact, marked, [event]),)
