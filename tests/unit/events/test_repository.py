from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from outrider.access.models import WorkspaceId
from outrider.events.models import Place
from outrider.events.repository import EventRepository
from outrider.kit import clock
from outrider.kit.dynamo import Page, Query, Table

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """A table that shows some events of a feed, whatever is asked; asked for what stands before
    one, it shows `before`."""

    sequences: tuple[int, ...]
    age: timedelta
    before: int | None

    def query(self, query: Query) -> Page:
        if query.newest_first:
            return Page([an_item(self.before, self.age)] if self.before else [], None)
        return Page([an_item(sequence, self.age) for sequence in self.sequences], None)


def an_item(sequence: int, age: timedelta) -> dict[str, Any]:
    return {
        "id": f"evt_{sequence}",
        "event": "contact.created",
        "created_at": clock.to_text(NOW),
        "recorded_at": clock.to_text(NOW - age),
        "actor": "engine",
        "request_id": "",
        "data": "{}",
        "sequence": sequence,
        "sk": f"{clock.to_text(NOW - age)}#{sequence:012d}",
    }


def read(
    *sequences: int,
    age: timedelta = timedelta(0),
    after: Place | None = None,
    since: str | None = None,
    before: int | None = None,
) -> tuple[list[int], bool]:
    """The sequences that a reader gets, and whether there may be more."""
    feed = EventRepository(cast("Table", Shown(sequences, age, before)), WorkspaceId("wsp_1"))
    events, more = feed.read(after, since, None, 10)
    return [event.sequence for event in events], more


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


class TestRead:
    def test_gives_what_has_no_holes(self) -> None:
        assert read(1, 2, 3) == ([1, 2, 3], False)

    def test_stops_before_a_hole_that_is_about_to_close(self) -> None:
        assert read(1, 2, 4, 5) == ([1, 2], True)

    def test_stops_when_the_first_event_behind_the_cursor_is_not_there_yet(self) -> None:
        after = Place(3, clock.to_text(NOW))

        assert read(5, 6, after=after) == ([], True)

    def test_stops_when_the_first_event_of_a_feed_is_not_there_yet(self) -> None:
        assert read(2, 3) == ([], True)

    def test_begins_anywhere_when_asked_for_a_time(self) -> None:
        assert read(5, 6, since=clock.to_text(NOW), before=4) == ([5, 6], False)

    def test_begins_before_no_hole_when_asked_for_a_time(self) -> None:
        assert read(5, 6, since=clock.to_text(NOW), before=3) == ([], True)

    def test_passes_holes_of_events_that_expired(self) -> None:
        assert read(7, 9, 12, age=timedelta(days=400)) == ([7, 9, 12], False)
