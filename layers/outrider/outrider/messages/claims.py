"""Claiming a step: one transaction that makes its message ours alone, and that fails where a gate
has closed since everything was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.campaigns.companies import CompanyReplies
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.limits import DailyLimits
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.contacts.touches import Touch
from outrider.kit import clock
from outrider.kit.dynamo import Action, Reason, TransactionFailed, transact
from outrider.kit.outbox import Event
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages import gates
from outrider.messages.decisions import Ready
from outrider.messages.gates import Closed
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.sequences.models import Settings


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of steps of one campaign."""

    campaign_id: str
    enrollments: EnrollmentRepository
    messages: MessageRepository
    contacts: ContactRepository
    suppressions: SuppressionRepository
    bounces: GlobalBounces
    companies: CompanyReplies
    mailboxes: MailboxRepository
    limits: DailyLimits

    def claim(
        self, message: Message, ready: Ready, settings: Settings, events: Sequence[Event] = ()
    ) -> Closed | None:
        """Make the message and its step ours: to be sent now, or for a person to be done. Gives the
        gate that has closed; raises TransactionFailed when something else changed."""
        writes = self._writes(message, ready, settings, events)
        try:
            transact(*(action for actions in writes.values() for action in actions))
        except TransactionFailed as failure:
            reasons = iter(failure.reasons)
            refused = {name: [next(reasons) for _ in actions] for name, actions in writes.items()}
            gate = _closed(message, ready, settings, refused)
            if gate is None:
                raise
            return gate
        return None

    def give_back(self, message: Message, ready: Ready, settings: Settings) -> list[Action]:
        """What was taken for a message that was not sent, for a transaction."""
        given = []
        if message.channel == "email" and ready.mailbox:
            given.append(self.mailboxes.give_back(ready.mailbox.id, message.day))
        if settings.daily_limit is not None:
            given.append(self.limits.give_back(message.day))
        if settings.company_daily_limit is not None and (key := ready.enrollment.company_key):
            given.append(self.limits.give_back(message.day, company=key))
        return given

    def untouch(self, message: Message) -> None:
        """Forget that the contact was written to, for a message that was not sent."""
        at = clock.from_text(message.created_at)
        self.contacts.touches.undo(message.contact_id, self.campaign_id, at)

    def refused(self, message: Message, ready: Ready) -> list[Action]:
        """What is counted of a message that was refused for good, for a transaction."""
        if message.channel != "email" or ready.mailbox is None:
            return []
        return [self.mailboxes.record(ready.mailbox.id, message.day, "refused")]

    def _writes(
        self, message: Message, ready: Ready, settings: Settings, events: Sequence[Event]
    ) -> dict[str, Sequence[Action]]:
        enrollment, contact, day = ready.enrollment, ready.contact, message.day
        interval = timedelta(hours=settings.min_interval_hours)
        company = enrollment.company_key
        writes: dict[str, Sequence[Action]] = {
            "message": self.messages.add(message, events),
            "enrollment": [
                self.enrollments.wait(enrollment, message.id, message.due_at)
                if message.due_at
                else self.enrollments.claim(enrollment, message.id, message.mailbox_id)
            ],
            "contact": [self.contacts.unchanged(contact)],
            "touch": [
                self.contacts.touches.taking(
                    contact.id, self.campaign_id, clock.from_text(message.created_at), interval
                )
            ],
            "suppression": self.suppressions.absent(contact.email, contact.other_emails),
        }
        if settings.stop_for_company and company and enrollment.replied_at is None:
            writes["company"] = [self.companies.absent(company)]
        if message.channel == "email" and ready.mailbox:
            writes["bounce"] = [self.bounces.absent(contact.email)]
            cap = ready.mailbox.cap_on(day)
            writes["mailbox_cap"] = [self.mailboxes.take(ready.mailbox.id, day, cap)]
        if settings.daily_limit is not None:
            writes["campaign_limit"] = [self.limits.take(day, settings.daily_limit)]
        if settings.company_daily_limit is not None and company:
            limit = settings.company_daily_limit
            writes["company_limit"] = [self.limits.take(day, limit, company=company)]
        return writes


def _closed(  # noqa: PLR0911 - one line a gate
    message: Message, ready: Ready, settings: Settings, refused: dict[str, list[Reason]]
) -> Closed | None:
    """The first gate that was closed, in the order of the gates."""

    def closed(name: str) -> bool:
        return any(reason.failed for reason in refused.get(name, []))

    if closed("message") or closed("enrollment"):
        return None
    (contact,), (touched,) = refused["contact"], refused["touch"]
    if contact.failed:
        return None if Contact.from_item(contact.item) else gates.contact_gone()
    if closed("suppression"):
        return gates.suppressed()
    if closed("bounce"):
        return gates.bounced_elsewhere()
    if closed("company"):
        return gates.company_replied()
    if touched.failed and (last := Touch.from_item(touched.item)):
        interval = timedelta(hours=settings.min_interval_hours)
        return gates.recently_contacted(clock.from_text(last.at) + interval)
    if closed("mailbox_cap"):
        return gates.cap_reached("mailbox_cap", ready.enrollment, message.day)
    if closed("campaign_limit"):
        return gates.cap_reached("campaign_limit", ready.enrollment, message.day)
    if closed("company_limit"):
        return gates.cap_reached("company_limit", ready.enrollment, message.day)
    return None
