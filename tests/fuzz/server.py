"""The API over HTTP on this machine, with moto behind it: what the fuzzer calls.

Every request goes through the functions as in the tests of the harness, at a thousandth of what a
call of the local stack costs. The server looks at what the fuzzer cannot see: whether a request
with ids of one workspace answers the other as one with ids that do not exist, whether an answer
has an id of the other, whether workers take what the calls left them.

Run as `python -m tests.fuzz.server <seed> <file>`: it writes what the fuzzer must know there.
"""

import json
import os
import random
import re
import socket
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import NoReturn

from tests.fuzz.ids import ID, unknown
from tests.harness import stack
from tests.harness.api import ANONYMOUS, Answer, Headers
from tests.harness.cloud import Cloud, built
from tests.integration.examples import EXAMPLES

PEERS = ("acme", "globex")
"""`acme` is the workspace of examples; requests come with its key."""
CONTROL = "/-/"
_TICK_MS = 1_000
"""Between two calls: below both rate limits."""
_CARRY_EVERY = 20
_COMPARE_EVERY = 3
_OWN_HEADERS = ("host", "connection", "accept-encoding", "content-length", "user-agent", "accept")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. `target` is path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Report:
    """What the server saw. `wrong` are sentences, each once."""

    calls: int = 0
    """With the key of `acme`: others test that nobody is let in without one."""
    refused: int = 0
    """Of them with 401: not let in."""
    compared: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    """The calls of each operation."""
    wrong: dict[str, str] = field(default_factory=dict)

    def add(self, operation: str, status: int, *, with_key: bool) -> None:
        self.calls += with_key
        self.refused += with_key and status == 401
        self.operations[operation] += 1

    def text(self) -> str:
        return json.dumps(
            {
                "calls": self.calls,
                "refused": self.refused,
                "compared": self.compared,
                "operations": self.operations,
                "wrong": list(self.wrong.values()),
            }
        )


