"""Planner of a round: assigns a mailbox and a send time to each due step.

It is a pure function: nothing is random or reads the clock. Jitter and the choice of mailbox come
from a hash of ids and the day, so the same input has the same plan.
"""

import hashlib
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from outrider.campaigns.dispatch.windows import Calendar
from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import ROUND, Campaign, Enrollment
from outrider.kit import clock
from outrider.mailboxes.health.breaker import PROBE
from outrider.mailboxes.models import Mailbox
from outrider.sequences.models import Step

_LOOK_AGAIN = timedelta(hours=1)
_JITTER = 4
"""Divisor of the jitter: a slot is delayed by up to a quarter of the mailbox's gap."""

Steps = Mapping[int, Sequence[Step]]
"""Steps by version: the versions of the due enrollments and the campaign's newest."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Remaining capacity of a mailbox today.

    `left` is the rest of its daily cap. `free_at`: when its minimum gap has passed. `blocked`: the
    reason why it cannot send at all. If not `shared`, it sends only to contacts that it emailed
    before. `again_at`: when the circuit breaker of a failing mailbox allows the next probe; during
    a probe of one email the mailbox is not blocked.
    """

    mailbox_id: str
    left: int
    min_gap: timedelta
    free_at: datetime
    blocked: str | None = None
    shared: bool = True
    again_at: datetime | None = None

    @property
    def used_up(self) -> str:
        """Reason why the mailbox sends nothing more when `left` is 0."""
        return "mailbox_failing" if self.again_at else "mailbox_cap"


