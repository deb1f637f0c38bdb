"""The ledger against a reference that does the sums one operation after the other.

Whatever is held, posted, voided, repeated, interrupted, raced or left to expire, and however many
months pass: balance and entries are those of the reference, and the books agree.
"""

import copy
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from outrider.access.models import Caller, Workspace
from outrider.access.wiring import workspaces
from outrider.credits.billing import last_reset, next_reset
from outrider.credits.errors import InsufficientCredits
from outrider.credits.wiring import credits, due_credits
from outrider.kit import clock, ids, outbox
from outrider.kit.aws import dynamodb
from outrider.kit.aws.dynamodb import Query, Table
from tests.harness.cloud import Cloud
from tests.harness.failures import When

GRANTED, LOW = 100, 10
"""Of the plan `free`, and where it is low."""
BILLING_DAY = 31


@dataclass(frozen=True, slots=True)
class Action:
    kind: Literal["hold", "post", "void", "sweep"]
    operation: str = ""
    amount: int = 0


@dataclass(slots=True)
class Held:
    status: str
    held: int
    amount: int
    period: datetime
    expires: datetime


@dataclass(slots=True)
class Reference:
    """What a ledger is, in plain sums. `period` is the beginning of the balance's."""

    period: datetime | None = None
    available: int = 0
    held: int = 0
    spent: int = 0
    told: set[str] = field(default_factory=set)
    last_events: list[str] = field(default_factory=list)
    entries: dict[str, Held] = field(default_factory=dict)
    used: int = 0

    def do(self, action: Action, now: datetime) -> str:
        if action.kind == "sweep":
            for operation, entry in self.entries.items():
                if entry.status == "held" and entry.expires <= now:
                    self._settle(operation, None)
            if self.period and self._is_over(now):
                self._begin(now)
            return "swept"
        if action.kind == "hold":
            return self._hold(action.operation, action.amount, now)
        amount = action.amount if action.kind == "post" else None
        return self._settle(action.operation, amount)

    def _hold(self, operation: str, amount: int, now: datetime) -> str:
        if operation in self.entries:
            return self.entries[operation].status
        if amount and (self.period is None or self._is_over(now)):
            self._begin(now)
        if amount > self.available and amount:
            return "short"
        before = self.available
        self.available -= amount
        self.held += amount
        period = self.period or last_reset(BILLING_DAY, now)
        expires = now + timedelta(minutes=15)
        self.entries[operation] = Held("held", amount, 0, period, expires)
        if amount:
            marks = {"credits.low": LOW, "credits.depleted": 0}
            self.last_events = [
                name
                for name, mark in marks.items()
                if self.available <= mark < before and name not in self.told
            ]
            self.told.update(self.last_events)
        return "held"

    def _settle(self, operation: str, amount: int | None) -> str:
        entry = self.entries.get(operation)
        if entry is None:
            return "unknown"
        if entry.status != "held":
            return entry.status
        if (amount or 0) > entry.held:
            return "too much"
        entry.status, entry.amount = ("void" if amount is None else "posted"), amount or 0
        self.used += entry.amount
        if entry.held and entry.period == self.period:
            self.held -= entry.held
            self.spent += entry.amount
            self.available += entry.held - entry.amount
            self.last_events = []
        return entry.status

    def _is_over(self, now: datetime) -> bool:
        return self.period is not None and next_reset(BILLING_DAY, self.period) <= now

    def _begin(self, now: datetime) -> None:
        self.last_events = ["credits.reset"] if self.period else []
        self.period = last_reset(BILLING_DAY, now)
        self.available, self.held, self.spent = GRANTED, 0, 0
        self.told = set()


OPERATIONS = st.sampled_from([f"run_{number}" for number in range(12)])
AMOUNTS = st.sampled_from([0, 1, 2, 10, 30, 45, 90, 100, 101])
ACTIONS = st.one_of(
    st.builds(Action, st.just("hold"), OPERATIONS, AMOUNTS),
    st.builds(Action, st.just("post"), OPERATIONS, AMOUNTS),
    st.builds(Action, st.just("void"), OPERATIONS),
    st.just(Action("sweep")),
)
HOLDS = st.builds(Action, st.just("hold"), OPERATIONS, AMOUNTS)


