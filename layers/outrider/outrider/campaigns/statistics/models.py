"""Counters of one step on one day, and of the audience of a campaign."""

from dataclasses import dataclass
from typing import Literal, get_args

from outrider.campaigns.models import EnrollmentState, OpenState
from outrider.kit.models import Model


@dataclass(frozen=True, slots=True)
class StepDay:
    """Counters of one step and variant on one day (UTC), by name: `sent`, `delivered`, `opened` and
    `clicked` (by humans), `opened_by_machine`, `replied_<class>`, `bounced`, `soft_bounced`,
    `complained`, `unsubscribed`, `failed`, `skipped_<reason>`. A message counts at most once in
    each."""

    day: str
    step_id: str
    variant_id: str
    counts: dict[str, int]


class Audience(Model):
    """Numbers of enrollments by group; the groups always add up to `total`."""

    total: int
    active: int
    completed: int
    paused: int
    bounced: int
    failed: int


AudienceGroup = Literal["active", "completed", "paused", "bounced", "failed"]


def audience_group(state: EnrollmentState) -> AudienceGroup:
    """Return the counter of the campaign's audience in which an enrollment with this state
    counts."""
    if state in get_args(OpenState):
        return "active"
    if state in ("paused", "bounced", "failed"):
        return state
    return "completed"
