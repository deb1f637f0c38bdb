"""Which step goes out from which mailbox and when: a pure function of what it is given.

Nothing here is random or reads a clock; what must differ between contacts comes from a hash of ids
and the day, so asking twice gives the same answer.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from outrider.campaigns.models import Enrollment
from outrider.kit import clock

_SPREAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a mailbox can still send today. `free_at` is when its minimum gap is over."""

    mailbox_id: str
    left: int
    min_gap: timedelta
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """The step of `enrollment` goes out at `send_at` from `mailbox_id`; or, without a mailbox, it
    is deferred until then, for `reason`."""

    enrollment: Enrollment
    mailbox_id: str | None
    send_at: datetime
    reason: str | None = None


def plan(
    now: datetime, until: datetime, capacities: Sequence[Capacity], due: Sequence[Enrollment]
) -> list[Planned]:
    """One entry for each due enrollment: a slot up to `until`, or the moment it is deferred to."""
    left = {capacity.mailbox_id: capacity.left for capacity in capacities}
    free_at = {capacity.mailbox_id: capacity.free_at for capacity in capacities}
    gap = {capacity.mailbox_id: capacity.min_gap for capacity in capacities}
    planned = []
    for enrollment in sorted(due, key=lambda one: (one.due_at or "", one.id)):
        own = enrollment.mailbox_id
        candidates = [own] if own in left else list(left)
        usable = [mailbox_id for mailbox_id in candidates if left[mailbox_id] > 0]
        if not usable:
            reason = "mailbox_cap" if candidates else "no_mailbox"
            planned.append(Planned(enrollment, None, _tomorrow(now, enrollment.id), reason))
            continue
        earliest = max(now, clock.from_text(enrollment.due_at)) if enrollment.due_at else now
        mailbox_id = min(
            usable,
            key=lambda one: (max(earliest, free_at[one]), _hash(enrollment.id, one)),
        )
        send_at = max(earliest, free_at[mailbox_id])
        left[mailbox_id] -= 1
        free_at[mailbox_id] = send_at + gap[mailbox_id]
        planned.append(
            Planned(enrollment, mailbox_id, send_at)
            if send_at <= until
            else Planned(enrollment, None, send_at, "mailbox_gap")
        )
    return planned


def _tomorrow(now: datetime, enrollment_id: str) -> datetime:
    """Early on the next day (UTC), when the caps begin anew; spread, so not all come up at once."""
    day = now.astimezone(UTC).date() + timedelta(days=1)
    spread = _SPREAD * (_hash(enrollment_id, day.isoformat()) % 3_600) / 3_600
    return datetime.combine(day, time.min, tzinfo=UTC) + spread


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")
