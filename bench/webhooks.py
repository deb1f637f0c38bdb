"""Benchmark of webhook latency and throughput, and of the effect of another workspace's dead
endpoint: `python -m bench.webhooks [rounds]`, by default 3.

It uses a local stack of its own, whose functions run as processes of this machine. Latency is the
time from the creation of an event to the arrival of its first request, on one clock.
"""

import itertools
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench import results
from bench.local_stack import Stack
from outrider.kit import clock

ROUNDS = 3
EVENTS, EVERY = 160, 0.5
"""Events of each workspace per round, and the seconds between them."""
BURST = 300
WORKERS = 24
"""Concurrency of deliveries; on AWS up to 50. Each is a process that unpacks the layers here, so
there are only as many as a dead endpoint can occupy, plus more than are ever busy."""
PATIENCE = 120.0
_numbers = itertools.count()


class Endpoints:
    """Endpoints on one port, with the events that arrived at each path and their latency."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._arrived: dict[str, dict[str, tuple[float, float]]] = {}
        self._awake: dict[str, threading.Event] = {}
        self._changed = threading.Condition()

    def new(self) -> str:
        """Add an endpoint, and return its path."""
        path = f"/{next(_numbers)}"
        self._arrived[path], self._awake[path] = {}, threading.Event()
        self._awake[path].set()
        return path

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"

    def fall_silent(self, path: str) -> None:
        """Let the endpoint accept requests without responding from now on."""
        self._awake[path].clear()

    def wake(self, path: str) -> None:
        self._awake[path].set()

    def take(self, path: str, body: bytes) -> None:
        now = time.time()
        event = json.loads(body)
        if event["event"] == "contact.created":
            written = clock.from_text(event["created_at"]).timestamp()
            with self._changed:
                self._arrived[path].setdefault(event["id"], (now, (now - written) * 1_000))
                self._changed.notify_all()
        self._awake[path].wait()

    def wait_for(self, path: str, events: int) -> list[float]:
        """Wait for the first requests of so many events, and return their latencies in
        milliseconds."""
        arrived = self._arrived[path]
        with self._changed:
            enough = self._changed.wait_for(lambda: len(arrived) >= events, PATIENCE)
        assert enough, f"{len(arrived)} of {events} arrived"
        return [milliseconds for _, milliseconds in arrived.values()]

    def count(self, path: str) -> int:
        return len(self._arrived[path])

    def seconds(self, path: str) -> float:
        """Return the seconds from the first arrival to the last."""
        moments = [moment for moment, _ in self._arrived[path].values()]
        return max(moments) - min(moments)


def main(arguments: list[str]) -> int:
    rounds = int(arguments[0]) if arguments else ROUNDS
    with Stack.running() as stack, _listening() as endpoints:
        other = Stack(stack.local)
        stack.let_work("WebhooksDeliverFunction", WORKERS)
        _round(stack, other, endpoints, dead=True)  # starts the functions' processes
        alive: list[list[float]] = []
        dead: list[list[float]] = []
        reached = 0
        for number in range(2 * rounds):
            is_dead = number % 4 in (1, 2)  # each is as often first of its pair as second
            taken, requests = _round(stack, other, endpoints, dead=is_dead)
            (dead if is_dead else alive).append(taken)
            reached += requests if is_dead else 0
        bursts = [_burst(stack, endpoints, number) for number in (1, 5)]
    results.keep(
        "Webhooks",
        " ".join(["python -m bench.webhooks", *arguments]),
        _text(rounds, alive, dead, reached, bursts),
    )
    return 0


def _text(
    rounds: int,
    alive: list[list[float]],
    dead: list[list[float]],
    reached: int,
    bursts: list[list[str]],
) -> str:
    first = _p95(alive)
    rows = [_row("answers", alive, first), _row("is dead", dead, first)]
    return (
        "On the local stack, which emulates AWS on this machine: a queue's worker is a process\n"
        f"here, up to {WORKERS} of them deliver, and all share two cores with whatever else ran.\n"
        "From the moment an event was written to its first request, through the relay, the bus\n"
        "and two queues:\n\n"
        + results.table(
            ["another workspace's", "events", "p50 ms", "p95 ms", "ratio", "p95 of the rounds"],
            rows,
        )
        + f"\n\nTwo workspaces, each with one endpoint and {1 / EVERY:g} events a second. The\n"
        f"measured one's always answers. The other's answers or does not, in turn, {rounds} times\n"
        "each: a new webhook each time, which falls silent after its test, so that every round\n"
        "has the requests that hang for 15 seconds until the breaker opens. Of its "
        f"{rounds * EVENTS:,} events\n{reached:,} made it to a request then.\n"
        "Where rounds of one kind differ more than the kinds do, the machine was at other work.\n\n"
        f"{BURST:,} events of one call, to webhooks of one workspace:\n\n"
        + results.table(["webhooks", "deliveries", "seconds", "deliveries a second"], bursts)
    )


def _row(name: str, rounds: list[list[float]], first: float) -> list[str]:
    p95 = _p95(rounds)
    p50 = statistics.median(itertools.chain(*rounds))
    each = ", ".join(f"{_p95([taken]):.0f}" for taken in rounds)
    events = sum(map(len, rounds))
    return [name, f"{events:,}", f"{p50:.1f}", f"{p95:.1f}", f"{p95 / first:.2f}", each]


def _p95(rounds: list[list[float]]) -> float:
    return statistics.quantiles(itertools.chain(*rounds), n=20, method="inclusive")[18]


def _round(
    measured: Stack, other: Stack, endpoints: Endpoints, *, dead: bool
) -> tuple[list[float], int]:
    """Return the latencies of the measured workspace's events, and the number of events that
    reached the other's endpoint."""
    own, others = endpoints.new(), endpoints.new()
    webhooks = [
        (stack, _register(stack, endpoints.url(path)))
        for stack, path in ((measured, own), (other, others))
    ]
    if dead:
        endpoints.fall_silent(others)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_create_at_a_pace, (measured, other)))
    taken = endpoints.wait_for(own, EVENTS)
    print("dead" if dead else "alive", f"{_p95([taken]):.0f} ms", file=sys.stderr)
    if not dead:
        endpoints.wait_for(others, EVENTS)
    for stack, webhook in webhooks:
        stack.delete(f"/v1/webhooks/{webhook}")
    endpoints.wake(others)
    return taken, endpoints.count(others)


