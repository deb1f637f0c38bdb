"""The stream of contacts by a simulated clock, while one workspace imports a large file.

Relay, recorder, bus client and the import's pace are the product's own, with DynamoDB in memory.
Lambda takes a shard's records as AWS says that it does: it looks four times a second, waits for a
full batch or the end of the window, and has one call under way for each lane of the shard, in which
each item keeps its order. The queues behind the bus are fair. All other work is time alone.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
"""

import json
import math
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from outrider.access.models import Caller, WorkspaceId
from outrider.events.feed.backlog import FeedBacklog
from outrider.events.feed.batches import FeedBatch
from outrider.events.feed.recording import Recorder
from outrider.events.feed.relay import EventRelay, MessageItems
from outrider.imports.pace import Backpressure
from outrider.imports.runner import CHUNK_ROWS
from outrider.kit import ids, outbox
from outrider.kit.aws import clients
from outrider.kit.aws.attributes import decode_item, encode_item
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.eventbridge import Bus
from tests.engine.slow_servers import FairQueue
from tests.harness.contention import START, Clock, Store, at_once

BATCH, WINDOW = 90, 1.0
"""As template.yaml has the relay's subscription."""
_LOOK = 0.25
RELAY_CPU = 0.00041
"""Seconds for an event: 0.12 ms of a processor, of which the relay's 512 MB are 0.29. Without a
network it is 0.10 ms, of which PutEvents has 0.055."""
_PUT_EVENTS = 0.010
_TO_QUEUE = 0.05
"""Seconds from the bus to the queue of a rule."""
PLAN, ROWS_AT_ONCE = 0.35, 33
"""Seconds in which an import reads and plans a chunk: half of them are its own at 1,024 MB (0.3 ms
of a processor a row), half are calls (claims of the addresses, three objects of the bucket, the
import). Then it writes so many rows in a transaction."""
CREATE, CHANGE = 2, 1
"""Write units of a row: in a transaction, alone."""
_WRITE = {CREATE: 0.0005, CHANGE: 0.0017}
"""Seconds of a row: 0.3 ms of a processor in a call of many rows, 1 ms in a call of its own."""
UNITS_A_SECOND = 1_000
"""Write units that a partition of DynamoDB takes. A shard has what one partition was given."""
FAN_OUT, DELIVERY = 0.025, 0.15
"""Seconds of one event at the fan-out's worker, and of one delivery with its request."""
FAN_OUT_BATCH = 10
PATIENCE = 30.0
"""Seconds after the last contact of the quiet workspace."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event on its way through a queue."""

    workspace: str
    about: str


