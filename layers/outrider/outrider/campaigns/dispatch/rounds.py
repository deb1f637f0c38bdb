"""Rounds of a campaign: read due enrollments, plan them, reserve slots, queue the steps.

A round reads only as many emails as can be sent, so its cost does not grow with the backlog.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from outrider.access.models import Caller
from outrider.campaigns.dispatch.due_index import FIRST, PLAIN, lane_of, owner
from outrider.campaigns.dispatch.due_reader import DueReading
from outrider.campaigns.dispatch.planner import (
    Capacity,
    Limits,
    Planned,
    Steps,
    capacity,
    needs_mailbox,
    plan,
    round_end,
    step_of,
)
from outrider.campaigns.dispatch.reservations import Reservations, units_of
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import QUEUED, QUEUED_LANE, STEP_LEASE, Campaign, Enrollment, StepJob
from outrider.kit import clock, parallel
from outrider.kit.aws.dynamodb import StoreFailed
from outrider.kit.aws.sqs import Queue, QueueMessage, SendFailed
from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository, MailboxUsage
from outrider.sequences.service import SequenceService

_PLAN_ATTEMPTS = 3
"""Plans of one round; then the next round starts at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """Result of a round.

    `queued`: number of steps put into the queue. `again`: more can be carried out at once. `held`:
    due emails wait for a mailbox or a limit. `coming`: when the next round has something to do, or
    None.
    """

    queued: int = 0
    again: bool = False
    held: bool = False
    coming: datetime | None = None


@dataclass(frozen=True, slots=True)
class DispatchPool:
    """Mailboxes with their usage of the day. Those in `shared` are in the campaign's pool; the
    others send only to contacts that they emailed before."""

    mailboxes: Sequence[Mailbox] = ()
    shared: frozenset[str] = frozenset()
    usage: Mapping[str, MailboxUsage] = field(default_factory=dict)

    def capacities(self, now: datetime) -> list[Capacity]:
        return [
            capacity(
                mailbox,
                now,
                used=self.usage[mailbox.id].used,
                free_at=clock.from_text(at) if (at := self.usage[mailbox.id].free_at) else None,
                shared=mailbox.id in self.shared,
            )
            for mailbox in self.mailboxes
        ]


