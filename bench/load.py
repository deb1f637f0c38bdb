"""Load test: mixed calls of several clients during a large import of another workspace: `python -m
bench.load [--seconds 300] [--rows 100000] [--clients 8]`.

It uses a local stack of its own, with every worker running. The clients of one workspace create,
read, update and search contacts, read events and statistics, and trigger contacts into a campaign.
First they run alone, then while another workspace imports a file; a third, quiet workspace makes a
call every half second all the time. The exit status is 1 if a response was a 5xx or missing, or if
the memory of functions grew.

Before that, the same import runs on another local stack, which shares only the machine. This
control shows what the import of one workspace costs another on the same stack.
"""

import argparse
import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench import results
from bench.load_clients import _PATIENCE, _WEIGHTS, Call, Client, Import, Memory, Mixed, _person
from bench.local_stack import Stack

SHARE = 0.2
"""Duration of each control phase, without an import and with one on the other stack, as a fraction
of the measured time."""
GROWTH = 1.1
"""Maximum memory of a function's process at the end, relative to the middle of the run."""
_EVERY = 0.5


def main(arguments: list[str]) -> int:
    asked = _parsed(arguments)
    with Stack.running() as stack, Stack.running() as other:
        load = Load(stack, other, asked)
        load.run()
    results.keep("Under load", " ".join(["python -m bench.load", *arguments]), load.text())
    return 0 if load.is_right() else 1


