"""Handling of hard and soft bounces.

A hard bounce means that the address does not exist. One transaction marks message and contact,
suppresses the address, blocks it for all workspaces, and counts the bounce. Then the enrollments
end whose steps go to the address: a contact that has another one by now stays in its campaigns.
After the transaction no email can be claimed, so a crash at this point does no harm: a retry ends
the enrollments, and so do the gates of their next steps.

A soft bounce is counted, and the contact's steps are delayed as its reason demands. After two weeks
of soft bounces (`soft.py`) it becomes a hard bounce, for this workspace only. This is checked after
the transaction that marks the message, so that one of two concurrent bounces sees both.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from outrider.access.models import Caller
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.models import Enrollment
from outrider.campaigns.statistics.repository import Statistics
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.kit.observability import metrics
from outrider.kit.outbox import Event, short
from outrider.kit.text.addresses import folded
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.bounces import diagnosis, soft
from outrider.messages.bounces.reasons import RULES, Diagnosis
from outrider.messages.lists import MessageLists
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository


@dataclass(frozen=True, slots=True)
class Bounces:
    """Recorder of bounces in one workspace. Each bounce may be recorded repeatedly and in any
    order."""

    caller: Caller
    contacts: ContactRepository
    suppressions: SuppressionRepository
    elsewhere: GlobalBounces
    messages: MessageRepository
    lists: MessageLists
    mailboxes: MailboxRepository
    statistics: Callable[[str], Statistics]
    endings: Endings

    def record(
        self,
        message: Message,
        why: Diagnosis,
        at: datetime,
        detail: str,
        *,
        everywhere: bool = True,
    ) -> None:
        """Record a bounce of the message. With `everywhere`, an address that does not exist is
        blocked for all workspaces. Raises Contended if every attempt lost its optimistic lock."""
        for _ in attempts():
            found = self.messages.get(message.contact_id, message.id)
            if found is None:
                return
            contact = self.contacts.current(found.contact_id)
            known_as = _known_as(found, contact)
            dead = why.kind == "hard" or found.bounce == "hard"
            actions = list(self._mark_actions(found, why, at, detail))
            if dead:
                actions += self._suppress_actions(found, contact, at, everywhere=everywhere)
            try:
                if actions:
                    transact(*actions)
            except TransactionFailed:
                continue
            if not dead and self._keeps_bouncing(found, known_as):
                why, everywhere = Diagnosis("hard", "kept_bouncing"), False
                continue
            for contact_id in _written_to_as(found, contact):
                if dead:
                    self.endings.end_all(contact_id, "bounced", "hard_bounce")
                else:
                    self._delay_steps(contact_id, why, at)
            return
        raise Contended("Others keep changing this contact")

    def refused(self, enrollment: Enrollment, message: Message, detail: str) -> None:
        """Record that the claimed `message` was refused during sending because its recipient does
        not exist: the message failed, and the enrollment ends.

        Other workspaces are not affected, because a customer chose the server that refused it.
        Raises TransactionFailed if the claim was lost, and Contended if every attempt lost its
        optimistic lock.
        """
        for _ in attempts():
            contact = self.contacts.current(message.contact_id)
            try:
                transact(*self._refuse_actions(enrollment, message, contact, detail))
            except TransactionFailed as failure:
                if failure.reasons[0].failed:
                    raise
                continue
            metrics.count("MessagesRefused")
            for contact_id in _written_to_as(message, contact):
                self.endings.end_all(contact_id, "bounced", "hard_bounce")
            return
        raise Contended("Others keep changing this contact")

    def _refuse_actions(
        self, enrollment: Enrollment, message: Message, contact: Contact | None, detail: str
    ) -> Sequence[Action]:
        now, reason = clock.now(), f"bounced: {detail}"
        why = diagnosis.judge(diagnosis.code_of("", detail), detail)
        if why.kind == "soft":
            why = Diagnosis("hard", "no_such_address")
        bounced = message.model_copy(
            update={
                "state": "failed",
                "reason": reason,
                "bounce": why.kind,
                "bounce_reason": why.reason,
                "bounced_at": clock.to_text(now),
            }
        )
        failed = self.caller.event(
            "email.failed", identity=message.id, reason=short(reason), **message.names()
        )
        return [
            self.messages.add_action(bounced, [failed, self._event(bounced, why, detail)]),
            *self.endings.end_actions(enrollment, "bounced", "hard_bounce", claimed=message.id),
            self.statistics(message.campaign_id).add_action(
                now.date(), message.step_id, message.variant_id, "failed", "bounced"
            ),
            self.mailboxes.record_action(message.mailbox_id, now.date(), "bounced"),
            *self._suppress_actions(bounced, contact, now, everywhere=False),
        ]

    def _mark_actions(
        self, message: Message, why: Diagnosis, at: datetime, detail: str
    ) -> Sequence[Action]:
        """Return the writes that mark and count the bounce. A hard bounce replaces a soft one,
        never the reverse."""
        kind = why.kind
        if message.bounce in (kind, "hard"):
            return ()
        bounced = self._event(message, why, detail)
        today = clock.now().date()
        counted = "bounced" if kind == "hard" else "soft_bounced"
        actions = [
            self.messages.bounce_action(message, why, clock.to_text(at), [bounced]),
            self.statistics(message.campaign_id).add_action(
                today, message.step_id, message.variant_id, counted
            ),
        ]
        if kind == "hard" and message.mailbox_id:
            actions.append(self.mailboxes.record_action(message.mailbox_id, today, "bounced"))
        return actions

    def _event(self, message: Message, why: Diagnosis, detail: str) -> Event:
        return self.caller.event(
            "email.bounced",
            identity=f"{message.id}/{why.kind}",
            bounce=why.kind,
            reason=why.reason,
            detail=detail,
            **message.names(),
        )

    def _suppress_actions(
        self,
        message: Message,
        contact: Contact | None,
        at: datetime,
        *,
        everywhere: bool,
    ) -> Sequence[Action]:
        """Return the writes that suppress the address and mark the contact, without those already
        done."""
        address = message.recipient or (contact.email if contact else None)
        if address is None:
            return ()
        actions = []
        evidence = f"hard bounce: {message.id}, {clock.to_text(at)}"
        suppression = self.suppressions.of_address(address, "bounced", evidence)
        if suppression.id not in self.suppressions.find([address]):
            names = {**suppression.names(), **({"contact_id": contact.id} if contact else {})}
            suppressed = self.caller.event("contact.suppressed", **names)
            actions.append(self.suppressions.add_action(suppression, [suppressed]))
        if everywhere:
            actions.append(self.elsewhere.add_action(address))
        if (
            contact
            and _has_address_of(contact, message)
            and contact.status not in ("bounced", "unsubscribed")
        ):
            after = contact.model_copy(
                update={"status": "bounced", "updated_at": clock.timestamp()}
            )
            actions.append(self.contacts.change_action(contact, after, []))
        return actions

    def _delay_steps(self, contact_id: str, why: Diagnosis, at: datetime) -> None:
        """Delay the contact's active enrollments until the reason's wait is over. An enrollment
        that changes concurrently is not delayed."""
        until = at + RULES[why.reason].wait
        for enrollment in self.endings.of_contact.all(contact_id):
            due = clock.from_text(enrollment.due_at) if enrollment.due_at else at
            if enrollment.state == "active" and due < until and until > clock.now():
                later = self.endings.enrollments(enrollment.campaign_id)
                with suppress(TransactionFailed):
                    transact(later.defer_action(enrollment, clock.to_text(until), why.reason, {}))

    def _keeps_bouncing(self, message: Message, known_as: Iterable[str]) -> bool:
        address = folded(message.recipient or "")
        return soft.keep_bouncing(
            [
                each
                for contact_id in known_as
                for each in self.lists.of_contact(contact_id)
                if each.direction == "out"
                and each.channel == "email"
                and each.sent_at is not None
                and folded(each.recipient or "") == address
            ]
        )


def _known_as(message: Message, contact: Contact | None) -> set[str]:
    """Return the ids that the recipient of the message has or had before merges."""
    return {message.contact_id, *((contact.id, *contact.merged_ids) if contact else ())}


def _written_to_as(message: Message, contact: Contact | None) -> set[str]:
    """Return the ids of the recipient under which steps go to the address of the message: not that
    of the contact if it has another address by now."""
    known_as = _known_as(message, contact)
    if contact and not _has_address_of(contact, message):
        known_as.discard(contact.id)
    return known_as


def _has_address_of(contact: Contact, message: Message) -> bool:
    return folded(contact.email) == folded(message.recipient or contact.email)
