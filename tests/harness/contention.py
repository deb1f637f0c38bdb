"""DynamoDB for many callers at once, on a clock of its own: moto has one at a time.

A transaction takes its items when it begins and writes them when it ends, and one that meets it in
between is cancelled. Callers are threads of which one runs at a time: a seed decides everything.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import heapq
import json
import random
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

from outrider.kit import clock, parallel
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb_transport import Refused

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
READ_MS, TRANSACTION_MS, ITEM_MS, REFUSED_MS = 6.0, 12.0, 0.35, 4.0
_ALREADY_PASSED = 0.0

Key = tuple[str, str]
T = TypeVar("T")
R = TypeVar("R")


class Cut(Exception):
    """The process ended at a call."""


class Clock:
    """The time in milliseconds, and who waits for which moment."""

    def __init__(self) -> None:
        self.ms = 0.0
        self._waiting: list[tuple[float, int, threading.Lock]] = []
        self._count = 0
        self._idle = _turn()
        self.failures: list[BaseException] = []

    def moment(self) -> datetime:
        return START + timedelta(milliseconds=self.ms)

    def sleep(self, seconds: float) -> None:
        self.sleep_ms(seconds * 1000)

    def sleep_ms(self, milliseconds: float) -> None:
        wake = self.ms + milliseconds
        if not self._waiting or wake < self._waiting[0][0]:  # nobody else's turn comes before
            self.ms = wake
            return
        turn = _turn()
        self._enlist(milliseconds, turn)
        self._hand_over()
        turn.acquire()

    def run(self, *works: Callable[[], None]) -> None:
        """All `works` at once, to their ends. Raises what the first that failed raised."""
        threads = [self._started(work) for work in works]
        self._hand_over()
        self._idle.acquire()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def each(self, work: Callable[[T], R], things: Sequence[T]) -> list[R]:
        """`kit.parallel.each` by this clock."""
        done: dict[int, R] = {}
        failures: list[BaseException] = []
        ahead, turn = deque(enumerate(things)), _turn()
        workers = min(parallel.AT_ONCE, len(ahead))
        ended = 0

        def carry_out() -> None:
            nonlocal ended
            try:
                while ahead:
                    number, thing = ahead.popleft()
                    done[number] = work(thing)
            except BaseException as failure:
                failures.append(failure)
            ended += 1
            if ended == workers:
                self._enlist(0, turn)

        for _ in range(workers):
            self._started(carry_out)
        if workers:
            self._hand_over()
            turn.acquire()
        if failures:
            raise failures[0]
        return [done[number] for number in range(len(things))]

    def _started(self, work: Callable[[], None]) -> threading.Thread:
        turn = _turn()

        def body() -> None:
            turn.acquire()
            try:
                work()
            except BaseException as failure:
                self.failures.append(failure)
            self._hand_over()

        self._enlist(_ALREADY_PASSED, turn)
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        return thread

    def _enlist(self, milliseconds: float, turn: threading.Lock) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self.ms + milliseconds, self._count, turn))

    def _hand_over(self) -> None:
        if not self._waiting:
            self._idle.release()
            return
        self.ms, _, turn = heapq.heappop(self._waiting)
        turn.release()


class Store:
    """One table. `lose` says of each call whether the process ends there, before or after it was
    carried out."""

    def __init__(self, time: Clock, lose: Callable[[], str] = lambda: "") -> None:
        self.clock = time
        self.items: dict[Key, dict[str, Any]] = {}
        self.lose = lose
        self.transactions = self.refused = 0
        self.write_units = 0.0
        self._taken: set[Key] = set()
        self._sort_keys: dict[str, list[str]] = {}

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        cut = self.lose()
        if cut == "before":
            raise Cut
        answer: dict[str, Any] = getattr(self, f"_{operation.lower()}")(params)
        if cut == "after":
            raise Cut
        return answer

    def _getitem(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.sleep_ms(READ_MS)
        found = self.items.get(_key(params["Key"]))
        return {"Item": found} if found else {}

    def _batchgetitem(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.sleep_ms(READ_MS)
        ((name, asked),) = params["RequestItems"].items()
        found = [self.items.get(_key(key)) for key in asked["Keys"]]
        return {"Responses": {name: [item for item in found if item]}}

    def _query(self, params: Mapping[str, Any]) -> dict[str, Any]:
        self.clock.sleep_ms(READ_MS)
        values = {name: value["S"] for name, value in params["ExpressionAttributeValues"].items()}
        between = re.search(r"BETWEEN (\S+) AND (\S+)", params["KeyConditionExpression"])
        first, last = (values[name] for name in between.groups()) if between else ("", "~")
        after = params.get("ExclusiveStartKey", {}).get("sk", {}).get("S")
        forward = params["ScanIndexForward"]
        keys = sorted(
            (
                sk
                for sk in self._sort_keys.get(values[":pk"], ())
                if first <= sk <= last
                and (after is None or (sk > after if forward else sk < after))
            ),
            reverse=not forward,
        )
        limit = params.get("Limit") or len(keys)
        found = [self.items[values[":pk"], sk] for sk in keys[:limit]]
        more = {"pk": found[-1]["pk"], "sk": found[-1]["sk"]} if len(keys) > limit else None
        return {"Items": found} | ({"LastEvaluatedKey": more} if more else {})

    def _transactwriteitems(self, params: Mapping[str, Any]) -> dict[str, Any]:
        puts = [each["Put"] for each in params["TransactItems"]]
        keys = [_key(put["Item"]) for put in puts]
        self.transactions += 1
        if self._taken.intersection(keys):
            self._refuse(puts, ["TransactionConflict" * (key in self._taken) for key in keys])
        failed = [self._fails(put, key) for put, key in zip(puts, keys, strict=True)]
        if any(failed):
            self._refuse(puts, ["ConditionalCheckFailed" * each for each in failed])
        self._taken.update(keys)
        self.clock.sleep_ms(TRANSACTION_MS + ITEM_MS * len(puts))
        self._taken.difference_update(keys)
        self.write_units += sum(map(_units, puts))
        for (pk, sk), put in zip(keys, puts, strict=True):
            if (pk, sk) not in self.items:
                self._sort_keys.setdefault(pk, []).append(sk)
            self.items[pk, sk] = put["Item"]
        return {}

    def _fails(self, put: Mapping[str, Any], key: Key) -> bool:
        match put.get("ConditionExpression"):
            case "attribute_not_exists(#pk)":
                return key in self.items
            case "#sequence = :seen":
                seen = put["ExpressionAttributeValues"][":seen"]
                return bool(self.items.get(key, {}).get("sequence") != seen)
            case _:
                return False

    def _refuse(self, puts: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> None:
        self.refused += 1
        self.write_units += sum(map(_units, puts))
        self.clock.sleep_ms(REFUSED_MS)
        reasons = [{"Code": code or "None"} for code in codes]
        raise Refused("TransactionCanceledException", {"CancellationReasons": reasons})


@contextmanager
def at_once(store: Store, seed: int) -> Iterator[None]:
    """Have the calls of this process go to `store`, and its time be the store's."""
    time, dice = store.clock, random.Random(seed)
    with (
        patch.object(clients, "dynamodb", lambda: store),
        patch.object(clock, "now", time.moment),
        patch("time.sleep", time.sleep),
        patch("secrets.randbelow", dice.randrange),
        patch.object(parallel, "each", time.each),
    ):
        yield


def _turn() -> threading.Lock:
    """Return a lock that whoever takes it waits for."""
    lock = threading.Lock()
    lock.acquire()
    return lock


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _units(put: Mapping[str, Any]) -> float:
    """Of a put in a transaction: two for each started KB."""
    size = sum(
        len(name) + len(value.get("B") or json.dumps(next(iter(value.values()))))
        for name, value in put["Item"].items()
    )
    return 2.0 * -(-size // 1024)