@dataclass(frozen=True, slots=True)
class RoundService:
    """The rounds of one campaign."""

    caller: Caller
    enrollments: EnrollmentRepository
    mailboxes: MailboxRepository
    reviews: HealthReviews
    sequences: SequenceService
    reservations: Reservations
    steps: Queue

    def carry_out(self, campaign: Campaign, now: datetime) -> Result:
        """Carry out one round: queue the due steps that can be sent, defer the others."""
        reading = DueReading.begin(self.enrollments, campaign, now)
        reading.read_without_mailbox()
        lanes = reading.open_lanes()
        if lanes and self._needs_no_mailboxes(campaign):
            reading.read_lanes(lanes)
            lanes = []
        if not reading.due and not lanes:
            reading.find_next_times()
            return Result(coming=min(reading.moments, default=None))
        steps = self._steps_of(campaign, reading.due)
        emails = [one for one in reading.due if needs_mailbox(campaign, one, steps)]
        writers = {owner(lane) for lane in lanes} | {one.mailbox_id or FIRST for one in emails}
        pool = self._read_pool(campaign, now, writers)
        limits = self._read_limits(campaign, now, reading.due)
        reading.read_emails(lanes, pool.capacities(now), len(emails), limits.left)
        if campaign.settings.company_daily_limit and lanes:
            limits = self._read_limits(campaign, now, reading.due)
        planned = self._plan(reading, steps, pool, limits)
        moved = self._queue(now, planned, steps, campaign)
        _observe_age(planned, now)
        reading.find_next_times()
        going = [one for one in planned if one.goes_out]
        moments = [*reading.moments, *(_next_due(one) for one in planned)]
        deferred = len(going) < len(planned)
        return Result(
            queued=len(going),
            # Another round moved some too, or the deferred steps left their slots to later ones.
            again=reading.more or moved < len(planned) or (reading.held and deferred),
            held=reading.held,
            coming=min(moments, default=None),
        )

    def hand_over(self, campaign: Campaign, enrollment: Enrollment) -> datetime:
        """Queue the step of an enrollment that was just added or resumed, and return when the clock
        has to wake for it: now if there is no slot for it. A failure of AWS is only logged: the
        enrollment is stored, and the next round takes its step."""
        now = clock.now()
        try:
            planned = self._hand_over(campaign, now, enrollment)
        except (StoreFailed, SendFailed):
            logger().exception("a step was left to the next round", enrollment_id=enrollment.id)
            return now
        return _next_due(planned) if planned else clock.from_text(enrollment.due_at or "")

    def _hand_over(
        self, campaign: Campaign, now: datetime, enrollment: Enrollment
    ) -> Planned | None:
        """Return the plan of the queued step, or None if it is due later or there is no slot."""
        until = round_end(now)
        if (enrollment.due_at or "") > clock.to_text(until):
            return None
        steps = self._steps_of(campaign, [enrollment])
        pool = DispatchPool()
        if needs_mailbox(campaign, enrollment, steps):
            pool = self._read_pool(campaign, now, {enrollment.mailbox_id or FIRST})
        limits = self._read_limits(campaign, now, [enrollment])
        planned = plan(
            now, until, campaign, pool.capacities(now), [enrollment], steps=steps, limits=limits
        )
        if not planned[0].goes_out or not self._reserve(campaign, now, planned, pool):
            return None
        return planned[0] if self._queue(now, planned, steps, campaign) else None

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────

    def _needs_no_mailboxes(self, campaign: Campaign) -> bool:
        """Return whether no enrollment has an email to send, although lanes of emails are not
        empty: all have to migrate to the newest steps, and none of these is an email."""
        if not 1 < campaign.least_steps_version == campaign.steps_version:
            return False
        newest = self._steps_of(campaign, ())[campaign.steps_version]
        return all(step.channel != "email" for step in newest)

    def _steps_of(self, campaign: Campaign, due: Sequence[Enrollment]) -> Steps:
        versions = {campaign.steps_version, *(one.steps_version for one in due)}
        return self.sequences.versions(campaign.sequence_id, versions)

    def _read_pool(
        self, campaign: Campaign, now: datetime, writers: Collection[str]
    ) -> DispatchPool:
        """Read the mailboxes of the campaign's pool, and those of `writers` that are in other
        pools."""
        if not writers:
            return DispatchPool()
        mailboxes = self.mailboxes.of_pool(campaign.mailbox_pool)
        shared = frozenset(mailbox.id for mailbox in mailboxes)
        others = set(writers) - shared - {FIRST}
        found = [*mailboxes, *(self.mailboxes.existing(others) if others else ())]
        return self._read_usage(DispatchPool(self.reviews.seen_again(found), shared), now)

    def _read_usage(self, pool: DispatchPool, now: datetime) -> DispatchPool:
        """Read the usage of the day again."""
        ids = [mailbox.id for mailbox in pool.mailboxes]
        return replace(pool, usage=self.mailboxes.usage(ids, now.date()))

    def _read_limits(self, campaign: Campaign, now: datetime, due: Sequence[Enrollment]) -> Limits:
        daily, company = campaign.settings.daily_limit, campaign.settings.company_daily_limit
        if daily is None and company is None:
            return Limits()
        keys = {one.company_key for one in due if one.company_key} if company else set()
        used = self.reservations.limits.usage(now.date(), keys)
        return Limits(
            left=None if daily is None else daily - used.campaign,
            company_left={key: (company or 0) - taken for key, taken in used.companies.items()},
        )

    # ── Carrying out ─────────────────────────────────────────────────────────────────────────────

    def _plan(
        self, reading: DueReading, steps: Steps, pool: DispatchPool, limits: Limits
    ) -> list[Planned]:
        """Plan the round and reserve what the plan needs. If other campaigns keep taking the same
        slots, return an empty plan and have the next round start at once."""
        now, campaign = reading.now, reading.campaign
        for _ in range(_PLAN_ATTEMPTS):
            planned = plan(
                now,
                reading.until,
                campaign,
                pool.capacities(now),
                reading.due,
                steps=steps,
                limits=limits,
            )
            if self._reserve(campaign, now, planned, pool):
                return planned
            pool = self._read_usage(pool, now)
            limits = self._read_limits(campaign, now, reading.due)
        reading.more = True
        return []

    def _reserve(
        self, campaign: Campaign, now: datetime, planned: Sequence[Planned], pool: DispatchPool
    ) -> bool:
        return self.reservations.reserve(
            now.date(), campaign.settings, planned, pool.mailboxes, pool.usage
        )

    def _queue(
        self, now: datetime, planned: Sequence[Planned], steps: Steps, campaign: Campaign
    ) -> int:
        """Send the steps to the queue, then move their due times. Return how many due times were
        moved and not changed by another round. After a crash between the two, the step is due
        again, and its worker finds it done."""
        workspace = self.caller.workspace
        messages = [
            QueueMessage(
                body=StepJob.of(
                    workspace,
                    one.enrollment,
                    mailbox_id=one.mailbox_id or "",
                    units=units_of(now.date(), campaign.settings, one) if one.counts else None,
                    due_at=one.enrollment.due_at,
                ).model_dump(exclude_none=True),
                delay_seconds=math.ceil((one.send_at - now).total_seconds()),
                group=workspace,
            )
            for one in planned
            if one.goes_out
        ]
        try:
            self.steps.send(messages)
        except SendFailed as failure:
            for message in failure.unsent:
                if units := StepJob.model_validate(message.body).units:
                    self.reservations.give_back(units)
            raise
        return sum(parallel.each(lambda one: self._move(campaign, one, steps), planned))

    def _move(self, campaign: Campaign, planned: Planned, steps: Steps) -> bool:
        """Move the due time: of a queued step to its slot plus the step lease, so that it is due
        again if its job is lost; of a deferred step to the planned time, in its lane."""
        enrollment, lane = planned.enrollment, QUEUED_LANE if planned.goes_out else PLAIN
        if not planned.goes_out and needs_mailbox(campaign, enrollment, steps):
            lane = lane_of(enrollment, step_of(campaign, enrollment, steps))
        reason = QUEUED if planned.goes_out else planned.reason
        return self.enrollments.postpone(enrollment, _next_due(planned), reason, lane)


def _observe_age(planned: Sequence[Planned], now: datetime) -> None:
    """Record the metric of how late the oldest step of the round is."""
    due = min((one.enrollment.due_at for one in planned if one.enrollment.due_at), default=None)
    if due:
        metrics.observe_age(max((now - clock.from_text(due)).total_seconds(), 0))


def _next_due(planned: Planned) -> datetime:
    """Return when the step is due again: a queued one when its lease expires, a deferred one at its
    new time."""
    return planned.send_at + STEP_LEASE if planned.goes_out else planned.send_at
