"""All of it together: one Cloud lives as long as the process, and is made fresh for each test."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from outrider.kit.aws import clients
from outrider.kit.aws.attributes import Item, decode_item
from outrider.kit.clock import epoch_ms, to_epoch_ms
from outrider.sequences import kept
from outrider.writing.wiring import providers
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.bus import Bus, object_created
from tests.harness.clock import Clock
from tests.harness.contract import Contract
from tests.harness.dynamodb import watched
from tests.harness.executions import Execution, Executions
from tests.harness.failures import Call, TimedOut
from tests.harness.functions import Functions
from tests.harness.history import History
from tests.harness.indexes import Indexes
from tests.harness.mail import Mail, MailService
from tests.harness.network import models_on_this_machine
from tests.harness.permissions import Permissions
from tests.harness.queues import Message, Queue, Queues
from tests.harness.replicas import Replicas
from tests.harness.snapshots import Snapshot
from tests.harness.stack import Stack
from tests.harness.streams import Streams
from tests.harness.texts import Text, TextService
from tests.harness.wire import Wire

_ENOUGH = 1_000
_LONGEST_LOOP = 16
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html"""


class WorkFailed(AssertionError):
    """A worker did not take some of its records. Its log has the reason."""


class Cloud:
    """Attributes: `api`, `clock`, `bus`, `executions`, `permissions`, and what misbehaves when
    told: `wire` (crashes, refusals, throttling, conflicts), `streams`, `indexes`, `replicas`,
    `ses`."""

    def __init__(self, made: Stack) -> None:
        self.stack = made
        self._queues = Queues(made.queues)
        self.ses = MailService()
        self._texts = TextService()
        self.permissions = Permissions(made, self._queues, self.ses)
        self.contract = Contract()
        self.bus = Bus(made.bus_name, made.bus_arn, made.rules(), self.contract)
        self.executions = Executions(made.machines())
        players = {
            "sqs": self._queues.answer,
            "events": self.bus.answer,
            "sesv2": self.ses.answer,
            "sns": self._texts.answer,
            "stepfunctions": self.executions.answer,
        }
        self.wire = Wire(players, self.permissions.check)
        self._functions = Functions(made, self.permissions, self.wire)
        self.wire.players["lambda"] = self._functions.answer
        self.streams = Streams(made)
        self._history = History(self.streams)
        self.indexes = Indexes(self._history)
        self.replicas = Replicas(self.streams, self._history)
        self.wire.written = self._history.look
        self.wire.answering = self.replicas.answering
        self._objects = made.session.create_client("s3")
        self._subscribed = self._queue_subscriptions()
        self.kept: list[tuple[object, str]] = []
        """What else snapshots put aside: parts of a test's own, and the names of attributes."""

    def begin(self) -> None:
        """A new test: nothing under way, the clock at its start, no workspace yet."""
        stack.forget()
        self.wire.attach()
        clients.connect_dynamodb = partial(watched, self.wire)
        for part in (
            self._queues,
            self.ses,
            self._texts,
            self.bus,
            self.executions,
            self.wire,
        ):
            part.clear()
        self.kept.clear()
        self.streams.begin()
        self._history.forget()
        self.contract.begin()
        self.clock = Clock()
        self.api = Api(self._functions, self.wire, self.clock, self.contract)

    def end(self) -> None:
        """Raises AssertionError when the test made an event that its schema does not allow."""
        self.clock.release()
        self.contract.end()

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call `functions/<function>/app.py` with an event."""
        return self._functions.invoke(function, event)

    def mails(self) -> list[Mail]:
        """What SES accepted, oldest first."""
        return list(self.ses.sent)

    def verify_identity(self, name: str, *, dkim: str = "SUCCESS", **more: Any) -> None:
        """Have SES send for an address or domain; `more` is told of it too."""
        self.ses.identities[name] = {
            "VerifiedForSendingStatus": True,
            "DkimAttributes": {"Status": dkim, "Tokens": ["one", "two", "three"]},
            **more,
        }

    def texts(self) -> list[Text]:
        """All accepted short messages, in order."""
        return list(self._texts.sent)

    def queue(self, logical_id: str) -> Queue:
        """A queue of infra/messaging.yaml, for example `StepsQueue`."""
        return self._queues.by_id[logical_id]

    def queues(self) -> dict[str, Queue]:
        """All queues, by their names in infra/messaging.yaml."""
        return dict(self._queues.by_id)

    def upload(self, url: str, body: bytes) -> str:
        """PUT a file at a link of ours, as a client does. Gives its key."""
        key = unquote(urlsplit(url).path.lstrip("/"))
        self.put_file(key, body)
        return key

    def put_file(self, key: str, body: bytes) -> None:
        """Put an object into the bucket of files, which tells of it."""
        bucket = self.stack.data["FilesBucketName"]
        self._objects.put_object(Bucket=bucket, Key=key, Body=body)
        self.bus.carry(object_created(bucket, key, len(body)))

    def download(self, url: str) -> bytes:
        """GET a file from a link of ours, as a client does."""
        link = urlsplit(url)
        bucket, key = link.netloc.partition(".")[0], unquote(link.path.lstrip("/"))
        return bytes(self._objects.get_object(Bucket=bucket, Key=key)["Body"].read())

    def calls(self) -> list[Call]:
        """Every AWS call of this test."""
        return list(self.wire.calls)

    def items(self, table: str, prefix: str = "") -> list[Item]:
        """The items of a table (`contacts`, …) whose partition key begins with `prefix`."""
        name = self.stack.data[f"{table.title()}TableName"]
        (found,) = [each for each in self.streams.tables if each.name == name]
        items = [
            item
            for pk, partition in found.items.items()
            if pk.value.startswith(prefix)
            for item in partition.values()
        ]
        return [decode_item(item.to_json()["Attributes"]) for item in items]

    def snapshot(self) -> Snapshot:
        """How everything stands, to be begun from again."""
        providers.forget()
        attributes: list[tuple[object, str]] = [
            (self.ses, "sent"),
            (self._texts, "sent"),
            (self.bus, "published"),
            (self.bus, "pending"),
            (self.executions, "all"),
            (self.api, "_workspaces"),
        ]
        attributes += self.kept
        attributes += [(queue, "messages") for queue in self._queues.by_id.values()]
        attributes += [(each, "position") for each in self.streams.subscriptions]
        return Snapshot(self.clock.now, self.streams.tables, attributes)

    def restore(self, snapshot: Snapshot) -> None:
        """Everything as it stood then; what the bucket holds stays."""
        snapshot.bring_back()
        kept.forget()
        providers.forget()
        self.wire.clear()
        self.clock.set(snapshot.moment)
        self._history.look()

    @contextmanager
    def writes(self) -> Iterator[list[tuple[str, str]]]:
        """The keys of what is written inside the block, but for the records the meter counts on."""
        before = self.streams.lengths()
        written: list[tuple[str, str]] = []
        yield written
        written += [
            (pk, sk) for pk, sk in self.streams.written_since(before) if not pk.startswith("key#")
        ]

    @contextmanager
    def environment(self, **variables: str) -> Iterator[None]:
        """Another environment for a while, for functions and for the library: STAGE="local"."""
        before, self._functions.overrides = self._functions.overrides, variables
        try:
            with stack.environment({**os.environ, **variables}):
                yield
        finally:
            self._functions.overrides = before

    def take(self, logical_id: str, limit: int = 10) -> dict[str, Any]:
        """The event with which a queue's worker gets its next messages, once what leads to the
        queue is carried there. They stay in the queue, hidden for its timeout."""
        while self._carry_streams() or self._carry_events():
            pass
        queue = self.queue(logical_id)
        return {"Records": [_record(queue, message) for message in queue.receive(limit)]}

    def drain(self, *, tolerate_failures: bool = False) -> None:
        """Carry everything that can be carried at this moment, until nothing moves.

        An error of a function comes out here, and what it worked on stays to be carried again:
        stream records and events at once, queue messages after their visibility timeout. A record
        that a queue worker reports as failed raises WorkFailed, unless failures are tolerated.
        """
        for _ in range(_ENOUGH):
            moved = [
                self._carry_streams(),
                self._carry_events(),
                self._carry_queues(tolerate_failures),
            ]
            if not any(moved):
                return
        raise AssertionError("the stack does not come to rest: something feeds itself")

    def skip(self) -> None:
        """Take everything written so far for carried: nobody hears of it."""
        self.streams.skip()

    def carry_until(self, queue: str) -> None:
        """Carry streams and events until something lies in a queue, and nothing further."""
        for _ in range(_ENOUGH):
            if self.queue(queue).messages:
                return
            self._carry_streams()
            self._carry_events()
        raise AssertionError(f"nothing came to {queue}")

    def run(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        until: datetime | None = None,
        step: Callable[[], None] | None = None,
    ) -> None:
        """Let time pass, carrying everything at its moment: executions, delayed messages.

        Stops when nothing is left to wait for, or the time is over; then the clock stands at its
        end. `step` is called after every moment something happened at.
        """
        end = until or (self.clock.now + timedelta(days=days, hours=hours))
        for _ in range(_ENOUGH * 10):
            self.drain()
            for execution in self.executions.running():
                self.executions.step(execution, self._functions.invoke)
            self.drain()
            if step:
                step()
            upcoming = self._next_ms()
            if upcoming is None or upcoming > to_epoch_ms(end):
                break
            if upcoming > epoch_ms():
                self.clock.set_ms(upcoming)
        else:
            raise AssertionError("the executions do not end")
        if self.clock.now < end:
            self.clock.set(end)

    def run_campaign(self, campaign_id: str, *, days: float = 90) -> Execution:
        """Let time pass until the campaign's last execution has ended, or `days` are over."""
        end = self.clock.now + timedelta(days=days)
        while True:
            self.drain()
            mine = [
                each
                for each in self.executions.all.values()
                if each.input.get("campaign_id") == campaign_id
            ]
            upcoming = self._next_ms()
            over = upcoming is None or upcoming > to_epoch_ms(end)
            if mine and (over or all(each.status != "RUNNING" for each in mine)):
                return mine[-1]
            assert upcoming is not None, f"nothing started a run of {campaign_id}"
            self.run(
                until=max(
                    self.clock.now,
                    datetime.fromtimestamp(upcoming / 1000, tz=self.clock.now.tzinfo),
                )
            )

    def _next_ms(self) -> int | None:
        moments = [execution.wake_ms for execution in self.executions.running()]
        moments += [ms for queue, _, _ in self._subscribed if (ms := queue.next_ms()) is not None]
        return min(moments, default=None)

    def _carry_streams(self) -> bool:
        moved = False
        for subscription in self.streams.subscriptions:
            while True:
                records, position = self.streams.batch(subscription)
                for _ in range(self.streams.times if records else 0):
                    self._functions.invoke(subscription.function, {"Records": records})
                    moved = True
                subscription.position = position
                if not records:
                    break
        return moved

    def _carry_events(self) -> bool:
        moved = False
        while self.bus.pending:
            target, event = self.bus.pending[0]
            if target in self._queues.by_arn:
                self._queues.by_arn[target].send(json.dumps(event))
            else:
                self._functions.invoke(target, event)
            self.bus.pending.popleft()
            moved = True
        return moved

    def _carry_queues(self, tolerate_failures: bool) -> bool:
        moved = False
        for queue, function, batch_size in self._subscribed:
            while messages := queue.receive(batch_size):
                moved = True
                failed = self._work(queue, function, messages)
                queue.delete([message for message in messages if message.id not in failed])
                if failed and not tolerate_failures:
                    raise WorkFailed(f"{function} failed {len(failed)} of {len(messages)} records")
        return moved

    def _work(self, queue: Queue, function: str, messages: list[Message]) -> set[str]:
        """Give messages to a function; the ids of those that it did not handle. A chain that has
        called it too often ends in the dead letters."""
        with self._queues.chained(function, messages) as turn:
            if turn > _LONGEST_LOOP and not self._functions.may_loop(function):
                assert queue.dead_letters
                queue.dead_letters.messages += messages
                return set()
            try:
                answer = self._functions.invoke(
                    function, {"Records": [_record(queue, message) for message in messages]}
                )
            except TimedOut:
                return {message.id for message in messages}
        return {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}

    def _queue_subscriptions(self) -> list[tuple[Queue, str, int]]:
        return [
            (
                self._queues.by_arn[self.stack.resolve(event.properties["Queue"])],
                function.name,
                event.properties.get("BatchSize", 10),
            )
            for function in self.stack.functions.values()
            for event in function.events
            if event.kind == "SQS"
        ]


def _record(queue: Queue, message: Message) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": f"{message.id}#{message.receives}",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(epoch_ms()),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": stack.REGION,
    }


@contextmanager
def built() -> Iterator[Cloud]:
    with models_on_this_machine(), stack.created() as made:
        yield Cloud(made)
