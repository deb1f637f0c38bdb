"""Calls are counted exactly, however the stream brings them: in parts, again, and to a worker that
dies in the middle."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.access.models import WorkspaceId
from outrider.credits.usage.wiring import counter, usage_repository
from outrider.kit import clock, ids
from outrider.kit.aws.attributes import encode_item
from tests.harness.cloud import Cloud
from tests.harness.failures import When

KEYS = 3
"""Two of one workspace, one of another."""

CALLS = st.lists(
    st.tuples(
        st.integers(0, KEYS - 1),
        st.sampled_from(["contacts", "events", "api_keys"]),
        st.integers(0, 2),
    ),
    max_size=30,
)
"""Key, family, and days since the first."""

DELIVERIES = st.lists(
    st.tuples(
        st.integers(0, 10),
        st.integers(1, 15),
        st.none() | st.tuples(st.integers(1, 6), st.sampled_from(["before", "after"])),
    ),
    max_size=12,
)
"""How many records before the stream's place, how many in all, and where the worker dies."""


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    workspace: WorkspaceId


def some_keys() -> list[Key]:
    ours, theirs = (WorkspaceId(ids.new("wsp")) for _ in range(2))
    return [Key(ids.new("key"), workspace) for workspace in (ours, ours, theirs)]


def records(keys: list[Key], calls: list[tuple[int, str, int]]) -> list[dict[str, Any]]:
    """What the stream tells of the calls."""
    numbers: Counter[int] = Counter()
    found = []
    for key, family, day in sorted(calls, key=lambda call: call[2]):
        numbers[key] += 1
        image = {
            "key_id": keys[key].id,
            "workspace": keys[key].workspace,
            "calls": numbers[key],
            "last_family": family,
            "last_used_ms": clock.to_epoch_ms(_moment(day)),
        }
        found.append({"dynamodb": {"NewImage": encode_item(image)}})
    return found


def used(workspace: WorkspaceId) -> dict[str, int]:
    days = usage_repository(workspace).list(_moment(0).date(), _moment(9).date())
    return {
        f"{day} {name}": count for day, counts in days.items() for name, count in counts.items()
    }


def expected(
    keys: list[Key], calls: list[tuple[int, str, int]], workspace: WorkspaceId
) -> dict[str, int]:
    return dict(
        Counter(
            f"{_moment(day).date()} calls_{family}"
            for key, family, day in calls
            if keys[key].workspace == workspace
        )
    )


def deliver(cloud: Cloud, batch: list[Any], crash: tuple[int, When] | None = None) -> None:
    if crash is None:
        counter().count(batch)
        return
    with cloud.wire.crash_at(*crash):
        counter().count(batch)


def _moment(day: int) -> datetime:
    return datetime.fromisoformat("2026-03-30T23:59:59.999Z") + timedelta(days=day)


class TestCallCounter:
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(calls=CALLS, deliveries=DELIVERIES)
    def test_counts_every_call_once(
        self,
        cloud: Cloud,
        calls: list[tuple[int, str, int]],
        deliveries: list[tuple[int, int, tuple[int, When] | None]],
    ) -> None:
        keys = some_keys()
        stream = records(keys, calls)
        place = 0
        for back, length, crash in deliveries:
            start = max(0, place - back)
            deliver(cloud, stream[start : start + length], crash)
            if crash is None:
                place = max(place, min(len(stream), start + length))

        deliver(cloud, stream[place:])

        for workspace in {key.workspace for key in keys}:
            assert used(workspace) == expected(keys, calls, workspace)

    @settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(calls=CALLS, lost=st.sets(st.integers(0, 29)))
    def test_makes_up_for_records_that_never_came(
        self, cloud: Cloud, calls: list[tuple[int, str, int]], lost: set[int]
    ) -> None:
        keys = some_keys()
        last = [(key, "events", 3) for key in range(KEYS)]
        stream = records(keys, calls + last)

        deliver(
            cloud,
            [
                record
                for place, record in enumerate(stream)
                if place not in lost or place >= len(calls)
            ],
        )

        for workspace in {key.workspace for key in keys}:
            made = [key for key, _, _ in calls + last if keys[key].workspace == workspace]
            assert sum(used(workspace).values()) == len(made)
