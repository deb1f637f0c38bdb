"""Benchmark of CRM calls, and of how they scale with a workspace: `python -m bench.crm [contacts
…]`, by default 1,000, 10,000 and 100,000.

First against a DynamoDB that responds at once, which measures our own work; then over HTTP on a
local stack of its own, with every worker running. Reads are counted from DynamoDB's responses to
the same handler, run in this process on the stack's tables.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench import instant, results
from bench.answers import A_CONTACT, CONTACTS, answers
from bench.events import CONTACT, Context, event
from bench.local_stack import Measured, Stack
from bench.samples import p50_p95, timed

SIZES = (1_000, 10_000, 100_000)
CALLS, BATCH = 100, 1_000
MANY, FEW = 10_000, 10
"""Above MANY contacts a query takes the emulator longer than the functions wait; then only FEW
calls are made, in this process with a longer timeout."""
NAMES = ("Ada", "Dana", "Grace", "Ken", "Lena", "Mary", "Omar", "Ruth", "Tim", "Yuki")
AREAS = ("Sales", "Research", "Finance", "Design", "People", "Legal", "Product", "Support")
TABLES = {
    "KEYS_TABLE": "keys",
    "CONTACTS_TABLE": CONTACTS,
    "COMPANIES_TABLE": "companies",
    "MESSAGES_TABLE": "messages",
    "EVENTS_TABLE": "events",
}


def main(arguments: list[str]) -> int:
    sizes = tuple(map(int, arguments)) or SIZES
    text = f"{_against_instant()}\n\n{_on_the_local_stack(sizes)}"
    command = " ".join(["python -m bench.crm", *arguments])
    results.keep("The CRM as it grows", command, text)
    return 0


def rows(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            **CONTACT,
            "email": f"{own_word(number)}@{own_word(number % 997)}.example",
            "first_name": NAMES[number % len(NAMES)],
            "last_name": own_word(number),
            "title": f"{AREAS[number % len(AREAS)]} lead",
            "company": own_word(number % 997),
        }
        for number in range(first, first + count)
    ]


def own_word(number: int) -> str:
    """Return a distinct word for the number; words differ in their first letters, as names do."""
    return f"{chr(97 + number % 26)}{number * 2_654_435_761 % 2**32:08x}"


def _against_instant() -> str:
    with instant.running(answers()) as address, _environment(address):
        from functions.contacts.app import handler  # noqa: PLC0415

        def send(made: dict[str, Any]) -> None:
            answer = handler(made, Context())
            assert answer["statusCode"] in (200, 201), answer

        path = "/v1/contacts"
        requests = {
            "get": event("GET", f"{path}/{A_CONTACT}"),
            "list of 50": event("GET", path, query="limit=50"),
            "search, 50 found": event("GET", path, query="limit=50&search=rui"),
            "create": event("POST", path, CONTACT),
        }
        batch = event("POST", path, {"contacts": rows(0, BATCH)})
        send(batch)
        (milliseconds,) = timed([lambda: send(batch)])
        table = []
        for name, made in requests.items():
            send(made)
            table.append([name, *p50_p95(timed([_of(send, made)] * CALLS))])
    return (
        "Against a DynamoDB that answers at once, in this process:\n\n"
        + results.table(["call", "p50 ms", "p95 ms"], table)
        + f"\n\nA batch of {BATCH:,}: {BATCH / milliseconds * 1_000:,.0f} contacts a second."
    )


def _of(send: Callable[[Any], Any], made: Any) -> Callable[[], Any]:
    return lambda: send(made)


def _on_the_local_stack(sizes: tuple[int, ...]) -> str:
    table: list[list[str]] = []
    with Stack.running() as stack:
        shown = sorted(stack.until_found(number) for number in range(10))
        there = 0
        for size in sizes:
            if there:
                stack.stop_workers()
                stack.load(_batches(there, size - BATCH))
            speed = f"{BATCH / _import(stack, size - BATCH):,.0f}"
            there = size
            stack.wait_for(own_word(1))
            for name, (call, measured) in _calls(stack, size).items():
                times = timed([call] * CALLS) if size <= MANY else _from_inside(measured)
                table.append([f"{size:,}", speed, name, *p50_p95(times), *_read(measured)])
                speed = ""
    heads = ["contacts", "imported a second", "call", "p50 ms", "p95 ms", "calls", "read units"]
    return (
        "Over HTTP on the local stack, which emulates AWS on this machine:\n\n"
        + results.table(heads, table)
        + "\n\nThe first 1,000 contacts came in with every worker running, the others as batches\n"
        "of the same items; the speed is that of 1,000 more through the API. Calls and read\n"
        "units are DynamoDB's for one request, the meter's one included: what is billed does not\n"
        "grow with the workspace, only with how many are found: by a company 1 in 997 of them.\n"
        "Times do grow, because the emulator goes through a whole partition for each query;\n"
        f"beyond {MANY:,} contacts they are of {FEW} calls in this process, without HTTP.\n"
        f"Of {len(shown)} new contacts half were found by their name after"
        f" {shown[len(shown) // 2]:.1f} s, all after {shown[-1]:.1f} s."
    )


def _batches(first: int, last: int) -> Iterator[dict[str, Any]]:
    for start in range(first, last, BATCH):
        yield {"contacts": rows(start, min(BATCH, last - start))}


def _import(stack: Stack, first: int) -> float:
    """Create BATCH more contacts, and return the seconds it took."""
    started = time.perf_counter()
    answer = stack.post("/v1/contacts", {"contacts": rows(first, BATCH)})
    assert answer["counts"]["created"] == BATCH, answer["counts"]
    return time.perf_counter() - started


def _calls(stack: Stack, size: int) -> dict[str, tuple[Callable[[], Any], Callable[[], Measured]]]:
    """Return for each call a function that makes it over HTTP, and one that counts what it
    reads."""
    some = stack.get(f"/v1/contacts?search={own_word(1)}")["data"][0]["id"]
    fresh = iter(range(10_000_000 + size, 20_000_000))

    def new() -> dict[str, Any]:
        return rows(next(fresh), 1)[0]

    paths = {
        "get": f"/v1/contacts/{some}",
        "list of 50": "/v1/contacts?limit=50",
        "list of 50 by status": "/v1/contacts?limit=50&status=new",
        "search, 50 found": "/v1/contacts?limit=50&search=dana",
        "search by a company": f"/v1/contacts?search={own_word(1)}",
    }
    found: dict[str, tuple[Callable[[], Any], Callable[[], Measured]]] = {
        name: (_of(stack.get, path), _of(stack.measure_get, path)) for name, path in paths.items()
    }
    found["create"] = (
        lambda: stack.post("/v1/contacts", new()),
        lambda: stack.measure_post("/v1/contacts", new()),
    )
    return found


def _from_inside(measured: Callable[[], Measured]) -> list[float]:
    return [measured().milliseconds for _ in range(FEW)]


def _read(measured: Callable[[], Measured]) -> list[str]:
    seen = measured()
    return [str(seen.calls), f"{seen.read_units:g}"]


@contextlib.contextmanager
def _environment(address: str) -> Iterator[None]:
    from outrider.kit.aws import clients  # noqa: PLC0415
    from outrider.kit.settings import settings  # noqa: PLC0415

    before = dict(os.environ)
    os.environ |= {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        **TABLES,
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        clients.reset()
        settings.cache_clear()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
