"""Webhooks by a simulated clock: the product's fan-out, deliverer, pump and sweeper, with DynamoDB
in memory, queues that are a heap of moments, and endpoints that are a function.

Workers are threads that take turns: one runs at a time, and while a request is under way its worker
waits for the moment of the answer. So requests overlap as they do in life, and each run is alike.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from threading import Lock, Thread, current_thread
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.kit import clock, ids
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import StoreFailed, Table
from outrider.kit.aws.kms import Safe
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.webhooks.deliveries import sender
from outrider.webhooks.deliveries.backlog import Pump
from outrider.webhooks.deliveries.deliverer import Deliverer
from outrider.webhooks.deliveries.fanout import Fanout
from outrider.webhooks.deliveries.repository import DeliveryRepository
from outrider.webhooks.deliveries.sender import WebhookSender
from outrider.webhooks.deliveries.sweeper import Sweeper
from outrider.webhooks.deliveries.timers import Timers
from outrider.webhooks.endpoints.endpoint_state import EndpointStateRepository
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.models import DeliveryJob, ProbeJob, PumpJob, Webhook
from tests.harness.memory import Memory, MemoryTable

START = datetime(2026, 3, 2, tzinfo=UTC)
WORKERS = 50
"""As template.yaml lets run at once."""
TABLE = "webhooks"
HIDDEN = timedelta(seconds=180)
"""As infra/messaging.yaml says of messages that were given out."""
_SWEEP = timedelta(minutes=1)
Behaviour = Callable[[datetime, str], tuple[float, HttpResponse | OutboundFailed]]
"""What comes of a request at a moment with an event's id, and after how many seconds."""


@dataclass(frozen=True, slots=True)
class Request:
    event_id: str
    began: datetime
    ended: datetime
    answer: HttpResponse | OutboundFailed

    @property
    def taken(self) -> bool:
        return isinstance(self.answer, HttpResponse) and 200 <= self.answer.status < 300


@dataclass(slots=True)
class Endpoint:
    behaviour: Behaviour
    workspace: WorkspaceId
    webhook_id: str
    events: dict[str, datetime] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    @property
    def url(self) -> str:
        return f"https://{self.webhook_id}.example/"

    def taken_at(self) -> dict[str, datetime]:
        """When each event arrived first."""
        found: dict[str, datetime] = {}
        for request in self.requests:
            if request.taken:
                found.setdefault(request.event_id, request.ended)
        return found


class _Worker(Thread):
    def __init__(self, world: "World") -> None:
        super().__init__(daemon=True)
        self.go = _turn()
        self.job: Callable[[], None] | None = None
        self.failure: BaseException | None = None
        self._world = world

    def run(self) -> None:
        while True:
            self.go.acquire()
            if self.job is None:
                return
            try:
                self.job()
            except BaseException as failure:
                self.failure = failure
            self._world.finished(self)

    def pause(self) -> None:
        self._world.turn.release()
        self.go.acquire()


def _turn() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