@contextmanager
def before_call(number: int, do: Callable[[], object]) -> Iterator[None]:
    """Do something before the `number`-th DynamoDB call of the block."""
    calls = itertools.count(1)
    call = dynamodb._call

    def interrupted(operation: str, **params: Any) -> Any:
        if next(calls) == number:
            do()
        return call(operation, **params)

    with patch.object(dynamodb, "_call", interrupted):
        yield


class Books(RuleBasedStateMachine):
    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self.cloud = cloud
        created = datetime.fromisoformat("2026-01-31T15:00:00Z")
        workspace = Workspace(
            id=ids.new("wsp"), name="Books", plan="free", created_at=clock.to_text(created)
        )
        workspaces().workspaces.add(workspace, b"", b"")
        self.credits = credits(Caller.engine(workspace.id))
        self.table = Table(cloud.stack.data["CreditsTableName"])
        self.reference = Reference()
        cloud.clock.set(created)

    @rule(action=ACTIONS)
    def act(self, action: Action) -> None:
        expected = self.reference.do(action, self.cloud.clock.now)

        assert self._do(action) == expected

    @rule(action=ACTIONS)
    def repeat(self, action: Action) -> None:
        """A message that comes twice, a client that tries again."""
        first = self._do(action)
        expected = self.reference.do(action, self.cloud.clock.now)

        again = self._do(action)

        assert first == expected
        assert again == self.reference.do(action, self.cloud.clock.now)

    @rule(action=ACTIONS, number=st.integers(1, 5), when=st.sampled_from(["before", "after"]))
    def crash(self, action: Action, number: int, when: When) -> None:
        """The process dies at a call, and what it did is begun again."""
        with self.cloud.wire.crash_at(number, when):
            self._do(action)
        self.reference.do(action, self.cloud.clock.now)

        self._do(action)

    @rule(one=ACTIONS, other=st.one_of(ACTIONS, HOLDS), number=st.integers(1, 4))
    def interrupt(self, one: Action, other: Action, number: int) -> None:
        """Another process does something before one of this one's calls: what comes of both is what
        one after the other would give."""
        now = self.cloud.clock.now
        orders = []
        for pair in ((one, other), (other, one)):
            reference = copy.deepcopy(self.reference)
            answers = {id(action): reference.do(action, now) for action in pair}
            orders.append((reference, [answers[id(one)], answers[id(other)]]))
        said: list[str] = []

        with before_call(number, lambda: said.append(self._do(other))):
            told = [self._do(one)]
        told += said or [self._do(other)]

        shown = self._shown(self._items())
        fitting = [
            reference
            for reference, answers in orders
            if (answers, _shown(reference)) == (told, shown)
        ]
        assert fitting, (told, shown, [(answers, _shown(order)) for order, answers in orders])
        self.reference = fitting[0]

    @rule(minutes=st.sampled_from([1, 14, 15, 16, 600, 43_200, 200_000]))
    def wait(self, minutes: int) -> None:
        self.cloud.clock.advance(minutes=minutes)

    @rule(ms=st.sampled_from([-1, 0, 1]))
    def wait_until_the_reset(self, ms: int) -> None:
        reset = next_reset(BILLING_DAY, self.cloud.clock.now) + timedelta(milliseconds=ms)
        self.cloud.clock.set(max(reset, self.cloud.clock.now))

    def teardown(self) -> None:
        for sk in self._items():
            self.table.write(self.table.delete_action(self.credits.caller.workspace, sk))

    @invariant()
    def the_books_agree(self) -> None:
        items = self._items()
        assert self._shown(items) == _shown(self.reference)
        if balance := items.pop("#", None):
            _check(balance, list(items.values()))

    def _do(self, action: Action) -> str:
        try:
            return self._done(action)
        except InsufficientCredits:
            return "short"
        except LookupError:
            return "unknown"
        except ValueError:
            return "too much"

    def _done(self, action: Action) -> str:
        match action.kind:
            case "hold":
                return self.credits.hold(action.operation, "research", action.amount).status
            case "post":
                return self.credits.post(action.operation, action.amount).status
            case "void":
                entry = self.credits.void(action.operation)
                return entry.status if entry else "unknown"
            case "sweep":
                for workspace, operation in due_credits().until(clock.timestamp()):
                    if workspace == self.credits.caller.workspace:
                        self.credits.void(operation) if operation else self.credits.reset()
                return "swept"

    def _items(self) -> dict[str, Any]:
        page = self.table.query(Query(self.credits.caller.workspace, consistent=True))
        return {item["sk"]: item for item in page.items}

    def _shown(self, items: dict[str, Any]) -> Any:
        balance = items.get("#")
        used = self.table.query(Query(f"{self.credits.caller.workspace}#usage")).items
        return (
            {
                item["id"]: (item["status"], item["held"], item["amount"])
                for sk, item in items.items()
                if sk != "#" and item["kind"] != "reset"
            },
            sum(day["credits_research"] for day in used),
            balance
            and (
                balance["started_at"],
                balance["available"],
                balance["held"],
                balance["spent"],
                [event.event for event in outbox.unpack(balance)],
            ),
        )


