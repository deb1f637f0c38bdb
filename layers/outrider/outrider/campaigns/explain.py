"""Explanation why a campaign is not sending and when it can: mailbox pool, send windows, limits,
due steps."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.dispatch import windows
from outrider.campaigns.dispatch.daily_limits import DailyLimits
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import (
    QUEUED_LANE,
    ROUND,
    STEP_LEASE,
    WITH_WORKFLOW,
    Campaign,
    CampaignStatus,
    Enrollment,
)
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.statistics.models import Audience
from outrider.kit import clock
from outrider.kit.models import Model
from outrider.mailboxes.health.remedies import why_it_cannot_send
from outrider.mailboxes.models import HealthReason, HealthState, Mailbox, Status
from outrider.mailboxes.repository import MailboxRepository
from outrider.sequences.service import SequenceService

MOST_DUE = 200
"""Maximum number of due enrollments that are read."""

CampaignGateName = Literal["campaign", "audience", "mailbox", "campaign_limit", "window", "due"]


class CampaignGate(Model):
    """A reason that keeps the whole campaign from sending; `until` if it ends by itself."""

    gate: CampaignGateName
    reason: str
    remedy: str
    until: str | None = None


class MailboxStanding(Model):
    """A mailbox of the campaign's pool. `reason` and `remedy` explain why it is not sending."""

    id: str
    email: str
    status: Status
    paused_reason: str | None
    health: HealthState
    health_reasons: list[HealthReason]
    cap_today: int
    used_today: int
    room_today: int
    reason: str | None
    remedy: str | None


class WindowStanding(Model):
    """Send windows for contacts without a time zone of their own: whether one is open, or when the
    next one opens."""

    open: bool
    opens_at: str | None
    contacts_have_their_own: bool


class LimitStanding(Model):
    """The campaign's daily limit and its usage today (UTC)."""

    daily_limit: int
    used_today: int
    room_today: int


class DueStanding(Model):
    """Due steps, up to 200; `more` if there are more. `by_reason` counts them by `blocked_reason`,
    with `none` for steps that nothing has blocked so far. `queued` is the number of steps, up to
    200, that are in the queue and will be sent at their slot, within 15 minutes."""

    count: int
    """The number of due steps, up to 200."""
    more: bool
    queued: int
    oldest_due_at: str | None
    by_reason: dict[str, int]


