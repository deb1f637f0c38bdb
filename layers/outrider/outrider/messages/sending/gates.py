"""The gates that a step must pass to be carried out: a pure function of a snapshot.

They are evaluated twice: before the step is claimed, and on the data that is read again after the
claim, right before the message is sent. Closed gates are listed in a fixed order; the first one
decides what happens to the step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from outrider.campaigns.dispatch import windows
from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import (
    ERASED,
    NEEDS_REVIEW,
    UNKNOWN_OUTCOME,
    EndState,
    Enrollment,
)
from outrider.kit import clock
from outrider.mailboxes.health.remedies import why_it_cannot_send
from outrider.messages.content.rendering import is_phone, write
from outrider.messages.models import GateName
from outrider.messages.sending.snapshot import Snapshot
from outrider.sequences.models import Step

_LATER = timedelta(hours=1)
"""Delay until the next attempt when the time at which the gate opens is unknown."""
_RIVAL_DELAY = timedelta(hours=12)
_REVIEW_DELAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stay:
    """Consequence: the step stays as it is, and becomes due again when a user changes something."""


@dataclass(frozen=True, slots=True)
class End:
    """Consequence: the enrollment ends in `state`."""

    state: EndState


@dataclass(frozen=True, slots=True)
class Defer:
    """Consequence: the step is due again at `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed gate, the reason, and the remedy that opens it."""

    gate: GateName
    reason: str
    remedy: str
    then: Stay | End | Defer

    waits_for_somebody: bool = False
    """True if it stays closed until a person acts, however often the step becomes due."""

    @property
    def until(self) -> datetime | None:
        """The time at which the gate opens without a person's action, or None."""
        if self.waits_for_somebody:
            return None
        return self.then.until if isinstance(self.then, Defer) else None


def closed(seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime) -> Iterator[Closed]:
    """Yield all gates that are closed for this step of the enrollment."""
    yield from at_sending(seen, enrollment, step, now)
    yield from _content(seen, enrollment, step)


def at_sending(
    seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime
) -> Iterator[Closed]:
    """Yield the closed gates that can change while a step is carried out: all except its
    content."""
    yield from running(seen, enrollment)
    yield from standing(seen, enrollment, step, now)
    yield from passing(seen, enrollment, step, now)


def running(seen: Snapshot, enrollment: Enrollment) -> Iterator[Closed]:
    """Yield the closed gates of the workspace, the campaign and the enrollment."""
    if seen.links is None:
        yield Closed("workspace", "workspace_gone", "None", Stay())
    if seen.suspended:
        remedy = "Ask the operator of this deployment to resume the workspace"
        yield Closed("workspace", "workspace_suspended", remedy, Stay())
    status = seen.campaign.status if seen.campaign else "gone"
    if status != "active":
        remedy = {
            "paused": "Resume it with POST /v1/campaigns/{id}/resume",
            "draft": "Launch it with POST /v1/campaigns/{id}/launch",
        }.get(status, "Nothing: the campaign has ended")
        yield Closed("campaign", f"campaign_{status}", remedy, Stay())
    if enrollment.is_over:
        remedy = "Nothing: the contact has finished the campaign"
        if enrollment.state == "failed" and enrollment.exit_reason != ERASED:
            remedy = "Once the cause is fixed, retry it with POST /v1/campaigns/{id}/retry"
        yield Closed("enrollment", enrollment.exit_reason or enrollment.state, remedy, Stay())
    elif enrollment.state == "paused":
        reason = enrollment.blocked_reason or "paused"
        remedy = "Resume it with POST /v1/enrollments/{id}/resume"
        if reason == UNKNOWN_OUTCOME:
            remedy = (
                "Check whether its message was sent (GET /v1/messages?status=unknown) and record "
                "the outcome with POST /v1/messages/{id}/settle"
            )
        yield Closed("enrollment", reason, remedy, Stay())


def standing(seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime) -> Iterator[Closed]:
    """Yield the closed gates of the recipient, which do not open with time. They are checked before
    the step's condition."""
    yield from _contact(seen, step)
    yield from _suppression(seen, step)
    if seen.contact and seen.contact.status == "unsubscribed":
        yield Closed(
            "opted_out",
            "unsubscribed",
            "Nothing: the contact has unsubscribed",
            End("opted_out"),
        )
    if enrollment.in_review:
        remedy = (
            f"Read message {enrollment.in_review} and set its class with"
            " PATCH /v1/messages/{id}/classification"
        )
        again = Defer(now + _REVIEW_DELAY)
        yield Closed("review", NEEDS_REVIEW, remedy, again, waits_for_somebody=True)
    yield from _replied(seen, enrollment, step)


def passing(seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime) -> Iterator[Closed]:
    """Yield the closed gates that may open with time: other campaigns, interval, window, caps,
    mailboxes."""
    if seen.rivals:
        yield rival(seen.rivals[0], now)
    if (until := _interval_end(seen)) is not None and until > now:
        yield recently_contacted(until)
    opens = windows.earliest(now, seen.settings, enrollment.timezone)
    if opens > now:
        yield Closed(
            "window",
            "outside_window",
            "Wait until the window opens, or widen the windows of the campaign",
            Defer(opens),
        )
    yield from _caps(seen, enrollment, step, now)
    if step.channel == "email":
        yield from _mailboxes(seen, now)


# ── Gates that other modules close too ────────────────────────────────────────────────────────────


def no_content(reason: str, *, approved: bool = False) -> Closed:
    """Return the closed gate of a message that cannot be composed, or not be sent as it was
    approved."""
    remedy = "Give the contact the fields that the step's text uses, or give the variable a default"
    if approved:
        remedy = "Nothing: the message cannot be sent as it was approved"
    return Closed("content", f"content: {reason}", remedy, End("failed"))


def rival(other: Enrollment, now: datetime) -> Closed:
    return Closed(
        "exclusivity",
        "in_other_active_campaign",
        f"Wait until the contact has finished {other.campaign_id}, or stop {other.id} there",
        Defer(now + _RIVAL_DELAY),
    )


def recently_contacted(until: datetime) -> Closed:
    return Closed(
        "interval",
        "recently_contacted",
        "Wait: another campaign wrote to the contact a short time ago",
        Defer(until),
    )


# ── The others ───────────────────────────────────────────────────────────────────────────────────


def _contact(seen: Snapshot, step: Step) -> Iterator[Closed]:
    contact = seen.contact
    if contact is None:
        yield Closed(
            "contact", "contact_deleted", "Nothing: the contact was deleted", End("stopped")
        )
    elif step.channel == "email":
        if contact.verification and contact.verification.verdict == "invalid":
            remedy = "Give the contact an address that can receive email"
            yield Closed("address", "invalid_address", remedy, End("failed"))
        if contact.status == "bounced":
            remedy = "Give the contact an address that exists, and set its status to active"
            yield Closed("address", "address_bounced", remedy, End("bounced"))
    elif step.channel == "sms" and not is_phone(contact.phone):
        remedy = "Give the contact a phone number like +4915112345678"
        yield Closed("address", "no_phone", remedy, End("failed"))


def _suppression(seen: Snapshot, step: Step) -> Iterator[Closed]:
    if seen.standing:
        for suppression in seen.standing.suppressions:
            remedy = (
                "Remove the suppression with DELETE /v1/suppressions/{id}, if you may write to them"
                " again"
            )
            reason = f"suppressed_{suppression.kind}"
            yield Closed("suppression", reason, remedy, End("opted_out"))
        if seen.standing.bounced_elsewhere and step.channel == "email":
            remedy = (
                "Give the contact an address that exists: email to this one was rejected "
                "permanently"
            )
            yield Closed("suppression", "hard_bounce", remedy, End("bounced"))


def _replied(seen: Snapshot, enrollment: Enrollment, step: Step) -> Iterator[Closed]:
    replied = enrollment.replied_at is not None
    if replied and not branching.goes_on_after_reply(seen.steps, step.id, seen.settings):
        remedy = "Nothing: they replied; GET /v1/messages?contact_id={id} has what they wrote"
        yield Closed("replied", "replied", remedy, End("replied"))
    if not replied and seen.standing and seen.standing.company_replied:
        remedy = "Nothing: a colleague has replied, and the campaign stops for the whole company"
        yield Closed("company_replied", "company_replied", remedy, End("company_replied"))


def _caps(seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime) -> Iterator[Closed]:
    if seen.supply is None:
        return
    day = now.astimezone(UTC).date()
    tomorrow = Defer(_next_day(enrollment, day))
    senders = [each for each in seen.supply.senders if each.mailbox.can_send]
    spent = all(sender.used >= sender.mailbox.cap_on(day) for sender in senders)
    if step.channel == "email" and senders and spent:
        remedy = "Wait until tomorrow, or add a mailbox to the pool"
        yield Closed("mailbox_cap", "mailbox_cap", remedy, tomorrow)
    limit, company_limit = seen.settings.daily_limit, seen.settings.company_daily_limit
    if limit is not None and seen.supply.used_by_campaign >= limit:
        remedy = "Wait until tomorrow, or raise daily_limit of the campaign"
        yield Closed("campaign_limit", "campaign_limit", remedy, tomorrow)
    if (
        company_limit is not None
        and enrollment.company_key
        and seen.supply.used_by_company >= company_limit
    ):
        remedy = "Wait until tomorrow, or raise company_daily_limit of the campaign"
        yield Closed("company_limit", "company_limit", remedy, tomorrow)


def _mailboxes(seen: Snapshot, now: datetime) -> Iterator[Closed]:
    if seen.supply:
        mailboxes = [sender.mailbox for sender in seen.supply.senders]
    else:
        mailboxes = [seen.mailbox] if seen.mailbox else []
    if not mailboxes:
        remedy = "Add a mailbox to the pool of the campaign"
        yield _unable("no_mailbox", remedy, now)
    elif not any(mailbox.can_send for mailbox in mailboxes):
        tries = min(filter(None, (mailbox.retry_at for mailbox in mailboxes)), default=None)
        again = clock.from_text(tries) if tries else None
        yield _unable(*why_it_cannot_send(mailboxes[0]), now, again)


def _unable(reason: str, remedy: str, now: datetime, again: datetime | None = None) -> Closed:
    """Return the closed mailbox gate. `again` is the time at which the circuit breaker of a mailbox
    allows the next probe."""
    until = max(again, now) if again else now + _LATER
    return Closed("mailbox", reason, remedy, Defer(until), waits_for_somebody=True)


def _content(seen: Snapshot, enrollment: Enrollment, step: Step) -> Iterator[Closed]:
    if step.channel == "email" and seen.mailbox is None:
        return  # without a sender the content cannot be rendered; the mailbox gate reports it
    try:
        write(seen, enrollment, step)
    except ValueError as error:
        yield no_content(str(error), approved=enrollment.sends_approved)


def _next_day(enrollment: Enrollment, day: date) -> datetime:
    """Return a time within the first hour of the day (UTC) after `day`, when the daily caps begin
    anew; enrollments are spread over the hour."""
    spread = timedelta(seconds=int(enrollment.id[-4:], 36) % 3_600)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC) + spread


def _interval_end(seen: Snapshot) -> datetime | None:
    """Return the time from which the contact may be written to again after another campaign's
    message, or None."""
    touch, campaign = seen.touch, seen.campaign
    if touch is None or campaign is None or touch.by == campaign.id:
        return None
    interval = timedelta(hours=seen.settings.min_interval_hours)
    return clock.from_text(touch.at) + interval if interval else None