class Contract:
    """The API as one client of it sees it, watched from behind."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._api = cloud.api
        self._api.tick_ms = _TICK_MS
        self.report = Report()
        self._ids: dict[str, set[str]] = {name: set() for name in PEERS}
        self.keys: dict[str, str] = {}
        for name in PEERS:
            self.keys[name] = self._api.workspace(name).live_key
        self._made: dict[str, list[str]] = {}
        with self._as_acme("globex"):
            for make in dict.fromkeys(each.make for each in EXAMPLES.values() if each.make):
                self._own("globex", make(self._api))
        self._carry()

    def make(self, route: str) -> list[str]:
        """The ids that the path of a route names, of things made for it just now, or the last time
        that there was still room for more."""
        example = EXAMPLES.get(route)
        if example and example.make:
            with suppress(KeyError, AssertionError):
                self._made[route] = example.make(self._api).split("/")
        made = self._made.get(route, [])
        self._own("acme", " ".join(made))
        return made

    def answer(self, asked: Asked) -> Answer:
        answer = self._send(asked, asked.headers)
        with_key = asked.headers.get("authorization") == f"Bearer {self.keys['acme']}"
        self.report.add(answer.operation, answer.status, with_key=with_key)
        if "globex" not in self._whose(asked):
            self._own("acme", answer.text)
        self._look_for_foreign("acme", asked, answer)
        if self.report.calls % _COMPARE_EVERY == 0:
            self._compare(asked)
        if self.report.calls % _CARRY_EVERY == 0:
            self._carry()
        self._cloud.wire.calls.clear()
        return answer

    def _send(self, asked: Asked, headers: Mapping[str, str]) -> Answer:
        body: str | bytes | None = asked.body or None
        with suppress(UnicodeDecodeError):
            body = asked.body.decode() if asked.body else None
        return self._api.request(
            asked.method, asked.target, body, key=ANONYMOUS, headers=dict(headers)
        )

    def _whose(self, asked: Asked) -> set[str]:
        """The workspaces that things named by a request belong to."""
        named = set(_found(asked.target + asked.body.decode(errors="replace")))
        return {name for name in PEERS if named & self._ids[name]}

    def _own(self, name: str, text: str) -> None:
        others = set().union(*(self._ids[other] for other in PEERS if other != name))
        self._ids[name].update(set(_found(text)) - others)

    def _look_for_foreign(self, name: str, asked: Asked, answer: Answer) -> None:
        """No answer has an id of another workspace that its request did not name."""
        named = set(_found(asked.target + asked.body.decode(errors="replace")))
        for other in PEERS:
            if other != name and (seen := set(_found(answer.text)) & self._ids[other] - named):
                self._wrong(
                    "foreign",
                    asked,
                    f"an answer to {name} has {sorted(seen)[:3]} of {other}: {answer.text[:500]}",
                )

    def _compare(self, asked: Asked) -> None:
        """A request with the ids of one answers the other as one with ids of nothing."""
        if self._whose(asked) != {"acme"} or "{key_id}" in asked.target:
            return
        self.report.compared += 1
        headers = {
            name: value
            for name, value in asked.headers.items()
            if name not in ("authorization", "idempotency-key")
        } | {"authorization": f"Bearer {self.keys['globex']}"}
        own = sorted(
            self._ids["acme"] & set(_found(asked.target + asked.body.decode(errors="replace")))
        )
        invented = {each: unknown(each) for each in own}
        nobodys = self._send(
            Asked(
                asked.method,
                _replaced(asked.target, invented),
                headers,
                _replaced(asked.body.decode(errors="surrogateescape"), invented).encode(
                    errors="surrogateescape"
                ),
            ),
            headers,
        )
        theirs = self._send(asked, headers)
        self._look_for_foreign("globex", asked, theirs)
        told = [_without_ids(answer.text) for answer in (theirs, nobodys)]
        exists_now = (theirs.status, nobodys.status) == (409, 201)  # ids of nothing were mere text
        differ = theirs.status != nobodys.status or (theirs.status >= 400 and told[0] != told[1])
        if differ and not exists_now:
            self._wrong(
                "told apart",
                asked,
                f"globex is told {theirs.status} {theirs.text[:300]} of what is acme's, "
                f"and {nobodys.status} {nobodys.text[:300]} of nothing",
            )

    def _carry(self) -> None:
        """Have the workers do what is left for them, and events looked at."""
        try:
            self._cloud.drain()
        except Exception as error:
            self._wrong("worker", None, f"a worker failed: {error!r}\n{traceback.format_exc()}")
            self._cloud.skip()
            self._cloud.bus.pending.clear()
            for queue in self._cloud.queues().values():
                queue.messages.clear()
        for broken in self._cloud.contract.broken:
            self._wrong("event", None, f"an event is not as docs/events says: {broken}")
        self._cloud.contract.broken.clear()

    def _wrong(self, kind: str, asked: Asked | None, detail: str) -> None:
        what = f"{asked.method} {asked.target} {asked.body[:500]!r}: " if asked else ""
        key = _without_ids(f"{kind} {asked.method} {asked.target}" if asked else detail)
        self.report.wrong.setdefault(key, what + detail)

    @contextmanager
    def _as_acme(self, name: str) -> Iterator[None]:
        """Examples make their things in `acme`: have that be another workspace."""
        known = self._api._workspaces
        before, known["acme"] = self._api.workspace(), self._api.workspace(name)
        try:
            yield
        finally:
            known["acme"] = before


def _found(text: str) -> list[str]:
    return ID.findall(text)


def _replaced(text: str, by: Mapping[str, str]) -> str:
    return ID.sub(lambda found: by.get(found[0], found[0]), text)


def _without_ids(text: str) -> str:
    text = re.sub(r'"request_id":\s*"[^"]*"', "", text)
    return ID.sub("<id>", text)


class _Handler(BaseHTTPRequestHandler):
    """Hands each request to the main thread, where the product's parts live."""

    protocol_version = "HTTP/1.1"
    work: SimpleQueue[tuple[Asked, SimpleQueue[Answer]]]

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        length = int(self.headers.get("content-length") or 0)
        headers = {
            name.lower(): value
            for name, value in self.headers.items()
            if name.lower() not in _OWN_HEADERS
        }
        done: SimpleQueue[Answer] = SimpleQueue()
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self.work.put((asked, done))
        answer = done.get()
        body = b"" if self.command == "HEAD" else answer.text.encode(errors="surrogateescape")
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def _predictable(seed: int) -> None:
    """What the product draws at random is the same in each run of a seed."""
    drawn = random.Random(seed)
    os.urandom = random._urandom = drawn.randbytes  # type: ignore[attr-defined]


def _alone() -> None:
    """Nothing that the fuzzer makes up is called: no name has an address, no connection opens."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise ConnectionRefusedError("the fuzzer's server calls nobody")

    socket.getaddrinfo = refuse
    socket.create_connection = refuse
    socket.socket.connect = refuse  # type: ignore[method-assign]


def main() -> None:
    seed, told = int(sys.argv[1]), Path(sys.argv[2])
    _predictable(seed)
    stack.PARAMETERS["Stage"] = "local"
    _Handler.work = SimpleQueue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    _alone()
    with built() as cloud:
        cloud.begin()
        contract = Contract(cloud)
        told.write_text(
            json.dumps({"port": server.server_address[1], "keys": contract.keys}), encoding="utf-8"
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while True:
            asked, done = _Handler.work.get()
            done.put(_controlled(contract, asked) or contract.answer(asked))


def _controlled(contract: Contract, asked: Asked) -> Answer | None:
    """What the fuzzer's other half asks the server itself."""
    if not asked.target.startswith(CONTROL):
        return None
    headers = Headers({"content-type": "application/json"})
    match asked.target.removeprefix(CONTROL):
        case "report":
            return Answer(200, headers, contract.report.text(), [])
        case "make":
            return Answer(200, headers, json.dumps(contract.make(asked.body.decode())), [])
    return Answer(404, headers, "null", [])


if __name__ == "__main__":
    main()
