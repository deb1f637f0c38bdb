"""How a campaign would go: rounds of the planner, one after the other, over nothing but memory.

A forecast supposes that nobody answers, opens or clicks, that tasks are done when they come up, and
that no other campaign takes of the mailboxes. Pure, as the planner is.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from outrider.campaigns.branching import step_after, unmet
from outrider.campaigns.models import ROUND, Campaign, Enrollment
from outrider.campaigns.planner import BLOCKED, Capacity, Limits, Planned, capacity, plan, room
from outrider.campaigns.windows import Calendar
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.sequences.models import Step

HORIZON = timedelta(days=400)
_MAX_ROUNDS = 5_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """One step of one contact: due at `due_at`, carried out at `send_at`. `reason` says why that is
    later; or why it is never, within the horizon."""

    step: Step
    variant_id: str | None
    due_at: datetime
    mailbox_id: str | None = None
    send_at: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class Taken:
    """What is taken of the days (UTC) before the forecast begins, and what it takes itself."""

    mailboxes: Counter[tuple[str, date]] = field(default_factory=Counter)
    campaign: Counter[date] = field(default_factory=Counter)
    companies: Counter[tuple[str, date]] = field(default_factory=Counter)
    free_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Forecast:
    """Of `campaign` with these `steps`, which are those of all its enrollments."""

    campaign: Campaign
    steps: Sequence[Step]
    mailboxes: Sequence[Mailbox]
    taken: Taken
    begins: datetime
    expected: dict[str, list[Expected]] = field(default_factory=dict)
    _on_their_way: dict[str, Enrollment] = field(default_factory=dict)
    _coming: list[tuple[datetime, str]] = field(default_factory=list)
    _waiting: list[tuple[bool, datetime, str]] = field(default_factory=list)
    """Mails that are due, those for contacts that were written to before first."""
    _due_at: dict[str, datetime] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)
    _calendars: dict[str | None, Calendar] = field(default_factory=dict)

    def run(self, enrollments: Sequence[Enrollment]) -> dict[str, list[Expected]]:
        """What becomes of each, by id: from its step to come on, due at its `due_at`."""
        for enrollment in enrollments:
            self.expected[enrollment.id] = []
            self._comes(enrollment, clock.from_text(enrollment.due_at or ""))
        now = self.begins
        for _ in range(_MAX_ROUNDS):
            if now > self.begins + HORIZON or not (self._coming or self._waiting):
                break
            now = self._round(now)
        for enrollment_id in sorted(self._on_their_way):
            reason = self._reasons.get(enrollment_id, "horizon")
            self._never(self._on_their_way[enrollment_id], reason)
        return self.expected

    def _round(self, now: datetime) -> datetime:
        """Carry one round out and give when the next begins."""
        others = self._come_up(now + ROUND)
        capacities = self._capacities(now)
        limits = self._limits(now)
        places = room(now, now + ROUND, capacities)
        if limits.left is not None:
            places = min(places, max(0, limits.left))
        sends = any(mailbox.can_send and mailbox.daily_cap > 0 for mailbox in self.mailboxes)
        mails = self._places(now, places if sends else len(self._waiting))
        planned = plan(
            now,
            now + ROUND,
            self.campaign,
            capacities,
            [*others, *mails],
            steps={self.campaign.steps_version: self.steps},
            limits=limits,
        )
        for one in planned:
            if one.goes_out:
                self._done(one)
            elif sends or one.reason not in BLOCKED:
                self._reasons.setdefault(one.enrollment.id, one.reason or "")
                self._comes(one.enrollment, one.send_at, again=True)
            else:
                self._never(one.enrollment, one.reason or "")
        return self._next(now, self._why(now))

    def _come_up(self, until: datetime) -> list[Enrollment]:
        """Let what is due by then come up: gives what is no mail, steps left out are passed."""
        others = []
        while self._coming and self._coming[0][0] <= until:
            at, enrollment_id = heapq.heappop(self._coming)
            enrollment = self._on_their_way[enrollment_id]
            step = self._step(enrollment)
            if left_out := unmet(step, enrollment, self.campaign.settings):
                self._note(enrollment, Expected(step, None, at, reason=left_out))
                self._goes_on(enrollment, at)
            elif step.channel == "email":
                heapq.heappush(self._waiting, (enrollment.mailbox_id is None, at, enrollment_id))
            else:
                others.append(enrollment)
        return others

    def _places(self, now: datetime, places: int) -> list[Enrollment]:
        """The mails that wait, until so many are found whose windows are open in the round."""
        found = []
        while self._waiting and places > 0:
            enrollment = self._on_their_way[heapq.heappop(self._waiting)[2]]
            places -= self._calendar(enrollment).earliest(now) <= now + ROUND
            found.append(enrollment)
        return found

    def _next(self, now: datetime, why: str) -> datetime:
        """The next moment at which something can be done."""
        for _, _, enrollment_id in self._waiting:
            self._reasons.setdefault(enrollment_id, why)
        coming = self._coming[0][0] if self._coming else None
        if not self._waiting:
            return max(now, coming) if coming else now
        used_up = why in ("mailbox_cap", "campaign_daily_limit")
        later = _midnight(now) if used_up else now + ROUND
        return min(later, max(coming, now + timedelta(minutes=1))) if coming else later

    def _why(self, now: datetime) -> str:
        """Why mails that are due wait."""
        left = self._limits(now).left
        if left is not None and left <= 0:
            return "campaign_daily_limit"
        able = [each for each in self._capacities(now) if not each.blocked and each.left > 0]
        return "mailbox_gap" if able else "mailbox_cap"

    # ── What becomes of an enrollment ────────────────────────────────────────────────────────────

    def _comes(self, enrollment: Enrollment, at: datetime, *, again: bool = False) -> None:
        """Its step comes up at `at`; `again` when it did before, and was deferred."""
        if not again:
            self._due_at[enrollment.id] = at
            self._reasons.pop(enrollment.id, None)
        self._on_their_way[enrollment.id] = enrollment.model_copy(
            update={"due_at": clock.to_text(at)}
        )
        heapq.heappush(self._coming, (at, enrollment.id))

    def _done(self, planned: Planned) -> None:
        enrollment, send_at = planned.enrollment, planned.send_at
        step, day = self._step(enrollment), planned.send_at.date()
        if mailbox_id := planned.mailbox_id:
            self.taken.mailboxes[mailbox_id, day] += 1
            gap = next(one.min_gap_seconds for one in self.mailboxes if one.id == mailbox_id)
            self.taken.free_at[mailbox_id] = send_at + timedelta(seconds=gap)
            enrollment = enrollment.model_copy(update={"mailbox_id": mailbox_id})
        if not step.by_person:
            self.taken.campaign[day] += 1
            self.taken.companies[enrollment.company_key or "", day] += 1
        due_at = self._due_at[enrollment.id]
        reason = self._reasons.get(enrollment.id, "mailbox_gap") if send_at > due_at else None
        variant = planned.variant_id
        self._note(enrollment, Expected(step, variant, due_at, mailbox_id, send_at, reason))
        self._goes_on(enrollment, send_at)

    def _goes_on(self, enrollment: Enrollment, since: datetime) -> None:
        del self._on_their_way[enrollment.id]
        following = step_after(self.steps, enrollment.step_id or "")
        if following is None:
            return
        due = self._calendar(enrollment).due_after(since, following)
        self._comes(enrollment.model_copy(update={"step_id": following.id}), due)

    def _never(self, enrollment: Enrollment, reason: str) -> None:
        step = self._step(enrollment)
        variant = step.variant_for(enrollment.id).id
        due_at = self._due_at[enrollment.id]
        self._note(enrollment, Expected(step, variant, due_at, reason=reason))
        del self._on_their_way[enrollment.id]

    def _note(self, enrollment: Enrollment, expected: Expected) -> None:
        self.expected[enrollment.id].append(expected)

    # ── Parts ────────────────────────────────────────────────────────────────────────────────────

    def _capacities(self, now: datetime) -> list[Capacity]:
        return [
            capacity(
                mailbox,
                now,
                used=self.taken.mailboxes[mailbox.id, now.date()],
                free_at=self.taken.free_at.get(mailbox.id),
            )
            for mailbox in self.mailboxes
        ]

    def _limits(self, now: datetime) -> Limits:
        rules, day = self.campaign.settings, now.date()
        daily, company = rules.daily_limit, rules.company_daily_limit
        return Limits(
            left=None if daily is None else daily - self.taken.campaign[day],
            company_left={
                key: company - self.taken.companies[key, day]
                for key in {each.company_key for each in self._on_their_way.values()}
                if key
            }
            if company
            else {},
        )

    def _step(self, enrollment: Enrollment) -> Step:
        return next(step for step in self.steps if step.id == enrollment.step_id)

    def _calendar(self, enrollment: Enrollment) -> Calendar:
        zone = enrollment.timezone
        if zone not in self._calendars:
            self._calendars[zone] = Calendar.of(self.campaign.settings, zone)
        return self._calendars[zone]


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + _DAY, time.min, tzinfo=UTC)