class World:
    def __init__(self) -> None:
        self.now = START
        self.turn = _turn()
        self.store = Memory(**{TABLE: MemoryTable(indexes=("by_waiting",))})
        self.endpoints: dict[str, Endpoint] = {}
        self.jobs: Counter[str] = Counter()
        self.lost: Callable[[Mapping[str, Any]], bool] = lambda job: False
        """Which messages never come."""
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()
        self._idle: list[_Worker] = []
        self._workers: list[_Worker] = []
        self._waiting: deque[Callable[[], None]] = deque()
        self._queue = cast("Queue", SimpleNamespace(send=self._send))
        self._timers = Timers(self._queue)

    # What the product is given

    def _send(self, messages: Sequence[QueueMessage]) -> None:
        for message in messages:
            assert 0 <= message.delay_seconds <= 900
            self._come(self.now + timedelta(seconds=message.delay_seconds), message.body)

    def _come(self, moment: datetime, body: Mapping[str, Any]) -> None:
        if not self.lost(body):
            self.at(moment, lambda: self._start(lambda: self._work(body)))

    def _work(self, body: Mapping[str, Any]) -> None:
        """What fails, the queue gives again."""
        try:
            self._carry_out(body)
        except StoreFailed:
            self._come(self.now + HIDDEN, body)

    def _carry_out(self, body: Mapping[str, Any]) -> None:
        kind = str(body["kind"])
        self.jobs[kind] += 1
        workspace = WorkspaceId(body["workspace"])
        match kind:
            case "attempt":
                self._deliverer(workspace).attempt(DeliveryJob.model_validate(body))
            case "probe":
                self._deliverer(workspace).probe(ProbeJob.model_validate(body))
            case _:
                self._pump(workspace).run(PumpJob.model_validate(body))

    def _deliverer(self, workspace: WorkspaceId) -> Deliverer:
        table = Table(TABLE)
        safe = cast("Safe", SimpleNamespace(open=lambda webhook_id, locked: locked))
        outbound = cast("Outbound", SimpleNamespace(post=self._post))
        return Deliverer(
            workspace,
            WebhookRepository(table, workspace),
            EndpointStateRepository(table, workspace),
            DeliveryRepository(table, workspace),
            safe,
            WebhookSender(outbound),
            self._timers,
            self._pump(workspace),
        )

    def _pump(self, workspace: WorkspaceId) -> Pump:
        table = Table(TABLE)
        return Pump(
            workspace,
            WebhookRepository(table, workspace),
            EndpointStateRepository(table, workspace),
            DeliveryRepository(table, workspace),
            self._timers,
        )

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
        endpoint = self.endpoints[url]
        worker = current_thread()
        assert isinstance(worker, _Worker)
        event_id, began = headers["webhook-id"], self.now
        seconds, answer = endpoint.behaviour(began, event_id)
        endpoint.under_way += 1
        endpoint.most_under_way = max(endpoint.most_under_way, endpoint.under_way)
        self.at(began + timedelta(seconds=seconds), lambda: self._resume(worker))
        worker.pause()
        endpoint.under_way -= 1
        endpoint.requests.append(Request(event_id, began, self.now, answer))
        if isinstance(answer, OutboundFailed):
            raise answer
        return answer

    # Time

    def at(self, moment: datetime, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (max(moment, self.now), next(self._number), do))

    def run(self, until: datetime) -> None:
        """Let time pass; the sweeper comes every minute."""
        seconds = SimpleNamespace(perf_counter=self._seconds)
        self.at(self.now + _SWEEP, self._sweep)
        with (
            patch.object(clients, "dynamodb", lambda: self.store),
            patch.object(sender, "time", seconds),
        ):
            try:
                while self._agenda and self._agenda[0][0] <= until:
                    self.now, _, do = heapq.heappop(self._agenda)
                    with clock.frozen(self.now):
                        do()
            finally:
                for worker in self._idle:
                    worker.job = None
                    worker.go.release()

    def _seconds(self) -> float:
        return (self.now - START).total_seconds()

    def _sweep(self) -> None:
        sweeper = Sweeper(Table(TABLE), self._pump, lambda _: None)
        with suppress(StoreFailed):  # the next one goes on
            for waiting in list(sweeper.overdue()):
                sweeper.wake(waiting)
        self.at(self.now + _SWEEP, self._sweep)

    def _start(self, job: Callable[[], None]) -> None:
        if self._idle:
            worker = self._idle.pop()
        elif len(self._workers) < WORKERS:
            worker = _Worker(self)
            self._workers.append(worker)
            worker.start()
        else:
            self._waiting.append(job)
            return
        worker.job = job
        self._resume(worker)

    def _resume(self, worker: _Worker) -> None:
        """Let a worker run until it waits or has finished."""
        worker.go.release()
        self.turn.acquire()
        if worker.failure:
            raise worker.failure

    def finished(self, worker: _Worker) -> None:
        self._idle.append(worker)
        if self._waiting:
            self.at(self.now, partial(self._start, self._waiting.popleft()))
        self.turn.release()

    # What happens

    def register(self, behaviour: Behaviour) -> Endpoint:
        number = str(len(self.endpoints))
        workspace = WorkspaceId(ids.derived("wsp", number))
        endpoint = Endpoint(behaviour, workspace, ids.derived("whk", number))
        self.endpoints[endpoint.url] = endpoint
        moment = clock.to_text(self.now)
        webhook = Webhook(
            id=endpoint.webhook_id,
            url=endpoint.url,
            events=["*"],
            created_at=moment,
            updated_at=moment,
        )
        with patch.object(clients, "dynamodb", lambda: self.store), clock.frozen(self.now):
            WebhookRepository(Table(TABLE), endpoint.workspace).add(
                webhook, b"a secret of 24 bytes"
            )
        return endpoint

    def tell(self, endpoint: Endpoint, moment: datetime) -> None:
        """An event of the endpoint's workspace, at a moment to come."""
        event_id = ids.derived("evt", endpoint.url, str(len(endpoint.events)))
        endpoint.events[event_id] = moment
        text = clock.to_text(moment)
        event = RecordedEvent(
            id=event_id,
            event="contact.created",
            created_at=text,
            recorded_at=text,
            sequence=len(endpoint.events),
            workspace_id=endpoint.workspace.public,
            mode="live",
            actor="engine",
            request_id="",
            data={"number": len(endpoint.events)},
        )
        table = Table(TABLE)
        fanout = Fanout(
            WebhookRepository(table, endpoint.workspace),
            DeliveryRepository(table, endpoint.workspace),
            self._queue,
        )

        def fan_out() -> None:
            try:
                fanout.fan_out([event])
            except StoreFailed:
                self.at(self.now + HIDDEN, fan_out)

        self.at(moment, fan_out)

    def rows(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """Deliveries and attempts of an endpoint."""
        partition = f"{endpoint.workspace}#{endpoint.webhook_id}"
        return list(self.store.tables[TABLE].partitions[partition].items.values())
