"""Effects of a reply on the enrollment, the contact and the colleagues of its writer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outrider.access.models import Caller
from outrider.campaigns.dispatch.windows import Calendar
from outrider.campaigns.enrollments import branching
from outrider.campaigns.enrollments.company_replies import CompanyReplies
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import AWAY, NEEDS_REVIEW, Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.statistics.repository import Statistics
from outrider.contacts.models import Contact, Status
from outrider.contacts.repository import ContactRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.messages.models import Classification, Message
from outrider.messages.repository import MessageRepository
from outrider.sequences.models import AUTOMATIC, ReplyClass, Step
from outrider.sequences.repository import SequenceRepository, steps_from

_ABSENT_FOR = timedelta(days=7)
"""Assumed length of an absence without a return date."""
_STATUSES: dict[str, Status] = {"interested": "interested", "not_interested": "not_interested"}
_FINAL: frozenset[Status] = frozenset({"unsubscribed", "bounced"})
_INTEREST: frozenset[Status] = frozenset({"interested", "not_interested"})
_A_DAY_LATER = Step(
    id="stp_back",
    channel="email",
    wait_value=1,
    wait_unit="days",
    wait_basis="working",
    condition="always",
    variants=[],
)


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """Sent message that was answered, with its enrollment, campaign and contact; None for those
    that were deleted."""

    message: Message
    enrollment: Enrollment | None
    campaign: Campaign | None
    contact: Contact | None


def supersedes(new: Classification, old: Classification | None) -> bool:
    """Return whether the new classification replaces the old one as the message's
    classification."""
    if old is None or new.source == "human":
        return True
    if old.source == "human":
        return False
    if new.value in AUTOMATIC:
        return False
    return new.value != "unclassified" or old.value in AUTOMATIC


def absent_until(
    enrollment: Enrollment, campaign: Campaign, back_on: date | None, received: datetime
) -> datetime:
    """Return when the next step may be sent to somebody who is out of office: one working day after
    their return, at the time of day at which it was due, within the sending windows."""
    calendar = Calendar.of(campaign.settings, enrollment.timezone)
    due = clock.from_text(enrollment.due_at) if enrollment.due_at else received
    local = max(due, received).astimezone(calendar.zone)
    day = back_on or (received + _ABSENT_FOR).astimezone(calendar.zone).date()
    return calendar.due_after(calendar.reach(day, local.time()), _A_DAY_LATER)


@dataclass(frozen=True, slots=True)
class Effects:
    """Writes that follow from a reply."""

    caller: Caller
    messages: MessageRepository
    contacts: ContactRepository
    campaigns: CampaignRepository
    sequences: SequenceRepository
    enrollments: Callable[[str], EnrollmentRepository]
    statistics: Callable[[str], Statistics]
    companies: Callable[[str], CompanyReplies]
    endings: Endings

    def around(self, message: Message) -> ReplyContext:
        return ReplyContext(
            message=message,
            enrollment=self.enrollments(message.campaign_id).get(message.contact_id),
            campaign=self.campaigns.get(message.campaign_id),
            contact=self.contacts.current(message.contact_id),
        )

    def count_actions(
        self, message: Message, at: str | None, found: Classification | None
    ) -> Sequence[Action]:
        """Return the writes that note the reply on the message it answers, and count it in the
        statistics. `at` is when a person replied; None for automatic replies. A message counts
        once, on the day of its first reply, under the classification that supersedes the others."""
        before = message.classification
        if found is None or not supersedes(found, before):
            return [self.messages.reply_action(message, at, None)]
        actions = [self.messages.reply_action(message, at, found)]
        statistics = self.statistics(message.campaign_id)
        step, name = (message.step_id, message.variant_id), f"replied_{found.value}"
        if before is None:
            actions.append(statistics.add_action(clock.now().date(), *step, name))
        elif before.value != found.value:
            day = date.fromisoformat(message.classified_on or message.created_at[:10])
            actions.append(statistics.move_action(day, *step, f"replied_{before.value}", name))
        return actions

    def person_actions(
        self,
        around: ReplyContext,
        value: ReplyClass | None,
        at: str,
        *,
        by_human: bool = False,
        in_review: str | None = None,
    ) -> Sequence[Action]:
        """Return the writes that follow from a person's reply; `value` is None for an opt-out
        request. While the reply `in_review` waits for a manual review, the enrollment is held, and
        the enrollments of colleagues continue."""
        actions: list[Action] = []
        if enrollment := around.enrollment:
            if in_review and not enrollment.is_over:
                actions.append(self._hold_action(enrollment, value, in_review))
            else:
                actions += self._enrollment_actions(enrollment, around.campaign, value, at)
            if not in_review and self._stops_company(around) and enrollment.company_key:
                companies = self.companies(enrollment.campaign_id)
                actions.append(companies.note_action(enrollment.company_key, at))
        if contact := around.contact:
            status = status_after(contact.status, value, by_human=by_human)
            after = contact.model_copy(
                update={
                    "status": status,
                    "last_replied_at": max(contact.last_replied_at or "", at),
                    "updated_at": clock.timestamp(),
                }
            )
            actions.append(self.contacts.change_action(contact, after, []))
        return actions

    def machine_actions(
        self, around: ReplyContext, value: ReplyClass, back_on: date | None
    ) -> Sequence[Action]:
        """Return the writes that follow from an automatic reply: the enrollment continues, after
        the return date if the contact is out of office."""
        enrollment, campaign = around.enrollment, around.campaign
        if enrollment is None or enrollment.is_over or enrollment.replied_at:
            return ()
        noted: dict[str, str] = {"reply_class": value}
        if enrollment.in_review:
            noted["in_review"] = enrollment.in_review
        repository = self.enrollments(enrollment.campaign_id)
        if value != "out_of_office" or campaign is None or enrollment.state != "active":
            return (repository.note_reply_action(enrollment, noted),)
        until = clock.to_text(absent_until(enrollment, campaign, back_on, clock.now()))
        if until <= (enrollment.due_at or ""):
            return (repository.note_reply_action(enrollment, noted),)
        return (repository.defer_action(enrollment, until, AWAY, noted),)

    def reviewed_machine_actions(self, around: ReplyContext, value: ReplyClass) -> Sequence[Action]:
        """Return the writes that resume an enrollment held for a review that found the reply to be
        automatic."""
        enrollment, campaign = around.enrollment, around.campaign
        if enrollment is None or enrollment.is_over or not enrollment.in_review:
            return ()
        noted = {"reply_class": value}
        if enrollment.state != "active":
            return (self.enrollments(enrollment.campaign_id).note_reply_action(enrollment, noted),)
        due = _due_again(enrollment)
        if value == "out_of_office" and campaign:
            due = max(due, clock.to_text(absent_until(enrollment, campaign, None, clock.now())))
        return (self.enrollments(enrollment.campaign_id).end_review_action(enrollment, due, noted),)

    def end_colleagues(self, around: ReplyContext) -> None:
        """End the enrollments of the contact's colleagues in the campaign. Those that change
        meanwhile, or are not in the eventually consistent index yet, are ended by the gates of
        their next step."""
        enrollment = around.enrollment
        if enrollment is None or not enrollment.company_key or not self._stops_company(around):
            return
        repository = self.enrollments(enrollment.campaign_id)
        for key in repository.of_company(enrollment.company_key):
            colleague = repository.get(key["sk"])
            if colleague is None or colleague.id == enrollment.id or colleague.is_over:
                continue
            if colleague.state == "sending":
                continue
            try:
                transact(*self.endings.end_actions(colleague, "company_replied", "company_replied"))
            except TransactionFailed:
                continue

    def _enrollment_actions(
        self,
        enrollment: Enrollment,
        campaign: Campaign | None,
        value: ReplyClass | None,
        at: str,
    ) -> Sequence[Action]:
        noted = {"replied_at": enrollment.replied_at or at}
        if value and (value != "unclassified" or enrollment.reply_class in (None, *AUTOMATIC)):
            noted["reply_class"] = value
        repository = self.enrollments(enrollment.campaign_id)
        if enrollment.is_over:
            outcome = {"outcome": value} if value and enrollment.state != "opted_out" else {}
            return (repository.note_reply_action(enrollment, {**noted, **outcome}),)
        # While an email is being sent, only note the reply: the gates of the next step end it.
        if enrollment.state == "sending" or value is None or self._continues(enrollment, campaign):
            if enrollment.in_review and enrollment.state == "active":
                return (repository.end_review_action(enrollment, _due_again(enrollment), noted),)
            return (repository.note_reply_action(enrollment, noted),)
        return self.endings.end_actions(
            enrollment, "replied", "replied", outcome=value, noted=noted
        )

    def _hold_action(
        self, enrollment: Enrollment, value: ReplyClass | None, in_review: str
    ) -> Action:
        """Return the write that holds the enrollment until the review: the reply may come from an
        unrecognised autoresponder."""
        noted = {"in_review": in_review, "reply_class": value or "unclassified"}
        return self.enrollments(enrollment.campaign_id).note_reply_action(enrollment, noted)

    def goes_on(self, around: ReplyContext) -> bool:
        """Return whether the enrollment would continue after a person's reply."""
        return around.enrollment is not None and self._continues(around.enrollment, around.campaign)

    def _continues(self, enrollment: Enrollment, campaign: Campaign | None) -> bool:
        if campaign is None:
            return False
        kept = self.sequences.steps_of(enrollment.sequence_id, enrollment.steps_version)
        steps = steps_from(kept or [])
        return branching.goes_on_after_reply(steps, enrollment.step_id, campaign.settings)

    def _stops_company(self, around: ReplyContext) -> bool:
        return around.campaign is not None and around.campaign.settings.stop_for_company


def _due_again(enrollment: Enrollment) -> str:
    """Return when a step held for a review is due: at its original due time, or now if that passed
    during the review."""
    now = clock.timestamp()
    return now if enrollment.blocked_reason == NEEDS_REVIEW else enrollment.due_at or now


def status_after(now: Status, value: ReplyClass | None, *, by_human: bool) -> Status:
    """Return the contact's status after the reply. Unless `by_human`, a reply of another class
    leaves `interested` and `not_interested` unchanged; nothing replaces `unsubscribed` and
    `bounced`."""
    if now in _FINAL or value is None:
        return now
    if value in _STATUSES:
        return _STATUSES[value]
    return now if now in _INTEREST and not by_human else "replied"
