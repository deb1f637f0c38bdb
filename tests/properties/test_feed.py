"""The feed under relays that run at once, die at any call, are given records again in other batches
and out of order, and are taken for dead while they go on."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.feed import simulate
from outrider.access.models import Caller, WorkspaceId
from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.feed.batches import from_entry
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change, RecordedEvent
from outrider.events.repository import EventRepository
from outrider.kit import ids
from outrider.kit.aws.attributes import decode_item
from outrider.kit.aws.dynamodb import Table
from tests.harness.contention import START, Clock, Cut, Store, at_once

WORKSPACE = WorkspaceId(ids.derived("wsp", "feed"))
EVENTS = Table("events")
NAMES = ("email.sent", "campaign.created", "reply.received")


def changes(number: int) -> list[Change]:
    """Of two tables, over some twenty-five seconds each; some have two events."""
    made = []
    for place in range(number):
        events = [
            Caller.engine(WORKSPACE).event(
                NAMES[place % 3], contact_id=ids.derived("con", str(place))
            )
            for _ in range(1 + place % 2)
        ]
        second = int(START.timestamp()) + place * 50 // number
        made.append(Change(f"record {place}", f"table{place // 30}", second, events))
    return made


Run = tuple[int, int, int, int, str]
RUN = st.tuples(
    st.integers(0, 59),  # where it begins
    st.integers(1, 25),  # how many records it is given
    st.integers(0, 60),  # when, in milliseconds
    st.integers(0, 30),  # at which call it dies, if it makes so many
    st.sampled_from(["before", "after"]),
)


class Fate(threading.local):
    """Of the relay that runs in this thread: at which of its calls it dies."""

    calls = 0
    dies_at = -1
    when = ""

    def meets(self) -> str:
        self.calls += 1
        return self.when if self.calls == self.dies_at else ""


class TestRecorder:
    @settings(max_examples=40, deadline=None)
    @given(runs=st.lists(RUN, min_size=1, max_size=12), seed=st.integers(0, 9))
    def test_records_each_change_once_without_gaps(self, runs: list[Run], seed: int) -> None:
        every, time, fate = changes(60), Clock(), Fate()
        told: list[RecordedEvent] = []
        feed: list[RecordedEvent] = []

        def relay(run: Run) -> None:
            first, number, at_ms, fate.dies_at, fate.when = run
            time.sleep_ms(at_ms)
            with suppress(Cut):
                told.extend(
                    Recorder(EVENTS, WORKSPACE, lambda *_: []).record(every[first : first + number])
                )

        store = Store(time, fate.meets)
        with at_once(store, seed):
            time.run(*(partial(relay, run) for run in runs))
            # The stream delivers again what nobody has handled, in the end to one that lives.
            time.run(partial(relay, (0, len(every), 0, -1, "")))
            time.run(
                lambda: feed.extend(EventRepository(EVENTS, WORKSPACE).forward(None, None, None))
            )

        assert [event.sequence for event in feed] == list(range(1, len(feed) + 1))
        happened = [str(event.data) for change in every for event in change.events]
        assert sorted(str(event.data) for event in feed) == sorted(happened)
        assert [event.recorded_at for event in feed] == sorted(event.recorded_at for event in feed)
        assert {event.id for event in feed} == {event.id for event in told}
        rare = [event.id for event in feed if event.event not in HIGH_VOLUME]
        assert sorted(rare) == sorted(entry.id for entry in _entries(store))


def _entries(store: Store) -> Iterator[RecordedEvent]:
    kept = {f"{WORKSPACE}#{name}" for name in ("feed", "receipts", "ceiling")}
    for (pk, _), item in store.items.items():
        if pk not in kept:
            yield from_entry(WORKSPACE, decode_item(item))


class TestThroughput:
    def test_is_two_thousand_events_a_second_of_one_workspace(self) -> None:
        for shards in (4, 16):
            found = simulate(shards, 2_200, seconds=6, rare=0.1)
            assert found.behind < 2, shards

    def test_refuses_hardly_any_transaction_where_many_shards_have_little(self) -> None:
        found = simulate(16, 16 * 50, seconds=10, rare=0)

        assert found.refused < 0.02
        assert found.units < 0.25
