"""SQS by the test's clock: delays, visibility timeouts, redrive to a dead-letter queue."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from outrider.kit import clock

MAX_DELAY_SECONDS = 900
MAX_BATCH_BYTES = 1024 * 1024


@dataclass(slots=True)
class Message:
    """`visible_ms`: epoch milliseconds from which on it is received."""

    body: str
    visible_ms: int
    id: str = field(default_factory=lambda: str(uuid4()))
    receives: int = 0
    chain: Mapping[str, int] = field(default_factory=dict)
    """How often each function was called on the way to this message, through queues alone."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Queue:
    name: str
    arn: str
    url: str
    visibility_timeout: int = 30
    delay_seconds: int = 0
    """Of messages that name none."""
    max_receives: int = 0
    dead_letters: "Queue | None" = None
    messages: list[Message] = field(default_factory=list)

    def send(
        self,
        body: str,
        delay_seconds: int | None = None,
        chain: Mapping[str, int] | None = None,
    ) -> Message:
        delay = self.delay_seconds if delay_seconds is None else delay_seconds
        message = Message(body, clock.epoch_ms() + delay * 1000, chain=chain or {})
        self.messages.append(message)
        return message

    def receive(self, limit: int) -> list[Message]:
        """Up to `limit` messages whose time has come; they are hidden for the timeout."""
        now = clock.epoch_ms()
        received: list[Message] = []
        for message in [message for message in self.messages if message.visible_ms <= now]:
            if self.dead_letters and message.receives >= self.max_receives:
                self.messages.remove(message)
                self.dead_letters.messages.append(message)
            elif len(received) < limit:
                message.receives += 1
                message.visible_ms = now + self.visibility_timeout * 1000
                received.append(message)
        return received

    def delete(self, messages: list[Message]) -> None:
        self.messages = [message for message in self.messages if message not in messages]

    def redrive(self) -> int:
        """Take back what its dead-letter queue has, as new messages. Gives how many."""
        assert self.dead_letters, f"{self.name} has no dead-letter queue"
        moved, self.dead_letters.messages = self.dead_letters.messages, []
        for message in moved:
            self.send(message.body, delay_seconds=0, chain=message.chain)
        return len(moved)

    def next_ms(self) -> int | None:
        """When the next message can be received."""
        return min((message.visible_ms for message in self.messages), default=None)


class Queues:
    """The queues of the stack, and SQS's answers to calls on them."""

    def __init__(self, queues: dict[str, Queue]) -> None:
        self.by_id = queues
        self.by_arn = {queue.arn: queue for queue in queues.values()}
        self._by_url = {queue.url: queue for queue in queues.values()}
        self._chain: Mapping[str, int] = {}

    def clear(self) -> None:
        for queue in self.by_id.values():
            queue.messages.clear()

    def arn_of(self, params: dict[str, Any]) -> str:
        return self._by_url[params["QueueUrl"]].arn

    @contextmanager
    def chained(self, function: str, messages: list[Message]) -> Iterator[int]:
        """While `function` handles the messages: what it sends goes on with their chain, the
        longest of several. Gives how often that has called the function, this time included."""
        longest = max((message.chain for message in messages), key=lambda each: sum(each.values()))
        turn = longest.get(function, 0) + 1
        before, self._chain = self._chain, {**longest, function: turn}
        try:
            yield turn
        finally:
            self._chain = before

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        queue = self._by_url[params["QueueUrl"]]
        match operation:
            case "SendMessage":
                message = queue.send(params["MessageBody"], _delay(params), self._chain)
                return {"MessageId": message.id}
            case "SendMessageBatch":
                entries = params["Entries"]
                assert 1 <= len(entries) <= 10, "a batch has one to ten entries"
                assert len({entry["Id"] for entry in entries}) == len(entries)
                for entry in entries:
                    _check_group(entry)
                size = sum(len(entry["MessageBody"].encode()) for entry in entries)
                assert size <= MAX_BATCH_BYTES, f"a batch of {size} bytes is refused by SQS"
                return {
                    "Successful": [
                        {
                            "Id": entry["Id"],
                            "MessageId": queue.send(
                                entry["MessageBody"], _delay(entry), self._chain
                            ).id,
                            "MD5OfMessageBody": "",
                        }
                        for entry in entries
                    ]
                }
            case _:
                raise NotImplementedError(f"the harness does not know sqs {operation}")


def _check_group(entry: dict[str, Any]) -> None:
    """What a function sends names whose it is, or the queue is not fair."""
    workspace = json.loads(entry["MessageBody"])["workspace"]
    assert entry["MessageGroupId"] == workspace, "SQS is not told whose message it is"


def _delay(params: dict[str, Any]) -> int | None:
    delay = params.get("DelaySeconds")
    if delay is None:
        return None
    assert 0 <= delay <= MAX_DELAY_SECONDS, f"SQS takes no delay of {delay} s"
    return int(delay)