class CampaignExplanation(Model):
    """Explanation of why a campaign is not sending. `gates` are the reasons that block the whole
    campaign, most important first; it is empty if emails can be sent. `next_look_at` is when the
    campaign is next processed, `earliest_send_at` when the next message can be sent: not before
    `next_look_at`, unless its step is in the queue. It is null if somebody has to act first or no
    step is left. For one contact, see `GET /v1/enrollments/{id}/explain`."""

    campaign_id: str
    object: Literal["campaign_explanation"] = "campaign_explanation"
    status: CampaignStatus
    """The status of the campaign: only an `active` one sends."""
    paused_reason: str | None
    enrolling: bool
    audience: Audience
    gates: list[CampaignGate]
    mailbox_pool: str
    mailboxes: list[MailboxStanding]
    window: WindowStanding
    limit: LimitStanding | None
    due: DueStanding
    next_due_at: str | None
    next_look_at: str | None
    earliest_send_at: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Facts read about a campaign."""

    campaign: Campaign
    audience: Audience
    sends_mail: bool
    mailboxes: Sequence[MailboxStanding]
    limit: LimitStanding | None
    due: Sequence[Enrollment]
    slots: Sequence[datetime]
    next_due: datetime | None
    now: datetime

    @property
    def tomorrow(self) -> str:
        """Start of the next UTC day, when daily limits are reset (RFC 3339)."""
        today = self.now.astimezone(UTC).date()
        return clock.to_text(datetime.combine(today + timedelta(days=1), time.min, tzinfo=UTC))

    def opens(self, at: datetime) -> datetime:
        """Return the first time from `at` on at which a window is open for any of the due steps."""
        zones = {each.timezone for each in self.due} or {None}
        return min(windows.earliest(at, self.campaign.settings, zone) for zone in zones)


@dataclass(frozen=True, slots=True)
class CampaignExplainer:
    """Explanations of the campaigns of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceService
    mailboxes: MailboxRepository
    enrollments: Callable[[str], EnrollmentRepository]
    limits: Callable[[str], DailyLimits]

    def explain(self, campaign_id: str) -> CampaignExplanation:
        """Return why the campaign is not sending.

        Raises: CampaignNotFound.
        """
        seen = self._read(campaign_id)
        campaign = seen.campaign
        gates = list(_gates(seen))
        opens = windows.earliest(seen.now, campaign.settings, None)
        reasons = Counter(each.blocked_reason or "none" for each in seen.due)
        looks = campaign.wakes_at if campaign.status == "active" else None
        return CampaignExplanation(
            campaign_id=campaign.id,
            status=campaign.status,
            paused_reason=campaign.paused_reason,
            enrolling=campaign.enrolling,
            audience=seen.audience,
            gates=gates,
            mailbox_pool=campaign.mailbox_pool,
            mailboxes=list(seen.mailboxes),
            window=WindowStanding(
                open=opens <= seen.now,
                opens_at=clock.to_text(opens) if opens > seen.now else None,
                contacts_have_their_own=campaign.settings.use_contact_timezone,
            ),
            limit=seen.limit,
            due=DueStanding(
                count=len(seen.due),
                more=len(seen.due) == MOST_DUE,
                queued=len(seen.slots),
                oldest_due_at=seen.due[0].due_at if seen.due else None,
                by_reason=dict(reasons),
            ),
            next_due_at=clock.to_text(seen.next_due) if seen.next_due else None,
            next_look_at=looks or None,
            earliest_send_at=_earliest(seen, gates, looks),
        )

    def _read(self, campaign_id: str) -> _Seen:
        campaign, shards = self.campaigns.require_with_counts(campaign_id)
        now = clock.now()
        enrollments = self.enrollments(campaign.id)
        lanes = enrollments.places.lanes(campaign)
        due = list(islice(enrollments.due(campaign, now, list(lanes)), MOST_DUE))
        queued = enrollments.due(campaign, now + ROUND + STEP_LEASE, [QUEUED_LANE])
        slots = [slot for each in islice(queued, MOST_DUE) if (slot := each.slot(now))]
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        return _Seen(
            campaign=campaign,
            audience=audience(shards),
            sends_mail=any(step.channel == "email" for step in steps),
            mailboxes=self._mailboxes(campaign.mailbox_pool, now),
            limit=self._limit(campaign, now),
            due=due,
            slots=slots,
            next_due=None if due else min([*lanes.values(), *slots], default=None),
            now=now,
        )

    def _mailboxes(self, pool: str, now: datetime) -> list[MailboxStanding]:
        mailboxes, day = self.mailboxes.of_pool(pool), now.astimezone(UTC).date()
        usage = self.mailboxes.usage([each.id for each in mailboxes], day) if mailboxes else {}
        return [_standing(each, usage[each.id].used, now) for each in mailboxes]

    def _limit(self, campaign: Campaign, now: datetime) -> LimitStanding | None:
        limit = campaign.settings.daily_limit
        if limit is None:
            return None
        used = self.limits(campaign.id).usage(now.astimezone(UTC).date()).campaign
        return LimitStanding(daily_limit=limit, used_today=used, room_today=max(0, limit - used))


def _standing(mailbox: Mailbox, used: int, now: datetime) -> MailboxStanding:
    cap = mailbox.cap_on(now.astimezone(UTC).date())
    reason: str | None = None
    remedy: str | None = None
    if not mailbox.can_send:
        reason, remedy = why_it_cannot_send(mailbox)
    elif used >= cap:
        reason, remedy = "mailbox_cap", "Wait until tomorrow (UTC), or add a mailbox to the pool"
    return MailboxStanding(
        **mailbox.model_dump(include=MailboxStanding.model_fields.keys() - {"reason", "remedy"}),
        cap_today=cap,
        used_today=used,
        room_today=max(0, cap - used),
        reason=reason,
        remedy=remedy,
    )


