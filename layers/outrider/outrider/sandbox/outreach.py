"""Example campaigns: their sequences, enrollments, emails and replies, with counts that agree."""

from collections import Counter, defaultdict
from collections.abc import Sequence as Many
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from outrider.campaigns.audience.enroller import company_key
from outrider.campaigns.dispatch.due_index import lane_of
from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.enrollments.repository import NewEnrollment
from outrider.campaigns.models import Campaign, Enrollment, EnrollmentState, StepJob
from outrider.campaigns.statistics.models import audience_group
from outrider.campaigns.statistics.repository import Statistics
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.models import Reason
from outrider.inbound.replies.effects import status_after
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.kit.outbox import Event
from outrider.kit.text import templates
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Classification, MarkedTime, Message
from outrider.messages.sending.outcome import continued
from outrider.messages.sending.step_messages import new_message
from outrider.messages.transports.sandbox import SandboxTransport
from outrider.sandbox.examples import EmailFate, ExampleJourney, ExampleReply, ExampleStep
from outrider.sandbox.models import Making
from outrider.sandbox.people import People
from outrider.sandbox.stores import Stores
from outrider.sequences.models import AUTOMATIC, ReplyClass, Step, Variant

_CONFIDENCE = 0.9
_MARKS: dict[EmailFate, Many[tuple[MarkedTime, str, int]]] = {
    "sent": (),
    "delivered": (("delivered_at", "delivered", 1),),
    "scanned": (("delivered_at", "delivered", 1), ("machine_opened_at", "opened", 2)),
    "opened": (("delivered_at", "delivered", 1), ("opened_at", "opened", 95)),
    "clicked": (
        ("delivered_at", "delivered", 1),
        ("opened_at", "opened", 95),
        ("clicked_at", "clicked", 97),
    ),
    "bounced": (),
}
"""What is recorded of an email: the time on the message, the event `email.…`, and how many minutes
after it was sent."""
_ANSWERED_AFTER, _UNSUBSCRIBED_AFTER, _BOUNCED_AFTER = (
    timedelta(minutes=minutes) for minutes in (260, 100, 1)
)
_BETWEEN_CONTACTS = timedelta(minutes=4)
_SENT_AFTER = timedelta(seconds=20)
"""Time from the enrollment of a contact to its first email."""
_FOLLOWS = timedelta(seconds=1)
"""Time from an email, a reply, a bounce or an opt-out to the end of the enrollment."""
_ENDS: dict[str | None, tuple[EnrollmentState, str]] = {
    "replied": ("replied", "replied"),
    "opted_out": ("opted_out", "unsubscribed"),
    "bounced": ("bounced", "hard_bounce"),
    None: ("finished", "completed"),
}
"""State and exit reason of an enrollment, by the end of its journey."""
_SHARED = {
    *("thread_id", "contact_id", "campaign_id", "sequence_id", "enrollment_id"),
    *("step_id", "variant_id", "mailbox_id", "lead_id"),
}
"""Fields that a reply has from the email that it answers."""


def example_steps(making: Making, name: str, given: Many[ExampleStep]) -> list[Step]:
    """Return the steps of a sequence."""
    return [
        Step(
            id=making.id("stp", f"{name}/{number}"),
            channel="email",
            wait_value=step.wait_days,
            wait_unit="days",
            condition="no_reply" if number else "always",
            variants=[Variant(id="a", subject=step.subject, text=step.text)],
        )
        for number, step in enumerate(given)
    ]


@dataclass(frozen=True, slots=True)
class JourneyOutcome:
    """What became of one contact: its enrollment with its events, and its emails and replies with
    theirs."""

    enrollment: Enrollment
    events: list[Event]
    messages: list[tuple[Message, list[Event]]]
    replied_by: str | None = None
    """Id of the reply by a person."""

    @property
    def contacted_at(self) -> str:
        return self.messages[0][0].created_at

    def with_(self, enrollment: Enrollment, *more: tuple[Message, list[Event]]) -> "JourneyOutcome":
        """Return the same with the enrollment as it is now, and further messages."""
        return replace(self, enrollment=enrollment, messages=[*self.messages, *more])

    def marked(self, message: Message) -> "JourneyOutcome":
        """Return the same with the last message as it is now."""
        *earlier, (_, events) = self.messages
        return replace(self, messages=[*earlier, (message, events)])