@dataclass(slots=True)
class Load:
    stack: Stack
    other: Stack
    """Control stack, which shares only the machine."""
    asked: argparse.Namespace
    mixed: list[Mixed] = field(default_factory=list)
    quiet: Client = field(init=False)
    importing: Import = field(init=False)
    memory: list[Memory] = field(default_factory=list)
    early: int = 0
    """Contacts triggered before the measurement."""
    elsewhere: float = 0.0
    """Start time of the import on the other stack."""
    ended: float = 0.0
    sent: int = 0
    machine: list[float] = field(default_factory=list)
    """Load averages of the machine, including other programs."""
    delays: list[tuple[float, float]] = field(default_factory=list)
    """Creation time of each contact of the quiet workspace, and seconds until its event was in the
    feed."""

    def run(self) -> None:
        local = self.stack.local
        campaign = _campaign(Stack(local, local.local["workspace_id"]))
        self.mixed = [
            Mixed(
                Client(Stack(local, local.local["workspace_id"])), campaign, random.Random(number)
            )
            for number in range(self.asked.clients)
        ]
        self.quiet = Client(Stack(local))
        self.importing = Import(Client(Stack(local)), self.asked.rows)
        self._warm_up()
        share = self.asked.seconds * SHARE
        self.ended = time.monotonic() + _PATIENCE
        with ThreadPoolExecutor(len(self.mixed) + 2) as pool:
            working = [pool.submit(each.until, self._is_over) for each in self.mixed]
            working.append(pool.submit(self._be_quiet))
            time.sleep(share)
            Import(Client(self.other), self.asked.rows).begin()
            self.elsewhere = time.monotonic()
            time.sleep(share)
            self.other.local.command("reset")
            self._look()
            self.ended = time.monotonic() + self.asked.seconds
            working.append(pool.submit(self.importing.run))
            time.sleep(self.asked.seconds / 2)
            self._look()
            time.sleep(max(0, self.ended - time.monotonic()))
            self._look()
            for each in working:
                each.result()
        self.sent = self._sent(campaign)
        self.delays = list(_delays(self.quiet))

    @property
    def calls(self) -> list[Call]:
        return [call for each in self.mixed for call in each.client.calls]

    @property
    def failures(self) -> int:
        """Number of calls by any client with a 5xx or without a response."""
        everybody = [*self.calls, *self.quiet.calls, *self.importing.client.calls]
        return sum(call.status >= 500 or call.status == 0 for call in everybody)

    @property
    def triggered(self) -> int:
        return sum(call.name == "trigger" and call.status < 300 for call in self.calls)

    def is_right(self) -> bool:
        growth, _ = self.memory[2].growth(self.memory[1])
        rows = self.importing.state.get("counts", {}).get("created")
        return (
            not self.failures
            and growth <= GROWTH
            and self.sent == self.triggered
            and rows == self.asked.rows
        )

    def text(self) -> str:
        return "\n\n".join(
            [
                f"On the local stack, which emulates AWS on this machine: {self.asked.clients} "
                "clients without a pause, beside an import of\n"
                f"{self.asked.rows:,} rows in another workspace. The load average was "
                f"{min(self.machine):.0f} to {max(self.machine):.0f} on {os.cpu_count()} cores.",
                self._calls_table(),
                self._import_text(),
                self._quiet_table(),
                self._memory_table(),
            ]
        )

    def _calls_table(self) -> str:
        calls = [call for call in self.calls if call.began >= self.importing.began]
        rows = [_row("all", calls, self.asked.seconds)]
        for name in _WEIGHTS:
            of_name = [call for call in calls if call.name == name]
            rows.append(_row(name, of_name, self.asked.seconds))
        header = ["call", "calls", "calls/s", "p50 ms", "p95 ms", "p99 ms", "5xx or none", "4xx"]
        return results.table(header, rows)

    def _import_text(self) -> str:
        took = self.importing.ended - self.importing.began
        rows = self.importing.state.get("counts", {})
        counts = ", ".join(f"{count:,} {name}" for name, count in rows.items() if count)
        return (
            f"The import was {self.importing.state.get('status')} after {took:.0f} s, with rows "
            f"{counts}. {self.triggered:,} contacts were triggered, and\n{self.sent:,} of their "
            "mails sent."
        )

    def _quiet_table(self) -> str:
        phases = {
            "nobody imports": (0.0, self.elsewhere),
            "on another stack": (self.elsewhere, self.importing.began),
            "on this stack": (self.importing.began, min(self.ended, self.importing.ended)),
        }
        first = 0.0
        rows = []
        for name, (begin, end) in phases.items():
            calls = [call for call in self.quiet.calls if begin <= call.began < end]
            delays = [took for began, took in self.delays if begin <= began < end]
            first = first or _cut(calls, 95)
            rows.append(
                [
                    name,
                    f"{len(calls):,}",
                    f"{_cut(calls, 50):.0f}",
                    f"{_cut(calls, 95):.0f}",
                    f"{_cut(calls, 95) / first:.2f}",
                    f"{_percentile(delays, 50):.1f}",
                    f"{_percentile(delays, 95):.1f}",
                ]
            )
        header = ["an import", "calls", "p50 ms", "p95 ms", "ratio", "feed p50 s", "feed p95 s"]
        return (
            "A quiet workspace, with a call every half second, beside the same clients. Another "
            "stack shares the machine\nand nothing else, so the last row over the one before it is "
            "what sharing Outrider costs, the emulator's one\nprocess with it. *Feed*: from a "
            "change to its event in the feed.\n\n" + results.table(header, rows)
        )

    def _memory_table(self) -> str:
        rows = [
            [
                moment,
                str(memory.processes),
                f"{memory.mean:.1f}",
                f"{memory.largest:.0f}",
                f"{memory.emulator:,.0f}",
            ]
            for moment, memory in zip(("begin", "middle", "end"), self.memory, strict=True)
        ]
        growth, name = self.memory[2].growth(self.memory[1])
        header = ["moment", "processes", "MB of one", "MB of the largest", "the emulator's MB"]
        return (
            "Resident memory of the functions' processes, which is theirs alone, and of the "
            "emulator, whose tables, queues\nand streams are in memory:\n\n"
            + results.table(header, rows)
            + "\n\n*Begin* is when the import begins. From the middle to the end the processes of "
            f"{name} grew most, to {growth:.2f} times."
        )

    def _warm_up(self) -> None:
        """Call each function once per client at the same time, because the emulator unpacks the
        layers for each process."""
        with ThreadPoolExecutor(len(self.mixed)) as pool:
            for name in _WEIGHTS:
                list(pool.map(lambda each, name=name: _once(each, name), self.mixed))
        self.quiet.call("quiet", "GET", "/v1/contacts")
        self.early = self.triggered
        for each in self.mixed:
            each.client.calls.clear()
        self.quiet.calls.clear()

    def _look(self) -> None:
        self.memory.append(Memory.now(self.stack))
        self.machine.append(os.getloadavg()[0])

    def _is_over(self) -> bool:
        return time.monotonic() >= self.ended

    def _be_quiet(self) -> None:
        for number in itertools.count():
            if self._is_over():
                return
            time.sleep(_EVERY)
            if number % 2:
                self.quiet.call("create", "POST", "/v1/contacts", _person())
            else:
                self.quiet.call("list", "GET", "/v1/contacts?limit=5")

    def _sent(self, campaign: str) -> int:
        """Wait until the campaign has sent as many emails as contacts were triggered; return the
        number sent."""
        client = Client(self.mixed[0].client.stack)
        deadline = time.monotonic() + _PATIENCE
        sent = -1
        while sent != self.triggered and time.monotonic() < deadline:
            time.sleep(2)
            stats = client.call("stats", "GET", f"/v1/campaigns/{campaign}/stats")
            sent = stats["totals"]["sent"] - self.early if stats else sent
        return sent


