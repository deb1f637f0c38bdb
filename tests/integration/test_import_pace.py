"""An import goes no faster than the relay records what it changes."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from outrider.access.models import WorkspaceId
from outrider.events.feed.backlog import FeedBacklog
from outrider.imports import pace
from outrider.kit.aws.dynamodb import Table
from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud
from tests.integration.importing import prepared

FILE = "email\nada@x.example\nbob@x.example\ncleo@x.example\n"
"""Two chunks, so one wait between them."""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outrider.imports.runner.CHUNK_ROWS", 2)


@pytest.fixture
def waits(cloud: Cloud, clock: Clock) -> Iterator[list[float]]:
    """The pauses of imports, which move the test's clock."""
    made: list[float] = []

    def pause(seconds: float) -> None:
        made.append(seconds)
        clock.advance(seconds=seconds)

    with patch.object(pace, "LONGEST_WAIT", 30.0), patch("outrider.kit.clock.sleep", pause):
        yield made


def recorded(api: Api, cloud: Cloud) -> FeedBacklog:
    data = cloud.stack.data
    workspace = WorkspaceId(api.workspace().id)
    return FeedBacklog(Table(data["EventsTableName"]), workspace, Table(data["ContactsTableName"]))


class TestPace:
    def test_waits_for_a_relay_that_is_behind_but_not_for_ever(
        self, api: Api, cloud: Cloud, waits: list[float]
    ) -> None:
        importing = prepared(api, cloud).upload(FILE)

        assert importing.run()["status"] == "completed"
        assert sum(waits) == 5

    def test_waits_longer_for_a_relay_that_makes_progress(
        self, clock: Clock, waits: list[float]
    ) -> None:
        began = int(clock.now.timestamp())

        pace.Backpressure(lambda: began - 20 + int(sum(waits))).follow()

        assert 18 <= sum(waits) <= 20

    def test_a_relay_that_falls_further_behind_stops_no_import(
        self, clock: Clock, waits: list[float]
    ) -> None:
        began = int(clock.now.timestamp())

        pace.Backpressure(lambda: began - 1000 + int(sum(waits))).follow()

        assert sum(waits) == 30

    def test_counts_the_time_of_slow_reads(self, clock: Clock, waits: list[float]) -> None:
        began = int(clock.now.timestamp())

        def recorded_slowly() -> int:
            clock.advance(seconds=2)
            return began - 1000 + len(waits)

        pace.Backpressure(recorded_slowly).follow()

        assert clock.now.timestamp() - began < 30 + 3

    def test_does_not_wait_where_nothing_was_written(
        self, api: Api, cloud: Cloud, waits: list[float]
    ) -> None:
        prepared(api, cloud).upload(FILE).run()
        waits.clear()

        prepared(api, cloud).upload(FILE).run()

        assert waits == []

    def test_holds_a_revert_too(self, api: Api, cloud: Cloud, waits: list[float]) -> None:
        importing = prepared(api, cloud).upload(FILE)
        importing.run()
        waits.clear()

        assert importing.reverted()["status"] == "reverted"
        assert sum(waits) == 5

    def test_suppressions_are_taken_back_without_an_event_to_wait_for(
        self, api: Api, cloud: Cloud, waits: list[float]
    ) -> None:
        importing = prepared(api, cloud, kind="suppressions").upload(FILE)
        importing.run()
        waits.clear()

        assert importing.reverted()["status"] == "reverted"
        assert waits == []


class TestBacklog:
    def test_is_over_when_the_relay_has_recorded_the_change(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@x.example"})
        backlog = recorded(api, cloud)
        assert backlog.recorded_until() == 0

        cloud.drain()

        receipts = [each["sk"].split("#") for each in cloud.items("events") if "changes" in each]
        (second,) = (int(made) for table, made, _ in receipts if table == backlog.changed.name)
        assert backlog.recorded_until() == second