@dataclass(slots=True)
class Journeys:
    """Journeys of contacts through one campaign, as it was sent from `start` on. `over` is false if
    the campaign goes on: enrollments without an end then wait for their next step."""

    making: Making
    people: People
    campaign: Campaign
    steps: Many[Step]
    mailbox: Mailbox
    replies: dict[ReplyClass, str]
    start: datetime
    over: bool
    lead_ids: dict[str, str] = field(default_factory=dict)
    passed: dict[str, JourneyOutcome] = field(default_factory=dict)
    sent_on: Counter[str] = field(default_factory=Counter)
    """Numbers of emails by day."""
    bounced_at: list[datetime] = field(default_factory=list)
    """When emails bounced."""
    _counts: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """Statistics by day and step. The relay counts the emails that were sent, delivered, opened and
    clicked, from their events."""
    _suppressed: list[tuple[str, Reason, datetime, Message]] = field(default_factory=list)
    _touched: dict[str, datetime] = field(default_factory=dict)

    def go(self, given: Many[ExampleJourney]) -> None:
        """Take the contacts through the campaign."""
        for number, journey in enumerate(given):
            self.passed[journey.who] = self._pass(journey, self.start + number * _BETWEEN_CONTACTS)

    def add_actions(self, stores: Stores) -> list[list[Action]]:
        """Return the groups of writes of all that happened."""
        campaigns, messages = stores.campaigns, stores.messages
        enrollments = stores.enrollments(self.campaign.id)
        statistics = campaigns.statistics(self.campaign.id)
        groups: list[list[Action]] = [
            [campaigns.counters(self.campaign.id).add_action(**self._audience())]
        ]
        for each in self.passed.values():
            lane = lane_of(each.enrollment, self.steps[0])
            new = NewEnrollment(each.enrollment, each.events, "sandbox", lane)
            groups.append([enrollments.add_action(new, self.campaign.due_shards)])
            for message, events in each.messages:
                groups.append(
                    [messages.add_action(message, events), *messages.content_actions(message)]
                )
        for (day, step_id), counts in self._counts.items():
            groups.append([statistics.add_many_action(day, step_id, "a", counts)])
        for contact_id, at in self._touched.items():
            groups.append(
                [stores.contacts.touches.take_action(contact_id, self.campaign.id, at, timedelta())]
            )
        groups += [self._suppress_actions(stores, *each) for each in self._suppressed]
        return groups

    def _audience(self) -> dict[str, int]:
        states = [each.enrollment.state for each in self.passed.values()]
        groups = Counter[str](map(audience_group, states))
        return {"total": len(self.passed), "enrolled": len(self.passed), **groups}

    def _pass(self, journey: ExampleJourney, begins: datetime) -> JourneyOutcome:
        contact = self.people.contacts[journey.who]
        with self.making.at(begins) as now:
            enrollment = Enrollment(
                id=enrollment_ids.of(self.campaign.id, contact.id),
                campaign_id=self.campaign.id,
                contact_id=contact.id,
                sequence_id=self.campaign.sequence_id,
                steps_version=self.campaign.steps_version,
                step_id=self.steps[0].id,
                timezone=contact.timezone,
                company_key=company_key(contact),
                lead_id=self.lead_ids.get(journey.who),
                mailbox_id=self.mailbox.id,
                created_at=now,
                updated_at=now,
            )
            names = enrollment.names()
            created = self._event("enrollment.created", f"{enrollment.id}/1", **names)
        passed = JourneyOutcome(enrollment, [created], [])
        sent_at = begins + _SENT_AFTER
        for number, (step, fate) in enumerate(zip(self.steps, journey.emails, strict=False), 1):
            sent_at += step.wait
            passed = self._email(passed, contact, step, fate, sent_at)
            for reply in journey.replies:
                if reply.to == number:
                    passed = self._reply(passed, journey, reply, sent_at + _ANSWERED_AFTER)
        self._touched[contact.id] = sent_at
        if journey.end == "opted_out":
            passed = self._opt_out(passed, journey, sent_at + _UNSUBSCRIBED_AFTER)
        if journey.end is None and not self.over:
            return self._waiting(passed, sent_at, self.steps[len(journey.emails)])
        return self._ended(passed, journey)

    def _email(
        self, passed: JourneyOutcome, contact: Contact, step: Step, fate: EmailFate, at: datetime
    ) -> JourneyOutcome:
        enrollment = passed.enrollment
        values = {"first_name": contact.first_name, "company": contact.company}
        thread = enrollment.thread
        with self.making.at(at):
            job = StepJob.of(self.making.caller.workspace, enrollment, step_id=step.id)
            message = new_message(job, enrollment, step)
            variant = step.variants[0]
            subject = variant.subject and templates.render(variant.subject, values, "text")
            written = message.model_copy(
                update={
                    "subject": subject or f"Re: {thread.subject if thread else ''}",
                    "text": templates.render(variant.text or "", values, "text").strip() + "\n",
                    "sender": self.mailbox.email,
                    "recipient": contact.email,
                }
            )
            outcome = SandboxTransport().send(written, self.mailbox, b"")
            sent = written.sent(outcome.provider_id, outcome.rfc_message_id)
            events = [self._event("email.sent", sent.id, **sent.names())]
            self.sent_on[sent.day.isoformat()] += 1
        marks: dict[str, str] = {}
        for time, name, minutes in _MARKS[fate]:
            with self.making.at(at + timedelta(minutes=minutes)) as now:
                machine = {"machine": time == "machine_opened_at"} if name == "opened" else {}
                events.append(self._event(f"email.{name}", sent.id, **sent.names(), **machine))
                marks[time] = now
        happened = {name: marks[name] for name in ("opened_at", "clicked_at") if name in marks}
        after = enrollment.model_copy(
            update={
                **{name: getattr(enrollment, name) or happened[name] for name in happened},
                "step_id": step.id,
                "previous_at": clock.to_text(at),
                "thread": continued(thread, sent),
            }
        )
        sent = sent.model_copy(update=marks)
        if fate == "bounced":
            sent, bounced = self._bounce(sent, contact, at + _BOUNCED_AFTER)
            events.append(bounced)
        return passed.with_(after, (sent, events))

    def _bounce(self, sent: Message, contact: Contact, at: datetime) -> tuple[Message, Event]:
        with self.making.at(at) as now:
            who = contact.email.partition("@")[0]
            self.people.change(who, status="bounced", verified=False, verification=None)
            event = self._event(
                "email.bounced",
                f"{sent.id}/hard",
                bounce="hard",
                reason="no_such_address",
                detail="General: smtp; 550 5.1.1 user unknown",
                **sent.names(),
            )
        self._count(at, sent, "bounced")
        self.bounced_at.append(at)
        bounced = {"bounced_at": now, "bounce": "hard", "bounce_reason": "no_such_address"}
        message = sent.model_copy(update=bounced)
        self._suppressed.append((contact.email, "bounced", at, message))
        return message, event

    def _reply(
        self, passed: JourneyOutcome, journey: ExampleJourney, given: ExampleReply, at: datetime
    ) -> JourneyOutcome:
        answered, _ = passed.messages[-1]
        value, by_machine = given.reply, given.reply in AUTOMATIC
        found = Classification(value=value, source="rule", confidence=_CONFIDENCE)
        contact_id, workspace = answered.contact_id, self.making.caller.workspace
        with self.making.at(at) as now:
            reply = Message(
                id=message_ids.of(contact_id, workspace, "in", contact_id, f"{answered.id}/answer"),
                direction="in",
                state="received",
                sender=answered.recipient,
                recipient=answered.sender,
                subject=f"Re: {(answered.subject or '').removeprefix('Re: ')}",
                text=self.replies[value],
                rfc_message_id=f"{answered.id}.answer@sandbox.test",
                in_reply_to=answered.id,
                classification=found,
                created_at=now,
                **answered.model_dump(include=_SHARED),
            )
            names = {**reply.names(), "in_reply_to": answered.id, "classification": value}
            events = [
                self._event("reply.received", reply.id, stop=False, **names),
                self._event(
                    "reply.classified", reply.id, source="rule", confidence=_CONFIDENCE, **names
                ),
            ]
        self._count(at, answered, f"replied_{value}")
        noted: dict[str, Any] = {"classification": found, "classified_on": at.date().isoformat()}
        on_enrollment: dict[str, Any] = {"reply_class": value}
        if not by_machine:
            noted["replied_at"] = now
            on_enrollment |= {"replied_at": now, "outcome": value}
            contact = self.people.contacts[journey.who]
            status = status_after(contact.status, value, by_human=False)
            self.people.change(journey.who, status=status, last_replied_at=now)
        enrollment = passed.enrollment.model_copy(update=on_enrollment)
        marked = passed.marked(answered.model_copy(update=noted))
        after = marked.with_(enrollment, (reply, events))
        return after if by_machine else replace(after, replied_by=reply.id)

    def _opt_out(
        self, passed: JourneyOutcome, journey: ExampleJourney, at: datetime
    ) -> JourneyOutcome:
        last, _ = passed.messages[-1]
        message = last.model_copy(update={"unsubscribed_at": clock.to_text(at)})
        with self.making.at(at):
            contact = self.people.change(journey.who, status="unsubscribed")
        self._count(at, message, "unsubscribed")
        self._suppressed.append((contact.email, "unsubscribed", at, message))
        return passed.marked(message)

    def _ended(self, passed: JourneyOutcome, journey: ExampleJourney) -> JourneyOutcome:
        state, reason = _ENDS[journey.end]
        enrollment, last = passed.enrollment, passed.messages[-1][0]
        times = (last.created_at, last.bounced_at, last.unsubscribed_at)
        with self.making.at(clock.from_text(max(filter(None, times))) + _FOLLOWS) as now:
            outcome = {"outcome": enrollment.outcome} if journey.end == "replied" else {}
            ended = self._event(
                "enrollment.finished",
                f"{enrollment.id}/1",
                status=state,
                reason=reason,
                **outcome,
                **enrollment.names(),
            )
        after = enrollment.model_copy(
            update={"state": state, "exit_reason": reason, "updated_at": now}
        )
        return replace(passed, enrollment=after, events=[*passed.events, ended])

    def _waiting(
        self, passed: JourneyOutcome, sent_at: datetime, following: Step
    ) -> JourneyOutcome:
        due = clock.to_text(sent_at + following.wait)
        after = passed.enrollment.model_copy(update={"step_id": following.id, "due_at": due})
        return passed.with_(after)

    def _suppress_actions(
        self, stores: Stores, address: str, reason: Reason, at: datetime, message: Message
    ) -> list[Action]:
        how = "hard bounce" if reason == "bounced" else "link"
        with self.making.at(at) as now:
            evidence = f"{how}: {message.id}, {now}"
            suppression = stores.suppressions.of_address(address, reason, evidence)
            names = {**suppression.names(), "contact_id": message.contact_id}
            events = [self.making.recipient.event("contact.suppressed", **names)]
            bounced = [stores.bounces.add_action(address)] if reason == "bounced" else []
            if reason == "unsubscribed":
                left = self.making.recipient.event("contact.unsubscribed", **message.names())
                events.append(left)
        return [stores.suppressions.add_action(suppression, events), *bounced]

    def _count(self, at: datetime, message: Message, name: str) -> None:
        day = at.date().isoformat()
        self._counts[day, message.step_id].update(Statistics.names_at(at, name))

    def _event(self, name: str, identity: str, /, **data: Any) -> Event:
        by_recipient = name in ("email.opened", "email.clicked")
        caller = self.making.recipient if by_recipient else self.making.caller
        return caller.event(name, identity=identity, **data)