def _once(mixed: Mixed, name: str) -> None:
    if not mixed.known:
        mixed.create()
    mixed.do(name)


def _campaign(stack: Stack) -> str:
    """Create an active campaign without contacts, and return its id. Its second step is days later,
    so that it is not completed after the first emails."""
    sequence = stack.post(
        "/v1/sequences",
        {
            "name": "Load",
            "steps": [
                {"channel": "email", "subject": "A question", "text": "Who does it?"},
                {"channel": "email", "wait_days": 3, "text": "Did it get lost?"},
            ],
            "settings": {"postal_address": "1 Outrider Way, Example Town"},
        },
    )
    launched = stack.reply("POST", f"/v1/sequences/{sequence['id']}/launch", {})
    return str(launched.json["campaign_id"])


def _row(name: str, calls: Sequence[Call], seconds: float) -> list[str]:
    failed = sum(call.status >= 500 or call.status == 0 for call in calls)
    refused = sum(400 <= call.status < 500 for call in calls)
    cuts = [f"{_cut(calls, percent):,.0f}" for percent in (50, 95, 99)]
    rate = f"{len(calls) / seconds:.1f}"
    return [name, f"{len(calls):,}", rate, *cuts, str(failed), str(refused)]


def _cut(calls: Sequence[Call], percent: int) -> float:
    """Return a percentile of the durations, in milliseconds."""
    return _percentile([call.seconds * 1_000 for call in calls], percent)


def _percentile(taken: Sequence[float], percent: int) -> float:
    if len(taken) < 2:
        return taken[0] if taken else 0.0
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1]


def _delays(client: Client) -> Iterator[tuple[float, float]]:
    """Yield the creation time of each contact (`time.monotonic`), and the seconds until its event
    was recorded."""
    started = time.time() - time.monotonic()
    path = "/v1/events?limit=200&type=contact.created"
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else ""
        page = client.call("events", "GET", path + cursor)
        for event in page["data"]:
            made, recorded = (
                datetime.fromisoformat(event[name]).timestamp()
                for name in ("created_at", "recorded_at")
            )
            yield made - started, recorded - made


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--seconds", type=float, default=300, help="beside the import")
    parser.add_argument("--rows", type=int, default=100_000, help="of the import")
    parser.add_argument("--clients", type=int, default=8)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