def _gates(seen: _Seen) -> Iterator[CampaignGate]:
    """Yield the reasons that block the whole campaign, those that a person has to fix first."""
    yield from _status(seen.campaign)
    if not seen.audience.active and not seen.campaign.enrolling and seen.campaign.status != "draft":
        yield _nobody(seen)
    if seen.sends_mail:
        yield from _pool(seen)
    if seen.limit and not seen.limit.room_today:
        yield CampaignGate(
            gate="campaign_limit",
            reason="campaign_limit",
            remedy="Wait until tomorrow (UTC), or raise daily_limit of the campaign",
            until=seen.tomorrow,
        )
    if (opens := seen.opens(seen.now)) > seen.now:
        yield CampaignGate(
            gate="window",
            reason="outside_window",
            remedy="Wait until the window opens, or widen the windows of the campaign",
            until=clock.to_text(opens),
        )
    if seen.next_due and seen.next_due > seen.now:
        yield CampaignGate(
            gate="due",
            reason="nothing_due",
            remedy="Wait until the next step is due",
            until=clock.to_text(seen.next_due),
        )


def _status(campaign: Campaign) -> Iterator[CampaignGate]:
    if campaign.status == "active":
        return
    remedy = {
        "draft": "Launch it with POST /v1/campaigns/{id}/launch",
        "paused": "Resume it with POST /v1/campaigns/{id}/resume",
    }.get(campaign.status, "Nothing: every contact has finished it")
    if campaign.status == "paused" and campaign.paused_reason == "guardrail":
        remedy = (
            "Too many emails bounced or were reported as spam: see GET /v1/deliverability, then"
            " resume it with POST /v1/campaigns/{id}/resume"
        )
    if campaign.workflow_id and campaign.status == "draft":
        remedy = f"Run its workflow with POST /v1/workflows/{campaign.workflow_id}/run"
    if campaign.workflow_id and campaign.paused_reason == WITH_WORKFLOW:
        remedy = f"Resume its workflow with POST /v1/workflows/{campaign.workflow_id}/resume"
    yield CampaignGate(gate="campaign", reason=f"campaign_{campaign.status}", remedy=remedy)


def _nobody(seen: _Seen) -> CampaignGate:
    if seen.audience.failed:
        remedy = (
            f"{seen.audience.failed} failed: GET /v1/campaigns/{{id}}/enrollments?status=failed"
            " shows why; once the cause is fixed, POST /v1/campaigns/{id}/retry"
        )
    elif seen.audience.paused:
        remedy = (
            "The remaining contacts are paused: GET /v1/campaigns/{id}/enrollments?status=paused "
            "shows why; resume them with POST /v1/enrollments/{id}/resume"
        )
    elif seen.campaign.status == "completed":
        remedy = "Create another campaign of its sequence with POST /v1/campaigns"
    else:
        remedy = "Add contacts with POST /v1/campaigns/{id}/audience"
    return CampaignGate(gate="audience", reason="nobody_has_a_step_to_come", remedy=remedy)


def _pool(seen: _Seen) -> Iterator[CampaignGate]:
    if not seen.mailboxes:
        yield CampaignGate(
            gate="mailbox",
            reason="no_mailbox",
            remedy=f"Add a mailbox to {seen.campaign.mailbox_pool} with POST /v1/mailboxes",
        )
    elif all(each.reason for each in seen.mailboxes):
        spent = [each for each in seen.mailboxes if each.reason == "mailbox_cap"]
        first = (spent or list(seen.mailboxes))[0]
        yield CampaignGate(
            gate="mailbox",
            reason=first.reason or "",
            remedy=first.remedy or "",
            until=seen.tomorrow if spent else None,
        )


def _earliest(seen: _Seen, gates: Sequence[CampaignGate], looks: str | None) -> str | None:
    """Return when the next message can be sent, or None if a gate does not open by itself or no
    step is left."""
    if any(gate.until is None for gate in gates) or not (seen.due or seen.next_due):
        return None
    moments = [clock.to_text(seen.now), looks or "", *(gate.until or "" for gate in gates)]
    opens = seen.opens(clock.from_text(max(moments)))
    return clock.to_text(min([opens, *(max(slot, seen.now) for slot in seen.slots)]))