def _burst(stack: Stack, endpoints: Endpoints, webhooks: int) -> list[str]:
    paths = [endpoints.new() for _ in range(webhooks)]
    made = [_register(stack, endpoints.url(path)) for path in paths]
    stack.post("/v1/contacts", {"contacts": [_contact() for _ in range(BURST)]})
    for path in paths:
        endpoints.wait_for(path, BURST)
    took = max(endpoints.seconds(path) for path in paths)
    for webhook in made:
        stack.delete(f"/v1/webhooks/{webhook}")
    deliveries = webhooks * BURST
    return [str(webhooks), f"{deliveries:,}", f"{took:.1f}", f"{deliveries / took:.1f}"]


def _register(stack: Stack, url: str) -> str:
    made = stack.post("/v1/webhooks", {"url": url, "events": ["contact.created"]})
    assert made["test"]["delivered"], made["test"]
    return str(made["id"])


def _create_at_a_pace(stack: Stack) -> None:
    started = time.monotonic()
    for number in range(EVENTS):
        time.sleep(max(0, started + number * EVERY - time.monotonic()))
        stack.post("/v1/contacts", _contact())


def _contact() -> dict[str, str]:
    return {"email": f"c{next(_numbers)}@webhooks.example"}


@contextmanager
def _listening() -> Iterator[Endpoints]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            endpoints.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            with suppress(OSError):  # who was kept waiting may have gone
                self.send_response(204)
                self.end_headers()
                self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Suppress the log, which would slow down the measurement."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    endpoints = Endpoints(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield endpoints
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