class Feeds(Store):
    """DynamoDB, which hears when what became of whose feed."""

    def __init__(self, time: Clock, heard: Callable[[FeedBatch], None]) -> None:
        super().__init__(time)
        self._heard = heard

    def _transactwriteitems(self, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = super()._transactwriteitems(params)
        for each in params["TransactItems"]:
            item = decode_item(each["Put"]["Item"])
            workspace, _, kind = item["pk"].partition("#")
            if kind == "feed":
                self._heard(FeedBatch.from_item(WorkspaceId(workspace), item))
        return answer


class Stream:
    """One shard, in `lanes` that are called at once."""

    def __init__(self, time: Clock, lanes: int) -> None:
        self._time = time
        self._lanes: list[deque[tuple[float, dict[str, Any]]]] = [deque() for _ in range(lanes)]
        self._number = 0

    def add(self, event: outbox.Event, about: str) -> None:
        self._number += 1
        image = {"pk": event.partition, "sk": about, **outbox.attribute([event])}
        now = self._time.ms / 1000
        lane = self._lanes[zlib.crc32(about.encode()) % len(self._lanes)]
        record = {
            "eventID": str(self._number),
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:1:table/contacts/stream/1",
            "dynamodb": {
                "NewImage": encode_item(image),
                "ApproximateCreationDateTime": int(START.timestamp() + now),
            },
        }
        lane.append((now, record))

    def consume(
        self,
        lane: int,
        handle: Callable[[list[dict[str, Any]]], None],
        is_over: Callable[[], bool],
    ) -> None:
        records, time = self._lanes[lane], self._time
        seen: float | None = None  # when the window of what waits began
        while not is_over():
            now = time.ms / 1000
            if records and seen is None:
                seen = now
            if len(records) >= BATCH or (seen is not None and now >= seen + WINDOW):
                batch = [records.popleft()[1] for _ in range(min(len(records), BATCH))]
                handle(batch)
                seen = None
            else:
                time.sleep(_LOOK)


class World:
    def __init__(self, *, lanes: int, workers: tuple[int, int], paced: bool) -> None:
        self.time = Clock()
        self.quiet, self.other = (
            WorkspaceId(ids.derived("wsp", name)) for name in ("quiet", "other")
        )
        self.made: dict[str, float] = {}
        """When each contact of the quiet workspace was committed."""
        self.seen: dict[str, dict[str, float]] = {"feed": {}, "bus": {}, "webhook": {}}
        """When each of them was seen there first."""
        self.imported = 0
        self.store = Feeds(self.time, self._recorded)
        self.stream = Stream(self.time, lanes)
        self._fan_out = FairQueue[Told](self.time, fair=True)
        self._deliveries = FairQueue[Told](self.time, fair=True)
        self._workers, self._paced, self._lanes = workers, paced, lanes
        self._partition_free = 0.0
        self._end, self._contacts = 0.0, 0
        self._relay = EventRelay(
            lambda workspace: Recorder(Table("events"), workspace, lambda *_: []),
            Bus("bus"),
            MessageItems(lambda _: {}, lambda *_: None, lambda *_: []),
        )

    def run(self, seconds: float, imports: int, rows: int, units: int) -> None:
        """`rows` are those of each of `imports`, `units` what writing one of them costs."""
        self._end, self._contacts = seconds + PATIENCE, int(seconds)
        fan_outs, deliverers = self._workers
        with self._held_still():
            self.time.run(
                self._live,
                *(lambda n=n: self._import(n, rows, units) for n in range(imports)),
                *(
                    lambda lane=lane: self.stream.consume(lane, self._handle, self._is_over)
                    for lane in range(self._lanes)
                ),
                *(
                    lambda: self._work(self._fan_out, FAN_OUT_BATCH, self._deliver_later)
                    for _ in range(fan_outs)
                ),
                *(
                    lambda: self._work(self._deliveries, 1, self._delivered)
                    for _ in range(deliverers)
                ),
            )

    def _live(self) -> None:
        """A contact a second, at any moment of it."""
        for number in range(self._contacts):
            at = number + (number * 0.618) % 1
            self.time.sleep(max(0.0, at - self._now))
            contact = ids.derived("con", "quiet", str(number))
            self.made[contact] = self._now
            self._commit(self.quiet, contact)

    def _import(self, number: int, rows: int, units: int) -> None:
        pace = Backpressure(
            FeedBacklog(Table("events"), self.other, Table("contacts")).recorded_until
        )
        for first in range(0, rows, CHUNK_ROWS):
            self.time.sleep(PLAN)
            for start in range(first, first + CHUNK_ROWS, ROWS_AT_ONCE):
                some = range(start, min(start + ROWS_AT_ONCE, first + CHUNK_ROWS))
                self._write(len(some), units)
                for row in some:
                    self._commit(self.other, ids.derived("con", str(number), str(row)))
            self.imported += CHUNK_ROWS
            if self._is_over():
                return
            if self._paced:
                pace.follow()

    def _is_over(self) -> bool:
        """Whether all contacts of the quiet workspace were delivered, or it is too late."""
        return self._now >= self._end or len(self.seen["webhook"]) == self._contacts

    def _write(self, rows: int, units: int) -> None:
        free = max(self._partition_free, self._now) + rows * units / UNITS_A_SECOND
        self._partition_free = free
        self.time.sleep(max(free - self._now, rows * _WRITE[units]))

    def _commit(self, workspace: WorkspaceId, contact: str) -> None:
        event = Caller.engine(workspace).event("contact.created", contact_id=contact)
        self.stream.add(event, contact)

    def _handle(self, records: list[dict[str, Any]]) -> None:
        self.time.sleep(RELAY_CPU * len(records))
        self._relay.relay(records)

    def _recorded(self, batch: FeedBatch) -> None:
        if batch.workspace == self.quiet:
            for event in batch.events:
                self.seen["feed"].setdefault(event.data["contact_id"], self._now)

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - boto's
        """EventBridge."""
        self.time.sleep(_PUT_EVENTS)
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            told = Told(detail["workspace_id"], detail["data"]["contact_id"])
            if told.about in self.made:
                self.seen["bus"].setdefault(told.about, self._now)
            self._fan_out.send(told, self._now + _TO_QUEUE)
        return {"FailedEntryCount": 0, "Entries": [{}] * len(Entries)}

    def _work(self, queue: FairQueue[Told], batch: int, handle: Callable[[Told], None]) -> None:
        while not self._is_over():
            received = queue.receive(batch)
            if not received:
                self.time.sleep(max(0.02, min(queue.next_in(), 0.1)))
            for told in received:
                began = self._now
                handle(told)
                queue.done(told, self._now - began)

    def _deliver_later(self, told: Told) -> None:
        self.time.sleep(FAN_OUT)
        self._deliveries.send(told, self._now)

    def _delivered(self, told: Told) -> None:
        self.time.sleep(DELIVERY)
        if told.about in self.made:
            self.seen["webhook"].setdefault(told.about, self._now)

    @property
    def _now(self) -> float:
        return self.time.ms / 1000

    @contextmanager
    def _held_still(self) -> Iterator[None]:
        with (
            at_once(self.store, seed=1),
            patch.object(clients, "client", lambda _: self),
        ):
            yield


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds from the commit of a contact of the quiet workspace to where its event is seen, of
    which 95 of 100 take less; and how many rows a second the other workspace imported."""

    feed: float
    bus: float
    webhook: float
    rows_a_second: float


def measure(
    *,
    imports: int,
    rows: int = 100_000,
    units: int = CREATE,
    seconds: float = 60,
    lanes: int = 1,
    workers: tuple[int, int] = (20, 50),
    paced: bool = True,
) -> Figures:
    """What was not seen half a minute after the last contact counts as if it were then."""
    world = World(lanes=lanes, workers=workers, paced=paced)
    world.run(seconds, imports, rows, units)
    end = seconds + PATIENCE
    delays = {
        place: sorted(seen.get(contact, end) - at for contact, at in world.made.items())
        for place, seen in world.seen.items()
    }
    p95 = {place: each[math.ceil(0.95 * len(each)) - 1] for place, each in delays.items()}
    return Figures(**p95, rows_a_second=world.imported / (world.time.ms / 1000))
