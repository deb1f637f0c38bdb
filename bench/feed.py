"""Benchmark of the event rate of one workspace's feed, and its cost: `python -m bench.feed`.

It runs the relay against a simulated DynamoDB (`tests/harness/contention.py`): a read takes 6 ms, a
transaction 12 ms and 0.35 ms per item, a refused one 4 ms, ten events on the bus 10 ms. A shard's
relay is invoked when it has 200 records, or a second after the first.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench import results
from outrider.access.models import Caller, WorkspaceId
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change
from outrider.kit import ids
from outrider.kit.aws.dynamodb import Table
from tests.harness.contention import START, Clock, Store, at_once

BATCH, WINDOW_MS = 200, 1_000.0
_POLL_MS = 20.0
_BUS_MS, _BUS_ENTRIES = 10.0, 10
_WORKSPACE = WorkspaceId(ids.derived("wsp", "bench"))


@dataclass(frozen=True, slots=True)
class Figures:
    """Results: events recorded per second; refused transactions and write units per event; age of
    the oldest waiting record at the end, in seconds."""

    recorded: float
    refused: float
    units: float
    behind: float


@dataclass(slots=True)
class Shard:
    """Stream shard that receives `rate` records per second from `begin_ms` on; `taken` are
    delivered."""

    number: int
    rate: float
    rare: float
    begin_ms: float
    taken: int = 0

    def waiting(self, ms: float) -> int:
        return int((ms - self.begin_ms) / 1000 * self.rate) - self.taken

    def oldest_ms(self) -> float:
        return self.begin_ms + (self.taken + 1) / self.rate * 1000

    def take(self, number: int) -> Iterator[Change]:
        for _ in range(number):
            self.taken += 1
            second = int(START.timestamp() + self.taken / self.rate)
            name = "email.skipped" if self.taken * self.rare % 1 < self.rare else "email.sent"
            event = Caller.engine(_WORKSPACE).event(name, **_names(self.number, self.taken))
            yield Change(f"{self.number}/{self.taken}", f"table{self.number % 8}", second, [event])


def simulate(
    shards: int, rate: float, seconds: float, *, rare: float = 0.1, seed: int = 1
) -> Figures:
    """Simulate `rate` events per second of one workspace over all shards; a fraction `rare` gets
    entries of its own in the feed."""
    time = Clock()
    store = Store(time)
    dice = random.Random(seed)
    every = [
        Shard(number, rate / shards, rare, dice.random() * WINDOW_MS) for number in range(shards)
    ]
    recorder = Recorder(Table("events"), _WORKSPACE, lambda *_: [])

    def relay(shard: Shard) -> None:
        time.sleep_ms(shard.begin_ms)
        while time.ms < seconds * 1000:
            waiting = shard.waiting(time.ms)
            if waiting < BATCH and (not waiting or time.ms < shard.oldest_ms() + WINDOW_MS):
                time.sleep_ms(_POLL_MS)
                continue
            told = recorder.record(list(shard.take(min(waiting, BATCH))))
            time.sleep_ms(_BUS_MS * -(-len(told) // _BUS_ENTRIES))

    with at_once(store, seed):
        time.run(*(lambda shard=shard: relay(shard) for shard in every))
    recorded = sum(shard.taken for shard in every)
    return Figures(
        recorded / (time.ms / 1000),
        store.refused / recorded,
        store.write_units / recorded,
        max(0.0, time.ms - min(shard.oldest_ms() for shard in every)) / 1000,
    )


def _names(shard: int, number: int) -> dict[str, str]:
    """Return the ids in the data of an email event, as real events have them; half are unique to
    the event."""
    alone = (str(shard), str(number))
    contact, campaign = ids.derived("con", *alone), ids.derived("cam", "bench")
    return {
        "message_id": ids.derived("msg", *alone),
        "contact_id": contact,
        "campaign_id": campaign,
        "sequence_id": ids.derived("seq", "bench"),
        "enrollment_id": ids.joined("enr", campaign, contact),
        "step_id": ids.derived("stp", "bench", str(number % 5)),
        "mailbox_id": ids.derived("mbx", "bench", str(number % 10)),
    }


def main() -> None:
    rows = []
    for shards, rate in _LOADS:
        found = simulate(shards, rate, seconds=30)
        rows.append(
            [
                str(shards),
                f"{rate:,}",
                f"{found.recorded:,.0f}",
                f"{found.refused:.3f}",
                f"{found.units:.2f}",
                f"{found.behind:.1f}",
            ]
        )
    header = [
        "shards",
        "events a second",
        "recorded",
        "refused an event",
        "write units",
        "behind, s",
    ]
    text = f"{results.table(header, rows)}\n\n{_MEANING}"
    results.keep("The feed of a busy workspace", "python -m bench.feed", text)


_LOADS = (
    (1, 10),
    (16, 50),
    (16, 800),
    (4, 2_000),
    (8, 2_000),
    (16, 2_000),
    (16, 3_000),
    (16, 4_000),
)
_MEANING = """\
Half a minute of one workspace, each run once with one seed. One event in ten is a rare one, with an
entry of its own. Refused transactions are in the write units. A workspace is behind by about a
second when all is well: the batching window."""


if __name__ == "__main__":
    main()
