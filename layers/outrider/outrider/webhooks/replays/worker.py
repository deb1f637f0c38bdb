"""Replay worker: reads the requested events page by page and makes their deliveries pending, so
that the backlog drain sends them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal, Protocol

from outrider.access.models import WorkspaceId
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import clock, parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.errors import Stale
from outrider.webhooks.deliveries.log import DeliveryLog
from outrider.webhooks.deliveries.repository import delivery_of, recorded_at
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.endpoints.subscriptions import wants
from outrider.webhooks.models import Delivery, Replay, ReplayJob, State, Webhook
from outrider.webhooks.replays.redelivery import Repeats
from outrider.webhooks.replays.repository import ReplayRepository, ReplayWork

PAGE = 100
"""Events or log rows per page, which are in memory at once."""

Outcome = Literal["nothing to do", "completed", "cancelled", "to be continued", "overtaken"]


class Feed(Protocol):
    def read(
        self, after: FeedPosition | None, since: str | None, until: str | None, limit: int
    ) -> tuple[list[RecordedEvent], bool]: ...


@dataclass(frozen=True, slots=True)
class ReplayPage:
    matching: Sequence[Delivery]
    looked_at: int
    reached: str | None
    place: Item | None
    more: bool


@dataclass(frozen=True, slots=True)
class Replayer:
    """Replay worker of one workspace. `start_pump` starts the drain of an endpoint's backlog;
    `go_on` queues the next job of a replay."""

    workspace: WorkspaceId
    webhooks: WebhookRepository
    replays: ReplayRepository
    log: DeliveryLog
    feed: Feed
    repeats: Repeats
    start_pump: Callable[[str], None]
    go_on: Callable[[ReplayJob], None]

    def run(self, job: ReplayJob, enough_time: Callable[[], bool]) -> Outcome:
        """Continue a replay from its cursor for as long as there is time, and return the outcome.

        A page whose worker died is processed again. This is idempotent: a delivery stores the last
        replay that made it pending, and the same replay does not do so twice.
        """
        stored = self.webhooks.get(job.webhook_id)
        work = self.replays.get(job.webhook_id, job.replay_id)
        if work is None or work.replay.status != "running":
            return "nothing to do"
        try:
            if stored is None:
                self.replays.advance(work, _ended(work.replay, "cancelled"), None)
                return "cancelled"
            while True:
                page = self._page(stored.webhook, work)
                if page.matching:
                    parallel.each(
                        partial(self.repeats.replay, replay_id=job.replay_id), page.matching
                    )
                    self.start_pump(job.webhook_id)
                work = self.replays.advance(work, _with_progress(work.replay, page), page.place)
                if not page.more:
                    return "completed"
                if not enough_time():
                    self.go_on(job)
                    return "to be continued"
        except Stale:
            return "overtaken"

    def _page(self, webhook: Webhook, work: ReplayWork) -> ReplayPage:
        replay = work.replay
        if replay.delivery_status:
            return self._page_of_log(webhook, replay, replay.delivery_status, work.place)
        return self._page_of_feed(webhook, replay, work.place)

    def _page_of_feed(self, webhook: Webhook, replay: Replay, place: Item | None) -> ReplayPage:
        after = FeedPosition(**place) if place else None
        events, more = self.feed.read(after, replay.since, replay.until, PAGE)
        matching = [
            delivery_of(event, webhook.id)
            for event in events
            if _asked_for(webhook, replay, event.event)
        ]
        last = events[-1].place if events else after
        return ReplayPage(
            matching,
            looked_at=len(events),
            reached=last.recorded_at if last else None,
            place=asdict(last) if last else None,
            more=more,
        )

    def _page_of_log(
        self, webhook: Webhook, replay: Replay, status: State, place: Item | None
    ) -> ReplayPage:
        found, following = self.log.of_time(
            replay.webhook_id,
            since=replay.since,
            until=replay.until,
            state=status,
            limit=PAGE,
            after=place,
        )
        return ReplayPage(
            [each for each in found if _asked_for(webhook, replay, each.event)],
            looked_at=len(found),
            reached=recorded_at(following["sk"]) if following else replay.until,
            place=following,
            more=following is not None,
        )


def _asked_for(webhook: Webhook, replay: Replay, event: str) -> bool:
    """Return whether the replay includes the event. The log also has events that the webhook
    subscribed to in the past but no longer does."""
    if not wants(webhook.events, event):
        return False
    return replay.events is None or wants(replay.events, event)


def _with_progress(replay: Replay, page: ReplayPage) -> Replay:
    walked = replay.model_copy(
        update={
            "looked_at": replay.looked_at + page.looked_at,
            "matched": replay.matched + len(page.matching),
            "reached": page.reached or replay.reached,
        }
    )
    return walked if page.more else _ended(walked, "completed")


def _ended(replay: Replay, status: Literal["completed", "cancelled"]) -> Replay:
    return replay.model_copy(update={"status": status, "completed_at": clock.timestamp()})