def capacity(
    mailbox: Mailbox, now: datetime, *, used: int, free_at: datetime | None, shared: bool = True
) -> Capacity:
    """Return the capacity of a mailbox that has sent `used` emails of today's cap and is free at
    `free_at`."""
    blocked = mailbox.blocked
    left, again_at = mailbox.cap_on(now.date()) - used, None
    if mailbox.is_half_open:
        left, again_at = min(left, 1), now + PROBE
    elif blocked and mailbox.retry_at:
        again_at = clock.from_text(mailbox.retry_at)
    return Capacity(
        mailbox_id=mailbox.id,
        left=left,
        min_gap=timedelta(seconds=mailbox.min_gap_seconds),
        free_at=max(free_at or now, mailbox.rests_until(now) or now),
        blocked=blocked,
        shared=shared,
        again_at=again_at,
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """Rest of the campaign's daily limits, in total and per company key; None means no limit."""

    left: int | None = None
    company_left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """Plan for the next step of `enrollment`: to be sent at `send_at` from `mailbox_id`, which is
    None if the step needs no mailbox. With a `reason` the step is not sent but deferred until
    `send_at`."""

    enrollment: Enrollment
    variant_id: str | None
    mailbox_id: str | None
    send_at: datetime
    reason: str | None = None
    counts: bool = False
    """True if it counts against the daily limits of the campaign and its mailbox."""

    @property
    def goes_out(self) -> bool:
        return self.reason is None


def plan(
    now: datetime,
    until: datetime,
    campaign: Campaign,
    capacities: Sequence[Capacity],
    due: Sequence[Enrollment],
    *,
    steps: Steps,
    limits: Limits | None = None,
) -> list[Planned]:
    """Return one plan for each due enrollment: a slot up to `until`, or the time to defer it to.

    Enrollments are served in the order in which their windows open, then by due time. A step whose
    version is not in `steps` counts as an email: the worker that gets it finds out.
    """
    planner = _Planner(now, until, campaign, _Pool(capacities), steps, limits or Limits())
    waiting = sorted(
        ((planner.ready_at(one), one.due_at or "", one.id, one) for one in due),
        key=lambda each: each[:3],
    )
    return [planner.place(enrollment, ready) for ready, _, _, enrollment in waiting]


def slots(now: datetime, until: datetime, capacity: Capacity) -> int:
    """Return how many emails are sure to find a slot of the mailbox before `until`, with the
    longest possible jitter."""
    if capacity.blocked or capacity.left <= 0 or capacity.free_at > until:
        return 0
    if not capacity.min_gap:
        return capacity.left
    latest = capacity.min_gap / _JITTER
    span = until - max(now, capacity.free_at) - latest
    return max(0, min(capacity.left, span // (capacity.min_gap + latest) + 1))


def room(now: datetime, until: datetime, capacities: Sequence[Capacity]) -> int:
    """Return how many emails are sure to find a slot in the round, from all shared mailboxes."""
    return sum(slots(now, until, one) for one in capacities if one.shared)


def round_end(now: datetime) -> datetime:
    """Return the time up to which a round plans: 15 minutes, but not into the next UTC day and its
    caps."""
    return min(now + ROUND, next_day(now))


def next_day(now: datetime) -> datetime:
    """Return the start of the next UTC day, when daily caps and limits are reset."""
    day = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time.min, tzinfo=UTC)


def step_of(campaign: Campaign, enrollment: Enrollment, steps: Steps) -> Step | None:
    """Return the next step of an enrollment, taken from the newest version if the enrollment has to
    migrate to it. Return None if its version is not in `steps` or the newest version has no step
    left."""
    own = steps.get(enrollment.steps_version, ())
    moves = enrollment.steps_version < campaign.least_steps_version
    version = steps.get(campaign.steps_version, ()) if moves else own
    return branching.same_or_next(own, version, enrollment.step_id or "")


def needs_mailbox(campaign: Campaign, enrollment: Enrollment, steps: Steps) -> bool:
    """Return whether the next step of an enrollment needs a slot of a mailbox. A step of an unknown
    version does. An expired claim and an overdue task do not: only their outcome has to be
    recorded."""
    if enrollment.state != "active" or enrollment.steps_version not in steps:
        return enrollment.state == "active"
    step = step_of(campaign, enrollment, steps)
    return step is not None and step.channel == "email"


@dataclass(slots=True)
class _Planner:
    now: datetime
    until: datetime
    campaign: Campaign
    pool: "_Pool"
    steps: Steps
    limits: Limits
    _calendars: dict[str | None, Calendar] = field(default_factory=dict)
    _taken: int = 0
    _company_taken: dict[str, int] = field(default_factory=dict)

    def ready_at(self, enrollment: Enrollment) -> datetime:
        """Return the first time from now on at which the step is due and the send window is
        open."""
        at = clock.from_text(enrollment.due_at) if enrollment.due_at else self.now
        ready = max(self.now, at)
        return self._calendar(enrollment).earliest(ready) if enrollment.state == "active" else ready

    def place(self, enrollment: Enrollment, ready: datetime) -> Planned:  # noqa: PLR0911 - a list of rules
        """Return the plan for one enrollment whose step can be sent from `ready` on."""
        step = step_of(self.campaign, enrollment, self.steps)
        variant = step.variant_for(enrollment.id).id if step else None
        if enrollment.state != "active":
            return Planned(enrollment, variant, enrollment.mailbox_id, ready)
        if ready > self.until:
            return Planned(enrollment, variant, None, ready, "window")
        if step and step.by_person:
            return Planned(enrollment, variant, None, ready)
        if full := self._full(enrollment):
            return Planned(enrollment, variant, None, self._tomorrow(enrollment), full)
        mailbox_id, send_at = None, ready
        if needs_mailbox(self.campaign, enrollment, self.steps):
            slot = self.pool.slot(enrollment, ready)
            if isinstance(slot, str):
                return Planned(enrollment, variant, None, self._later(enrollment, slot), slot)
            mailbox_id, send_at = slot
            if (opens := self._calendar(enrollment).earliest(send_at)) != send_at:
                return Planned(enrollment, variant, None, opens, "window")
            self.pool.take(mailbox_id, send_at)
            if send_at > self.until:
                return Planned(enrollment, variant, None, send_at, "mailbox_gap")
        self._take(enrollment)
        return Planned(enrollment, variant, mailbox_id, send_at, counts=True)

    def _full(self, enrollment: Enrollment) -> str | None:
        """Return the name of the daily limit that is reached, or None."""
        if self.limits.left is not None and self._taken >= self.limits.left:
            return "campaign_daily_limit"
        key = enrollment.company_key or ""
        left = self.limits.company_left.get(key)
        if left is not None and self._company_taken.get(key, 0) >= left:
            return "company_daily_limit"
        return None

    def _take(self, enrollment: Enrollment) -> None:
        self._taken += 1
        key = enrollment.company_key or ""
        self._company_taken[key] = self._company_taken.get(key, 0) + 1

    def _later(self, enrollment: Enrollment, reason: str) -> datetime:
        """Return when to try again: tomorrow if the daily caps are used up, at the next probe of a
        failing mailbox, else in an hour, because a mailbox may be added or recover at any time."""
        if reason == "mailbox_cap":
            return self._tomorrow(enrollment)
        again = self.pool.again_at if reason == "mailbox_failing" else None
        return self._calendar(enrollment).earliest(again or self.now + _LOOK_AGAIN)

    def _tomorrow(self, enrollment: Enrollment) -> datetime:
        """Return the start of the next UTC day, or the first opening of a send window after it."""
        return self._calendar(enrollment).earliest(next_day(self.now))

    def _calendar(self, enrollment: Enrollment) -> Calendar:
        zone = enrollment.timezone
        if zone not in self._calendars:
            self._calendars[zone] = Calendar.of(self.campaign.settings, zone)
        return self._calendars[zone]


class _Pool:
    """Mailboxes of a round and their remaining slots.

    Shared mailboxes are either in `_free` (free at the last look) or in the heap `_busy`, ordered
    by the time at which they become free. A mailbox that was used meanwhile by contacts it emailed
    before is moved to its right place when its turn comes.
    """

    def __init__(self, capacities: Sequence[Capacity]) -> None:
        ordered = sorted(capacities, key=lambda one: one.mailbox_id)
        self._of = {one.mailbox_id: one for one in ordered}
        self._left = {one.mailbox_id: one.left for one in ordered}
        self._free_at = {one.mailbox_id: one.free_at for one in ordered}
        shared = [one for one in ordered if one.shared]
        self._reason = next((one.blocked for one in shared if one.blocked), "no_mailbox")
        if sending := [one for one in shared if not one.blocked]:
            probing = all(one.again_at for one in sending)
            self._reason = "mailbox_failing" if probing else "mailbox_cap"
        self.again_at = min((one.again_at for one in ordered if one.again_at), default=None)
        self._free: list[str] = []
        self._busy = [
            (one.free_at, one.mailbox_id) for one in shared if not one.blocked and one.left > 0
        ]
        heapq.heapify(self._busy)

    def slot(self, enrollment: Enrollment, ready: datetime) -> tuple[str, datetime] | str:
        """Return the mailbox and the send time of the next email, or the reason why there is
        none."""
        own = self._of.get(enrollment.mailbox_id or "")
        if own is None:
            mailbox_id = self._choose(enrollment, ready)
        elif own.blocked or self._left[own.mailbox_id] <= 0:
            return own.blocked or own.used_up
        else:
            mailbox_id = own.mailbox_id
        if mailbox_id is None:
            return self._reason
        at = max(ready, self._free_at[mailbox_id])
        return mailbox_id, at + jitter(enrollment.id, mailbox_id, at, self._of[mailbox_id].min_gap)

    def take(self, mailbox_id: str, send_at: datetime) -> None:
        self._left[mailbox_id] -= 1
        self._free_at[mailbox_id] = send_at + self._of[mailbox_id].min_gap

    def _choose(self, enrollment: Enrollment, ready: datetime) -> str | None:
        """Return a mailbox that is free by `ready`, chosen by hash, else the first to become
        free."""
        while self._busy and self._busy[0][0] <= ready:
            self._free.append(heapq.heappop(self._busy)[1])
        day = ready.date().isoformat()
        while self._free:
            place = _hash(enrollment.id, day) % len(self._free)
            mailbox_id = self._free[place]
            if self._left[mailbox_id] > 0 and self._free_at[mailbox_id] <= ready:
                return mailbox_id
            self._free[place] = self._free[-1]
            self._free.pop()
            self._put_back(mailbox_id)
        while self._busy:
            free_at, mailbox_id = self._busy[0]
            if self._left[mailbox_id] > 0 and self._free_at[mailbox_id] == free_at:
                return mailbox_id
            heapq.heappop(self._busy)
            self._put_back(mailbox_id)
        return None

    def _put_back(self, mailbox_id: str) -> None:
        if self._left[mailbox_id] > 0:
            heapq.heappush(self._busy, (self._free_at[mailbox_id], mailbox_id))


def jitter(enrollment_id: str, mailbox_id: str, at: datetime, min_gap: timedelta) -> timedelta:
    """Return the delay that is added to a slot at `at`: whole seconds, up to a quarter of
    `min_gap`, always the same for an enrollment, mailbox and day."""
    share = _hash(enrollment_id, mailbox_id, at.date().isoformat()) % 1_000
    return timedelta(seconds=int((min_gap * share / (1_000 * _JITTER)).total_seconds()))


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")
