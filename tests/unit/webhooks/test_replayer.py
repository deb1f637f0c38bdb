"""A replay takes no more memory than a page of it, however many events there are."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import clock, ids, parallel
from outrider.kit.errors import Stale
from outrider.webhooks.endpoints.repository import Secrets, Stored
from outrider.webhooks.models import Delivery, EndpointState, Replay, ReplayJob, Webhook
from outrider.webhooks.replays import worker
from outrider.webhooks.replays.repository import ReplayWork
from outrider.webhooks.replays.worker import Replayer

WORKSPACE = WorkspaceId("wsp_" + "0" * 26)
MOMENT = "2026-03-02T09:00:00.000Z"
WEBHOOK = Webhook(
    id=ids.new("whk"),
    url="https://example.com/",
    events=["*"],
    created_at=MOMENT,
    updated_at=MOMENT,
)
REPLAY = Replay(
    id=ids.new("rpl"), webhook_id=WEBHOOK.id, since=MOMENT, until=MOMENT, created_at=MOMENT
)
JOB = ReplayJob(workspace=WORKSPACE, webhook_id=WEBHOOK.id, replay_id=REPLAY.id)


class Feed:
    """So many events, made when they are read."""

    def __init__(self, length: int) -> None:
        self.length = length

    def read(
        self, after: FeedPosition | None, since: str | None, until: str | None, limit: int
    ) -> tuple[Sequence[RecordedEvent], bool]:
        first = after.sequence + 1 if after else 1
        end = min(first + limit, self.length + 1)
        return [_event(sequence) for sequence in range(first, end)], end <= self.length


class Rest:
    """The webhook, the replay as it stands, and how many deliveries were set waiting."""

    def __init__(self) -> None:
        self.work = ReplayWork(REPLAY)
        self.set_waiting: set[str] = set()
        self.jobs: list[ReplayJob] = []

    def get(self, webhook_id: str, replay_id: str = "") -> Any:
        return self.work if replay_id else Stored(WEBHOOK, Secrets(b""), EndpointState())

    def advance(self, work: ReplayWork, after: Replay, place: Any) -> ReplayWork:
        self.work = ReplayWork(after, work.pages + 1, place)
        return self.work

    def replay(self, delivery: Delivery, replay_id: str) -> bool:
        self.set_waiting.add(delivery.event_id[-8:])
        return True

    def go_on(self, job: ReplayJob) -> None:
        self.jobs.append(job)


class Overtaken(Rest):
    def advance(self, work: ReplayWork, after: Replay, place: Any) -> ReplayWork:
        raise Stale


class WithoutWebhook(Rest):
    def get(self, webhook_id: str, replay_id: str = "") -> Any:
        return self.work if replay_id else None


def _event(sequence: int) -> RecordedEvent:
    return RecordedEvent.model_construct(
        id=f"evt_{sequence:026d}",
        event="contact.created",
        created_at=MOMENT,
        recorded_at=MOMENT,
        workspace_id=WORKSPACE.public,
        mode="live",
        sequence=sequence,
        actor="engine",
        request_id="",
        data={"contact_id": "con_" + "0" * 26},
    )


def made(rest: Any, feed: Any) -> Replayer:
    return Replayer(WORKSPACE, rest, rest, rest, feed, rest, lambda _: None, rest.go_on)


class TestRun:
    def test_takes_a_page_of_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parallel, "each", lambda work, things: [*map(work, things)])
        rest = Rest()
        peaks = []
        for length in (500, 25_000):
            rest.work = ReplayWork(REPLAY)
            tracemalloc.start()
            outcome = made(rest, Feed(length)).run(JOB, lambda: True)
            before = len(rest.set_waiting) * 200
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
            tracemalloc.stop()
            assert (outcome, rest.work.replay.matched) == ("completed", length)

        assert len(rest.set_waiting) == 25_000
        assert peaks[1] < 2 * peaks[0]

    def test_goes_on_in_another_call_when_time_is_short(self) -> None:
        rest = Rest()
        calls = 0
        while rest.work.replay.status == "running":
            made(rest, Feed(450)).run(JOB, lambda: False)
            calls += 1

        assert (calls, rest.jobs, len(rest.set_waiting)) == (5, [JOB] * 4, 450)
        assert rest.work.replay.completed_at
        assert rest.work.replay.completed_at <= clock.timestamp()

    def test_leaves_a_replay_to_who_has_gone_on_with_it(self) -> None:
        rest = Overtaken()

        assert made(rest, Feed(450)).run(JOB, lambda: True) == "overtaken"
        assert len(rest.set_waiting) == worker.PAGE

    def test_ends_with_its_webhook(self) -> None:
        rest = WithoutWebhook()

        assert made(rest, Feed(1)).run(JOB, lambda: True) == "cancelled"
        assert (rest.work.replay.status, rest.set_waiting) == ("cancelled", set())
        assert made(rest, Feed(1)).run(JOB, lambda: True) == "nothing to do"
