"""Recorder of the feed: writes the events of each change exactly once, in batches without gaps.

A batch is written in one transaction with

- a receipt `<workspace>#receipts` / `<table>#<second, 10 digits>#<first sequence>`: hashes of the
  ids of its changes. A change that is delivered again, in whatever batch or shard of the stream, is
  recognized by it, since the second in which a change was made never differs;
- the index entries of rare events (`FeedBatch.entries`);
- the counters that its events increment, by step, variant and day;
- once per million events the ceiling `<workspace>#ceiling` / `#`: a number above all sequences, and
  when it was set. A feed whose events have all expired continues from it.

Two writers that append concurrently write the same key; the loser of this optimistic lock retries.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.events.feed.batches import FeedBatch, found_under, is_expiring
from outrider.events.models import Change, FeedPosition, RecordedEvent, StepCount
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    Query,
    Table,
    TransactionConflict,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.errors import Stale

EVENTS_AT_ONCE = 200
_ITEMS_AT_ONCE = 90
"""Index entries and counters of a batch: a transaction has at most 100 items."""
SPAN = 10
"""Seconds: the changes of a batch were made within one such interval of the clock."""
_ATTEMPTS = 100
"""Many relays append to the one end of a feed, and one that gives up holds up its whole shard."""
_PAUSE_MS = 50
_LONGEST_PAUSE_MS = 200
_RECEIPT_LIFE = timedelta(days=14)
_CEILINGS = 1_000_000
_HASH = 8
_BEHIND = "~"


class FeedContended(Exception):
    """Raised when other writers kept appending to the feed of the workspace."""


@dataclass(frozen=True, slots=True)
class _End:
    """End of the feed: the position of the last event. `ceiling` is set if that event expired or
    never existed."""

    place: FeedPosition
    ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writer of the feed of one workspace."""

    table: Table
    workspace: WorkspaceId
    counting: Callable[[WorkspaceId, Sequence[StepCount]], Sequence[Action]]
    """Returns the updates of the counters for what is recorded."""

    def record(self, changes: Sequence[Change]) -> list[RecordedEvent]:
        """Append the events of `changes` that were not recorded before to the feed.

        Returns them and all events of batches that already have some of `changes`, since the worker
        that recorded those may have died before it published them. Raises FeedContended.
        """
        recorded: dict[str, list[RecordedEvent]] = {}
        for run in _runs(changes):
            for batch in self._record(run):
                recorded[batch.key] = batch.recorded()
        return [event for events in recorded.values() for event in events]

    def _record(self, changes: Sequence[Change]) -> list[FeedBatch]:
        for attempt in range(1, _ATTEMPTS + 1):
            # Read the end first: another writer with one of these changes has either put its batch
            # before, so its receipt is found, or competes for the key that this writer will put.
            try:
                end = self._end()
                known = self._known(changes)
                new = [change for change in changes if _hash(change) not in known]
                appended = [self._append(end, new)] if new else []
            except (Stale, TransactionFailed, TransactionConflict):
                pause = min(_PAUSE_MS * attempt, _LONGEST_PAUSE_MS)
                time.sleep(secrets.randbelow(pause) / 1000)
            else:
                return [*self._batches(set(known.values())), *appended]
        raise FeedContended(self.workspace)

    def _end(self) -> _End:
        """Return the end of the feed. Raises Stale if the feed was begun, or continued from its
        ceiling, while it was read."""
        page = self.table.query(
            Query(f"{self.workspace}#feed", newest_first=True, limit=1, consistent=True)
        )
        now = clock.now()
        if page.items and not is_expiring(page.items[0]["recorded_at"], now):
            newest = page.items[0]
            return _End(FeedPosition(newest["last"], newest["recorded_at"]))
        kept = self.table.get(*self._ceiling_key)
        if kept and not is_expiring(kept["recorded_at"], now):
            raise Stale
        ceiling = int(kept["sequence"]) if kept else 0
        return _End(FeedPosition(ceiling, clock.to_text(now)), ceiling)

    def _known(self, changes: Sequence[Change]) -> dict[bytes, str]:
        """Return the key of the batch of each recorded change, by the change's hash."""
        table, first = changes[0].table, min(change.second for change in changes)
        receipts = self.table.every(
            Query(
                f"{self.workspace}#receipts",
                "#sk BETWEEN :first AND :last",
                {
                    "first": _receipt_key(table, first),
                    "last": _receipt_key(table, _span_of(first) * SPAN + SPAN - 1) + _BEHIND,
                },
                consistent=True,
            )
        )
        wanted = {_hash(change) for change in changes}
        return {
            each: receipt["batch"]
            for receipt in receipts
            for each in _hashes(receipt)
            if each in wanted
        }

    def _append(self, end: _End, changes: Sequence[Change]) -> FeedBatch:
        """Append a batch. Raises TransactionFailed or TransactionConflict if another writer
        appended one."""
        events = {event.id: event for change in changes for event in change.events}
        recorded_at = max(clock.timestamp(), end.place.recorded_at)
        batch = FeedBatch.after(self.workspace, end.place, recorded_at, list(events.values()))
        transact(
            self.table.put_action(batch.to_item(), "attribute_not_exists(#pk)"),
            self.table.put_action(self._receipt(batch, changes)),
            *self._raise_ceiling_actions(end, batch),
            *(self.table.put_action(entry) for entry in batch.entries()),
            *self.counting(self.workspace, [each for change in changes for each in change.counts]),
            attempts=1,  # a writer that meets another has lost its position
        )
        return batch

    def _receipt(self, batch: FeedBatch, changes: Sequence[Change]) -> Item:
        second = max(change.second for change in changes)
        return {
            "pk": f"{self.workspace}#receipts",
            "sk": f"{_receipt_key(changes[0].table, second)}{batch.first:012d}",
            "batch": batch.key,
            "changes": b"".join(_hash(change) for change in changes),
            "ttl": int((clock.now() + _RECEIPT_LIFE).timestamp()),
        }

    def _raise_ceiling_actions(self, end: _End, batch: FeedBatch) -> Iterator[Action]:
        """Yield the write that keeps the ceiling above the sequences of `batch`, if one is due."""
        ceiling = _ceiling_of(batch.last)
        if end.ceiling is None and ceiling == _ceiling_of(end.place.sequence):
            return
        pk, sk = self._ceiling_key
        item = {"pk": pk, "sk": sk, "sequence": ceiling, "recorded_at": batch.recorded_at}
        if end.ceiling is None:
            yield self.table.put_action(item)
        elif end.ceiling == 0:
            yield self.table.put_action(item, "attribute_not_exists(#pk)")
        else:
            yield self.table.put_action(item, "#sequence = :seen", seen=end.ceiling)

    def _batches(self, keys: set[str]) -> list[FeedBatch]:
        wanted = [(self.table, f"{self.workspace}#feed", key) for key in sorted(keys)]
        found = batch_get(wanted) if wanted else {}
        items = [
            found[table.name, pk, key]
            for table, pk, key in wanted
            if (table.name, pk, key) in found
        ]
        return [FeedBatch.from_item(self.workspace, item) for item in items]

    @property
    def _ceiling_key(self) -> tuple[str, str]:
        return f"{self.workspace}#ceiling", "#"


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield `changes`, in order, in chunks that fit into a batch."""
    run: list[Change] = []
    counted: set[tuple[str, ...]] = set()
    events = entries = 0
    for change in changes:
        found = sum(found_under(event) is not None for event in change.events)
        of_change = {each.step_day for each in change.counts}
        if run and (
            (change.table, _span_of(change.second)) != (run[0].table, _span_of(run[0].second))
            or events + len(change.events) > EVENTS_AT_ONCE
            or entries + found + len(counted | of_change) > _ITEMS_AT_ONCE
        ):
            yield run
            run, events, entries, counted = [], 0, 0, set()
        run.append(change)
        events += len(change.events)
        entries += found
        counted |= of_change
    if run:
        yield run


def newest_receipt(workspace: WorkspaceId, table: str) -> Query:
    """Return the query for the receipt of the newest recorded change of `table`."""
    return Query(
        f"{workspace}#receipts",
        "begins_with(#sk, :table)",
        {"table": f"{table}#"},
        newest_first=True,
        limit=1,
        consistent=True,
    )


def second_of(receipt: Item) -> int:
    """Return the second (since the epoch) in which the changes of a receipt were made."""
    return int(receipt["sk"].split("#")[1])


def _span_of(second: int) -> int:
    return second // SPAN


def _receipt_key(table: str, second: int) -> str:
    return f"{table}#{second:010d}#"


def _hash(change: Change) -> bytes:
    return hashlib.sha256(change.id.encode()).digest()[:_HASH]


def _hashes(receipt: Item) -> Iterator[bytes]:
    packed = receipt["changes"]
    for start in range(0, len(packed), _HASH):
        yield packed[start : start + _HASH]


def _ceiling_of(sequence: int) -> int:
    return (sequence // _CEILINGS + 1) * _CEILINGS
