"""Clients of the load test."""

import itertools
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.local_stack import Stack
from tests.e2e.running import Reply, send
from tests.e2e.workers import processes

_WEIGHTS = {
    "create": 24,
    "get": 20,
    "list": 10,
    "patch": 10,
    "search": 10,
    "events": 10,
    "trigger": 8,
    "batch of 50": 4,
    "stats": 4,
}

_PATIENCE = 1_800.0

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    began: float
    seconds: float
    status: int
    """HTTP status; 0 if the connection ended without a response."""


@dataclass(slots=True)
class Client:
    """API client of one workspace that records each call."""

    stack: Stack
    calls: list[Call] = field(default_factory=list)

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of the response, or None if the call was refused or failed."""
        began = time.monotonic()
        reply: Reply | None = None
        try:
            reply = self.stack.reply(method, path, body)
        except OSError as error:
            print(f"{name}: {error}", file=sys.stderr)
        status = reply.status if reply else 0
        self.calls.append(Call(name, began, time.monotonic() - began, status))
        if reply is None or reply.status >= 300:
            print(f"{name}: {status} {reply and reply.body[:300]!r}", file=sys.stderr)
            return None
        return reply.json


@dataclass(slots=True)
class Mixed:
    """Client that makes all kinds of calls at random."""

    client: Client
    campaign: str
    chance: random.Random
    known: list[str] = field(default_factory=list)
    """Ids of the contacts it created."""

    def until(self, ended: Callable[[], bool]) -> None:
        names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
        self.create()
        while not ended():
            (name,) = self.chance.choices(names, weights)
            self.do(name)

    def do(self, name: str) -> None:
        one = self.chance.choice(self.known)
        match name:
            case "create":
                self.create()
            case "get":
                self.client.call(name, "GET", f"/v1/contacts/{one}")
            case "list":
                self.client.call(name, "GET", "/v1/contacts?limit=20")
            case "patch":
                self.client.call(name, "PATCH", f"/v1/contacts/{one}", {"title": _word()})
            case "search":
                self.client.call(name, "GET", f"/v1/contacts?search={_word()}")
            case "events":
                self.client.call(name, "GET", "/v1/events?sort=-recorded_at&limit=50")
            case "trigger":
                path = f"/v1/campaigns/{self.campaign}/trigger"
                self.client.call(name, "POST", path, _person())
            case "batch of 50":
                people = [_person() for _ in range(50)]
                self.client.call(name, "POST", "/v1/contacts", {"contacts": people})
            case "stats":
                self.client.call(name, "GET", f"/v1/campaigns/{self.campaign}/stats")

    def create(self) -> None:
        while (made := self.client.call("create", "POST", "/v1/contacts", _person())) is None:
            continue
        self.known.append(made["id"])


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MB: the mean over each function's processes, and the emulator's."""

    of_functions: dict[str, float]
    processes: int
    largest: float
    emulator: float

    @classmethod
    def now(cls, stack: Stack) -> "Memory":
        found = list(processes(stack.local))
        of_functions: dict[str, list[float]] = {}
        for each in found:
            if each.function:
                of_functions.setdefault(each.function, []).append(each.megabytes)
        sizes = list(itertools.chain(*of_functions.values()))
        return cls(
            {name: statistics.mean(each) for name, each in of_functions.items()},
            len(sizes),
            max(sizes),
            sum(each.megabytes for each in found if not each.function),
        )

    def growth(self, since: "Memory") -> tuple[float, str]:
        """Return the largest growth of a function's mean memory, and the function."""
        return max(
            (size / since.of_functions[name], name)
            for name, size in self.of_functions.items()
            if name in since.of_functions
        )

    @property
    def mean(self) -> float:
        return statistics.mean(self.of_functions.values())


@dataclass(slots=True)
class Import:
    """Import of a file with `rows` rows, in a workspace of its own."""

    client: Client
    rows: int
    began: float = 0.0
    ended: float = 0.0
    state: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Upload the file, and wait until the import ends."""
        path = self.begin()
        while time.monotonic() < self.began + _PATIENCE:
            time.sleep(2)
            self.state = self.client.call("import", "GET", path) or self.state
            if self.state.get("status") in ("completed", "failed"):
                break
        self.ended = time.monotonic()

    def begin(self) -> str:
        """Upload the file, and return the import's path."""
        lines = ["email,first_name,last_name,company,title"]
        lines += [
            f"row{number}@import{number % 997}.example,Ada,Row{number},Company {number % 997},Lead"
            for number in range(self.rows)
        ]
        body = {"kind": "contacts", "format": "csv", "duplicates": "skip"}
        made = self.client.call("import", "POST", "/v1/imports", body)
        self.began = time.monotonic()
        send("PUT", made["upload"]["url"], "\n".join(lines).encode(), {})
        return f"/v1/imports/{made['id']}"


def _person() -> dict[str, str]:
    number = next(_numbers)
    return {
        "email": f"load{number}@company{number % 199}.example",
        "first_name": "Ada",
        "last_name": _word(),
    }


def _word() -> str:
    return f"word{next(_numbers) % 997}"
