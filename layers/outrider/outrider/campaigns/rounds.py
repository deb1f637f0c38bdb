"""What is carried out in one round: read what is due, plan it, reserve the slots, queue the steps.

Of the mails that wait for a mailbox only as many are read as can be placed: however many are
overdue, a round costs what it carries out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from outrider.access.models import Caller
from outrider.campaigns.due_places import FIRST, MAIL, PLAIN, Lane
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.limits import DailyLimits
from outrider.campaigns.models import ROUND, STEP_LEASE, Campaign, Enrollment, StepJob
from outrider.campaigns.planner import (
    Capacity,
    Limits,
    Planned,
    Steps,
    capacity,
    needs_mailbox,
    plan,
    room,
)
from outrider.campaigns.reading import Reading
from outrider.kit import clock, parallel
from outrider.kit.logs import logger
from outrider.kit.queues import Queue, QueueMessage
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository, Usage
from outrider.mailboxes.reviews import HealthReviews
from outrider.sequences.service import SequenceService

_PLAN_ATTEMPTS = 3
_SETTLES_IN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Queued:
    """Mails that lie in the queue until about `until`: of the caps they will take something that
    is not counted there yet."""

    mails: int = 0
    until: datetime | None = None

    def at(self, now: datetime) -> "Queued":
        return self if self.until and self.until > now else Queued()

    def with_(self, mails: Sequence[Planned]) -> "Queued":
        moments = [one.send_at + _SETTLES_IN for one in mails]
        if self.until:
            moments.append(self.until)
        return Queued(self.mails + len(mails), max(moments, default=None))


@dataclass(frozen=True, slots=True)
class Result:
    """What a round came to. `again`: more can be carried out at once; `full`: lanes in which more
    is due than could be placed."""

    queued: Queued
    again: bool = False
    full: frozenset[Lane] = frozenset()
    nothing_due: bool = False
    coming: datetime | None = None
    """Where nothing was due: when the next mail that waits for a mailbox is."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Mailboxes with what was read of their day. Those in `shared` are the campaign's; the others
    send only for those they wrote to before."""

    mailboxes: Sequence[Mailbox] = ()
    shared: frozenset[str] = frozenset()
    usage: Mapping[str, Usage] | None = None

    def capacities(self, now: datetime) -> list[Capacity]:
        usage = self.usage or {}
        return [
            capacity(
                mailbox,
                now,
                used=usage[mailbox.id].used,
                free_at=clock.from_text(at) if (at := usage[mailbox.id].free_at) else None,
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
    limits: DailyLimits
    steps: Queue

    def carry_out(self, campaign: Campaign, now: datetime, queued: Queued) -> Result:
        queued = queued.at(now)
        reading = Reading(self.enrollments, campaign, now)
        reading.plain()
        lanes = reading.lanes_due()
        if not reading.due and not lanes:
            return Result(queued, nothing_due=True, coming=reading.coming)
        versions = {one.steps_version for one in reading.due} | {campaign.steps_version}
        steps = self.sequences.versions(campaign.sequence_id, versions)
        if FIRST in lanes and not _begins_with_mail(campaign, steps):
            lanes.remove(FIRST)
            reading.firsts()
        pool = self._read_pool(campaign, now, lanes, _mails(reading.due, steps))
        limits = self._read_limits(campaign, now, queued, reading.due)
        reading.mails(lanes, _room(pool, now, queued, limits) - len(_mails(reading.due, steps)))
        if not reading.due:
            return Result(queued, full=frozenset(reading.full))
        if campaign.settings.company_daily_limit and lanes:
            limits = self._read_limits(campaign, now, queued, reading.due)
        planned = self._plan(reading, steps, pool, limits)
        going = self._queue(now, planned, steps)
        # The index still showed what was moved before: what is behind it was not read.
        lagging = len(going) < sum(one.goes_out for one in planned)
        return Result(
            queued.with_([one for one in going if needs_mailbox(one.enrollment, steps)]),
            again=not planned or lagging or (reading.more and bool(going)),
            full=frozenset(reading.full),
        )

    def hand_over(self, campaign: Campaign, enrollment: Enrollment) -> None:
        """Have somebody's step carried out who came between two rounds: the clock may be waiting.
        Where that does not go, or fails, the next round finds it."""
        try:
            self._hand_over(campaign, clock.now(), enrollment)
        except Exception:
            logger().exception("a step was left to the next round", enrollment_id=enrollment.id)

    def _hand_over(self, campaign: Campaign, now: datetime, enrollment: Enrollment) -> bool:
        """False when it is due later, or finds no place."""
        if (enrollment.due_at or "") > clock.to_text(now + ROUND):
            return False
        steps = self.sequences.versions(campaign.sequence_id, {enrollment.steps_version})
        pool = self._read_pool(campaign, now, [], _mails([enrollment], steps))
        limits = self._read_limits(campaign, now, Queued(), [enrollment])
        capacities = pool.capacities(now)
        planned = plan(
            now, now + ROUND, campaign, capacities, [enrollment], steps=steps, limits=limits
        )
        going = planned[0].goes_out and self._reserve(planned, pool)
        return going and bool(self._queue(now, planned, steps))

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────

    def _read_pool(
        self,
        campaign: Campaign,
        now: datetime,
        lanes: Sequence[Lane],
        mails: Sequence[Enrollment],
    ) -> Pool:
        """The mailboxes of the campaign, and those that wrote to any of `mails` before."""
        if not lanes and not mails:
            return Pool()
        mailboxes = self.reviews.seen_again(self.mailboxes.of_pool(campaign.mailbox_pool))
        shared = frozenset(mailbox.id for mailbox in mailboxes)
        return self._with_writers(Pool(mailboxes, shared), now, mails)

    def _with_writers(self, pool: Pool, now: datetime, mails: Sequence[Enrollment]) -> Pool:
        known = {mailbox.id for mailbox in pool.mailboxes}
        writers = {one.mailbox_id for one in mails if one.mailbox_id} - known
        others = self.mailboxes.existing(writers) if writers else ()
        if pool.usage is not None and not others:
            return pool
        return self._look_again(replace(pool, mailboxes=[*pool.mailboxes, *others]), now)

    def _look_again(self, pool: Pool, now: datetime) -> Pool:
        ids = [mailbox.id for mailbox in pool.mailboxes]
        return replace(pool, usage=self.mailboxes.usage(ids, now.date()))

    def _read_limits(
        self, campaign: Campaign, now: datetime, queued: Queued, due: Sequence[Enrollment]
    ) -> Limits:
        daily, company = campaign.settings.daily_limit, campaign.settings.company_daily_limit
        if daily is None and company is None:
            return Limits()
        keys = {one.company_key for one in due if one.company_key} if company else set()
        used = self.limits.usage(now.date(), keys)
        return Limits(
            left=None if daily is None else daily - used.campaign - queued.mails,
            company_left={key: (company or 0) - taken for key, taken in used.companies.items()},
        )

    # ── Carrying out ─────────────────────────────────────────────────────────────────────────────

    def _plan(self, reading: Reading, steps: Steps, pool: Pool, limits: Limits) -> list[Planned]:
        """The plan, its slots reserved; nothing when other campaigns keep getting in between."""
        now, due = reading.now, reading.due
        pool = self._with_writers(pool, now, _mails(due, steps)) if pool.mailboxes else pool
        for _ in range(_PLAN_ATTEMPTS):
            planned = plan(
                now,
                now + ROUND,
                reading.campaign,
                pool.capacities(now),
                due,
                steps=steps,
                limits=limits,
            )
            if self._reserve(planned, pool):
                return planned
            pool = self._look_again(pool, now)
        return []

    def _reserve(self, planned: Sequence[Planned], pool: Pool) -> bool:
        """Take the slots of mailboxes that keep a gap. Not when another plan took some since."""
        gaps = {one.id: timedelta(seconds=one.min_gap_seconds) for one in pool.mailboxes}
        last: dict[str, datetime] = {}
        for one in planned:
            if one.takes_slot and gaps.get(one.mailbox_id or ""):
                last[one.mailbox_id or ""] = one.send_at
        usage = pool.usage or {}
        return all(
            self.mailboxes.reserve(
                mailbox_id, usage[mailbox_id].free_at, clock.to_text(slot + gaps[mailbox_id])
            )
            for mailbox_id, slot in last.items()
        )

    def _queue(self, now: datetime, planned: Sequence[Planned], steps: Steps) -> list[Planned]:
        """Move the due times, and queue what goes out; gives those that nobody else moved."""
        moved = parallel.each(lambda one: self._move(one, steps), planned)
        going = [one for one, ours in zip(planned, moved, strict=True) if ours and one.goes_out]
        self.steps.send(
            [
                QueueMessage(
                    body=StepJob.of(
                        self.caller.workspace, one.enrollment, mailbox_id=one.mailbox_id or ""
                    ).model_dump(),
                    delay_seconds=round((one.send_at - now).total_seconds()),
                )
                for one in going
            ]
        )
        return going

    def _move(self, planned: Planned, steps: Steps) -> bool:
        """Move the due time behind the slot, so that a step whose job is lost comes up again; or to
        when it can be placed, among those of its kind."""
        enrollment = planned.enrollment
        if planned.goes_out:
            return self.enrollments.postpone(enrollment, planned.send_at + STEP_LEASE, None)
        lane = PLAIN
        if needs_mailbox(enrollment, steps):
            lane = MAIL if enrollment.mailbox_id else FIRST
        return self.enrollments.postpone(enrollment, planned.send_at, planned.reason, lane)


def _room(pool: Pool, now: datetime, queued: Queued, limits: Limits) -> int:
    found = room(now, now + ROUND, pool.capacities(now), queued.mails)
    return found if limits.left is None else min(found, limits.left)


def _mails(due: Sequence[Enrollment], steps: Steps) -> list[Enrollment]:
    return [one for one in due if needs_mailbox(one, steps)]


def _begins_with_mail(campaign: Campaign, steps: Steps) -> bool:
    own = steps.get(campaign.steps_version)
    return not own or own[0].channel == "email"
