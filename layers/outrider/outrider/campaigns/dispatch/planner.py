"""Which step goes out from which mailbox and when: a pure function of what it is given.

Nothing here is random or reads a clock; what must differ between contacts comes from a hash of ids
and the day, so asking twice gives the same answer.
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
"""A slot lies up to a fourth of the mailbox's gap later than it could."""

Steps = Mapping[int, Sequence[Step]]
"""The steps of each version that the enrollments have, and of the campaign's newest."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a mailbox can still send today. `free_at` is when its minimum gap is over; `blocked`
    says why it sends nothing at all. One that is not `shared` sends only for those it wrote to
    before. `again_at`: when one that fails tries again by itself; while it does, with one email, it
    is not blocked."""

    mailbox_id: str
    left: int
    min_gap: timedelta
    free_at: datetime
    blocked: str | None = None
    shared: bool = True
    again_at: datetime | None = None

    @property
    def used_up(self) -> str:
        """Why nothing more goes out where nothing is `left`."""
        return "mailbox_failing" if self.again_at else "mailbox_cap"


def capacity(
    mailbox: Mailbox, now: datetime, *, used: int, free_at: datetime | None, shared: bool = True
) -> Capacity:
    """Of a mailbox of whose cap of the day `used` is taken."""
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
    """What the campaign may still send today, in all and to each company; None is no limit."""

    left: int | None = None
    company_left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """The step of `enrollment` goes out at `send_at`: from `mailbox_id`, which is None for what
    needs no mailbox. With a `reason` it is deferred until then."""

    enrollment: Enrollment
    variant_id: str | None
    mailbox_id: str | None
    send_at: datetime
    reason: str | None = None
    counts: bool = False
    """It takes one of the day's messages, of the campaign and of its mailbox."""

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
    """One entry for each due enrollment: a slot up to `until`, or the moment it is deferred to.

    Those that are ready first come first, of these the longest due. Of a version that is not in
    `steps` a step counts as a mail: its worker finds out.
    """
    planner = _Planner(now, until, campaign, _Pool(capacities), steps, limits or Limits())
    waiting = sorted(
        ((planner.ready_at(one), one.due_at or "", one.id, one) for one in due),
        key=lambda each: each[:3],
    )
    return [planner.place(enrollment, ready) for ready, _, _, enrollment in waiting]


def slots(now: datetime, until: datetime, capacity: Capacity) -> int:
    """How many emails surely find a slot of the mailbox in the round, if each is as late as it may
    be."""
    if capacity.blocked or capacity.left <= 0 or capacity.free_at > until:
        return 0
    if not capacity.min_gap:
        return capacity.left
    latest = capacity.min_gap / _JITTER
    span = until - max(now, capacity.free_at) - latest
    return max(0, min(capacity.left, span // (capacity.min_gap + latest) + 1))


def room(now: datetime, until: datetime, capacities: Sequence[Capacity]) -> int:
    """How many emails surely find a slot in the round, from the mailboxes that all share."""
    return sum(slots(now, until, one) for one in capacities if one.shared)


def round_end(now: datetime) -> datetime:
    """How far ahead a round plans: not into the next day, whose caps begin anew."""
    return min(now + ROUND, next_day(now))


def next_day(now: datetime) -> datetime:
    """When the day (UTC) of caps and limits is over."""
    day = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time.min, tzinfo=UTC)


def step_of(campaign: Campaign, enrollment: Enrollment, steps: Steps) -> Step | None:
    """The step to come, in the newest version if the enrollment has to move to that. None when its
    version is not known, or no step is left in the newest."""
    own = steps.get(enrollment.steps_version, ())
    moves = enrollment.steps_version < campaign.least_steps_version
    version = steps.get(campaign.steps_version, ()) if moves else own
    return branching.same_or_next(own, version, enrollment.step_id or "")


def needs_mailbox(campaign: Campaign, enrollment: Enrollment, steps: Steps) -> bool:
    """Whether its step takes a slot of a mailbox; so does one whose version is not known. A claim
    that was never settled and a task that nobody did take none: there is only the end of them to
    be recorded."""
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
        """The first moment from now on at which its step is due and the windows are open."""
        at = clock.from_text(enrollment.due_at) if enrollment.due_at else self.now
        ready = max(self.now, at)
        return self._calendar(enrollment).earliest(ready) if enrollment.state == "active" else ready

    def place(self, enrollment: Enrollment, ready: datetime) -> Planned:  # noqa: PLR0911 - a list of rules
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
        """Which of the campaign's limits of the day is reached."""
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
        """Caps begin anew on the next day; a mailbox may come, or come back, at any time."""
        if reason == "mailbox_cap":
            return self._tomorrow(enrollment)
        again = self.pool.again_at if reason == "mailbox_failing" else None
        return self._calendar(enrollment).earliest(again or self.now + _LOOK_AGAIN)

    def _tomorrow(self, enrollment: Enrollment) -> datetime:
        """The beginning of the next day (UTC), or when the windows open then."""
        return self._calendar(enrollment).earliest(next_day(self.now))

    def _calendar(self, enrollment: Enrollment) -> Calendar:
        zone = enrollment.timezone
        if zone not in self._calendars:
            self._calendars[zone] = Calendar.of(self.campaign.settings, zone)
        return self._calendars[zone]


class _Pool:
    """The mailboxes and the slots they have left. The shared ones stand in one of two places: free
    when last looked at, or in the order in which they become free. Where one was used by those it
    wrote to before, its place is put right when it comes up."""

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
        """The mailbox for its next mail and when that can go out; or why there is none."""
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
        """One that is free by `ready`, by hash, else the one that is free first."""
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
    """How much later than `at` a mailbox writes to somebody: whole seconds, up to a fourth of its
    gap."""
    share = _hash(enrollment_id, mailbox_id, at.date().isoformat()) % 1_000
    return timedelta(seconds=int((min_gap * share / (1_000 * _JITTER)).total_seconds()))


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")