def _shown(reference: Reference) -> Any:
    return (
        {
            operation: (entry.status, entry.held, entry.amount)
            for operation, entry in reference.entries.items()
        },
        reference.used,
        reference.period
        and (
            clock.to_text(reference.period),
            reference.available,
            reference.held,
            reference.spent,
            reference.last_events,
        ),
    )


def _check(balance: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """What is always so, whatever the reference says."""
    of_period = [
        item
        for item in items
        if item["created_at"] >= balance["started_at"] and item["kind"] != "reset"
    ]
    held = [item for item in items if item["status"] == "held"]
    resets = sorted(
        (item for item in items if item["kind"] == "reset"),
        key=lambda item: str(item["created_at"]),
    )
    assert balance["granted"] == balance["available"] + balance["held"] + balance["spent"]
    assert min(balance["available"], balance["held"], balance["spent"]) >= 0
    assert balance["above_low"] == balance["available"] - LOW
    assert balance["spent"] == sum(item["amount"] for item in of_period)
    assert balance["held"] == sum(item["held"] for item in of_period if item in held)
    assert [item for item in items if "by_due_pk" in item] == held
    assert balance["granted"] == resets[-1]["amount"]


class TestLedger:
    def test_agrees_with_the_reference(self, cloud: Cloud) -> None:
        class OnCloud(Books):
            def __init__(self) -> None:
                super().__init__(cloud)

        run_state_machine_as_test(
            OnCloud, settings=settings(max_examples=20, stateful_step_count=30, deadline=None)
        )

    def test_never_gives_out_more_than_there_is(self, cloud: Cloud) -> None:
        """Two threads that hold as much as they get."""
        books = Books(cloud)

        def hold_all(thread: int) -> int:
            told = [books._do(Action("hold", f"run_{thread}_{n}", 9)) for n in range(12)]
            return told.count("held")

        with ThreadPoolExecutor(2) as pool:
            held = list(pool.map(hold_all, range(2)))

        balance = books._items()["#"]
        assert (sum(held), balance["available"], balance["held"]) == (11, 1, 99)

    @pytest.mark.parametrize("other", [Action("void", "run_0"), Action("post", "run_0", 10)])
    def test_settles_once_when_two_do(self, cloud: Cloud, other: Action) -> None:
        books = Books(cloud)
        books.act(Action("hold", "run_0", 30))

        books.interrupt(Action("post", "run_0", 20), other, 2)

        books.the_books_agree()

    @pytest.mark.parametrize("other", [Action("sweep"), Action("hold", "run_1", 100)])
    def test_settles_in_the_period_before_when_another_begins(
        self, cloud: Cloud, other: Action
    ) -> None:
        books = Books(cloud)
        reset = next_reset(BILLING_DAY, cloud.clock.now)
        cloud.clock.set(reset - timedelta(minutes=5))
        books.act(Action("hold", "run_0", 30))
        cloud.clock.set(reset)

        books.interrupt(Action("post", "run_0", 20), other, 2)

        books.the_books_agree()
