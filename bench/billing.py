"""Metering of what AWS would bill on the test harness, by the function that causes it.

`bench/units.py` counts the units of DynamoDB. Of the other services, this counts what they bill:
SQS requests in chunks of 64 KB, including those of EventBridge and of Lambda's pollers; EventBridge
entries in chunks of 64 KB; invocations and their calls; state transitions; bytes of log lines.
Sources: https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/eventbridge/pricing/,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.session import Session
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from bench import units
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb_http import HttpDynamoDB
from outrider.kit.aws.dynamodb_transport import DynamoDB, Refused
from outrider.kit.observability.logs import logger
from tests.harness.cloud import Cloud
from tests.harness.stack import ACCOUNT, REGION

BUS = "(EventBridge)"
CLOCK = "(Step Functions)"
_CHUNK = 64 * 1024
_OF_AN_INVOCATION = 330
"""Bytes of the lines START, END and REPORT that Lambda logs, unless the template disables them.
Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html"""
_OF_A_LINE = 26
"""Bytes that CloudWatch Logs adds to each line. Source:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""


@dataclass(slots=True)
class Bill:
    """Usage of one function. `writes` and `reads` are DynamoDB units by item kind or index."""

    calls: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    """SQS `requests`, `events`, `invocations`, stream `records`, `transitions`, and bytes of
    `logs`."""

    def plus(self, other: "Bill", times: float = 1) -> "Bill":
        """Return the sum of this bill and `times` the other."""
        return Bill(
            _sum(self.calls, other.calls, times),
            _sum(self.writes, other.writes, times),
            _sum(self.reads, other.reads, times),
            _sum(self.other, other.other, times),
        )

    @property
    def write_units(self) -> float:
        return sum(self.writes.values())

    @property
    def read_units(self) -> float:
        return sum(self.reads.values())


@dataclass(slots=True)
class Billing:
    """Bills by function. `users` are the pairs of a function and a table that it accessed."""

    acting: str = "(nobody)"
    by: dict[str, Bill] = field(default_factory=lambda: defaultdict(Bill))
    users: set[tuple[str, str]] = field(default_factory=set)
    turn: Lock = field(default_factory=Lock)
    """Lock, because functions use several threads."""

    @property
    def now(self) -> Bill:
        return self.by[self.acting]


@contextmanager
def billed(cloud: Cloud) -> Iterator[Billing]:
    """Meter what happens on `cloud` within the block. Enter it after `Cloud.begin`."""
    billing = Billing()
    before, invoke = clients.connect_dynamodb, cloud._functions.invoke
    common = cloud.stack.template["Globals"]["Function"]["LoggingConfig"]
    of_an_invocation = 0 if common.get("SystemLogLevel") == "WARN" else _OF_AN_INVOCATION
    check, carry, step = cloud.wire._check, cloud.bus.carry, cloud.executions.step

    def watched(name: str, event: dict[str, Any]) -> Any:
        outside, billing.acting = billing.acting, name
        billing.now.other += Counter(invocations=1, logs=of_an_invocation)
        billing.now.other += _brought(event)
        try:
            return invoke(name, event)
        finally:
            billing.acting = outside

    def counted(service: str, operation: str, params: dict[str, Any]) -> None:
        with billing.turn:
            billing.now.calls[f"{service} {operation}"] += 1
            if operation == "PutEvents":
                billing.now.other["events"] += sum(_chunks(each) for each in params["Entries"])
            if operation == "SendMessageBatch":
                billing.now.other["requests"] += _chunks(params["Entries"])
        check(service, operation, params)

    def carried(event: dict[str, Any]) -> None:
        known = len(cloud.bus.pending)
        carry(event)
        for target, _ in list(cloud.bus.pending)[known:]:
            if target in cloud._queues.by_arn:
                billing.by[BUS].other["requests"] += _chunks(event)

    def stepped(execution: Any, invoke: Callable[[str, dict[str, Any]], Any]) -> None:
        passed = execution.transitions
        step(execution, invoke)
        billing.by[CLOCK].other["transitions"] += execution.transitions - passed

    def connect(session: Session) -> DynamoDB:
        return _Billed(session, before(session).call, billing)

    lines = _Lines(billing)
    logger().addHandler(lines)
    clients.connect_dynamodb = connect
    clients.reset("dynamodb")
    cloud._functions.invoke = watched  # type: ignore[method-assign]
    cloud.bus.carry = carried  # type: ignore[method-assign]
    cloud.executions.step = stepped  # type: ignore[method-assign]
    cloud.wire._check = counted
    try:
        yield billing
    finally:
        logger().handlers.remove(lines)
        clients.connect_dynamodb = before
        clients.reset("dynamodb")
        del cloud._functions.invoke, cloud.bus.carry, cloud.executions.step
        cloud.wire._check = check


class _Billed(HttpDynamoDB):
    def __init__(
        self,
        session: Session,
        made: Callable[[str, dict[str, Any]], dict[str, Any]],
        billing: Billing,
    ) -> None:
        super().__init__(session)
        self._made = made
        self._billing = billing
        self._tables = dynamodb_backends[ACCOUNT][REGION].tables

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        keys, factor = units.written(operation, params)
        tables = params.get("RequestItems") or {key[0] for key in keys} or {params["TableName"]}
        with self._billing.turn:
            self._billing.users |= {(self._billing.acting, table) for table in tables}
            before = [self._image(key) for key in keys]
        try:
            answer = self._made(operation, params)
        except Refused:  # is billed as if it had been carried out and had changed nothing
            self._bill(keys, before, before, factor)
            raise
        self._bill(keys, before, [self._image(key) for key in keys], factor)
        with self._billing.turn:
            for place, count in units.of_read(operation, params, answer):
                self._billing.now.reads[place] += count  # type: ignore[assignment]
        return answer

    def _bill(
        self,
        keys: list[units.Key],
        before: list[units.Image],
        after: list[units.Image],
        factor: int,
    ) -> None:
        with self._billing.turn:
            for key, old, new in zip(keys, before, after, strict=True):
                indexes = self._tables[key[0]].global_indexes
                for place, count in units.of_write(key, old, new, factor, indexes):
                    self._billing.now.writes[place] += count  # type: ignore[assignment]

    def _image(self, key: units.Key) -> units.Image:
        table, pk, sk = key
        partition = self._tables[table].items.get(DynamoType({"S": pk}), {})
        item = partition.get(DynamoType({"S": sk}))
        return item.to_json()["Attributes"] if item else None


class _Lines(logging.Handler):
    """Log handler that counts the bytes of each line as it is written."""

    def __init__(self, billing: Billing) -> None:
        super().__init__()
        self._billing = billing

    def emit(self, record: logging.LogRecord) -> None:
        written = next(each for each in logger().handlers if each is not self).format(record)
        self._billing.now.other["logs"] += len(written.encode()) + _OF_A_LINE


def _brought(event: dict[str, Any]) -> Counter[str]:
    """Return the usage of delivering the records of a queue or stream to a function."""
    records = event.get("Records", [])
    if records and records[0].get("eventSource") == "aws:sqs":
        return Counter(requests=_chunks(records) + 1)  # they are received, and deleted
    return Counter(records=len(records))


def _chunks(value: Any) -> int:
    return units.started(len(json.dumps(value).encode()), _CHUNK)


def _sum(one: Counter[str], other: Counter[str], times: float) -> Counter[str]:
    both = Counter(one)
    for name, count in other.items():
        both[name] += count * times  # type: ignore[assignment]
    return both
