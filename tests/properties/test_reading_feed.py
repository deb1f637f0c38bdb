"""Readers of the feed who follow `has_more`, with a clock that moves between any two calls and
writers at work: each reaches the end, and sees what it asked for once, the newest too."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.access.models import Caller, WorkspaceId
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change, RecordedEvent
from outrider.events.repository import EventRepository
from outrider.events.schemas import EventQuery
from outrider.events.service import EventService
from outrider.kit import clock, ids
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Table
from tests.harness.clock import MONDAY_MORNING
from tests.harness.memory import Memory, MemoryTable

WORKSPACE = WorkspaceId(ids.derived("wsp", "read"))
CONTACTS = [ids.at("con", clock.to_epoch_ms(MONDAY_MORNING), name) for name in "ab"]
"""Made before anything is told of them."""
NAMES = ("email.sent", "contact.created", "campaign.created", "reply.received")
FILTERS: Sequence[dict[str, str]] = (
    {},
    {"type": "contact.*"},
    {"type": "campaign.*"},
    {"type": "email.sent,reply.received"},
    {"type": "reply.received,contact.created", "resource": CONTACTS[0]},
    {"resource": CONTACTS[1]},
    {"resource": ids.derived("con", "nobody")},
    {"type": "import.completed"},
    {"actor": "engine", "type": "campaign.*"},
)
MOST = 200
"""Pages that no reader of so few events needs."""
WRITE = st.tuples(st.sampled_from(NAMES), st.sampled_from(CONTACTS))
STEP = st.tuples(st.integers(1, 40_000), st.lists(WRITE, max_size=3))
"""How many milliseconds go by, and what is recorded then."""


class Feed:
    """Of one workspace, in memory."""

    def __init__(self) -> None:
        caller = Caller(WORKSPACE, "engine", seal=b"s" * 32)
        table = Table("events")
        self.service = EventService(caller, EventRepository(table, WORKSPACE))
        self.recorder = Recorder(table, WORKSPACE, lambda *_: [])
        self.written: list[RecordedEvent] = []

    def write(self, writes: Sequence[tuple[str, str]]) -> None:
        for name, contact_id in writes:
            about = (
                {"campaign_id": ids.new("cam")}
                if name == "campaign.created"
                else {"contact_id": contact_id}
            )
            event = Caller.engine(WORKSPACE).event(name, **about)
            change = Change(ids.new("rec"), "table", clock.epoch_ms() // 1_000, [event])
            self.written += self.recorder.record([change])

    def page(self, cursor: str | None, **asked: Any) -> tuple[list[str], bool, str | None]:
        query = EventQuery(cursor=cursor, **asked)
        page = self.service.list(query)
        assert len(page.data) <= query.limit
        return [event.id for event in page.data], page.has_more, page.next_cursor

    def wanted(self, asked: dict[str, str], upto: int) -> list[str]:
        """What a plain filter finds among the first `upto` events."""
        query = EventQuery.model_validate(asked)
        return [
            event.id
            for event in self.written[:upto]
            if (query.names is None or event.event in query.names)
            and (query.resource is None or query.resource in event.data.values())
        ]


class TestReader:
    @settings(max_examples=120)
    @given(
        before=st.lists(STEP, max_size=6),
        meanwhile=st.lists(STEP, max_size=12),
        asked=st.sampled_from(FILTERS),
        order=st.sampled_from(["recorded_at", "-recorded_at"]),
        limit=st.integers(1, 4),
        looks_at=st.sampled_from([3, 10_000]),
    )
    def test_ends_and_sees_everything_once(  # noqa: PLR0917 - one for each thing that varies
        self,
        before: list[tuple[int, list[tuple[str, str]]]],
        meanwhile: list[tuple[int, list[tuple[str, str]]]],
        asked: dict[str, str],
        order: str,
        limit: int,
        looks_at: int,
    ) -> None:
        memory = Memory(events=MemoryTable())
        with (
            patch.object(clients, "dynamodb", lambda: memory),
            patch("outrider.events.service._LOOKED_AT", looks_at),
        ):
            feed, moment = Feed(), MONDAY_MORNING
            for ms, writes in before:
                moment += timedelta(milliseconds=ms)
                with clock.frozen(moment):
                    feed.write(writes)
            there = len(feed.written)

            seen: list[str] = []
            cursor, has_more, left = None, True, list(meanwhile)
            for _ in range(MOST):
                ms, writes = left.pop(0) if left else (1, [])
                moment += timedelta(milliseconds=ms)
                with clock.frozen(moment):
                    found, has_more, behind = feed.page(cursor, sort=order, limit=limit, **asked)
                    seen, cursor = [*seen, *found], behind or cursor
                    is_through = not has_more and (order == "-recorded_at" or not (writes or left))
                    feed.write(writes)
                if is_through:
                    break

            assert not has_more
            if order == "-recorded_at":
                assert seen == feed.wanted(asked, there)[::-1]
            else:
                assert seen == feed.wanted(asked, len(feed.written))
