"""Runner of migrations: scans each segment of the table page by page, and stores its position.

The position of a segment is at `migration#<number>` / `segment#<n>`, under a lease: of two
concurrent invocations one gets the segment, and the other takes another one. An item is written
with the condition that the attributes concerned are as read; after a conflict it is read again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.kit import clock, ids
from outrider.kit.aws.attributes import Changes, Item, changes
from outrider.kit.aws.dynamodb import ConditionFailed, ItemPage, Table
from outrider.kit.sweeps.segments import scan
from outrider.migrations.models import Migration, MigrationProgress, MigrationReport, Rewrite

PAGE = 100
LEASE = timedelta(minutes=2)
"""Longer than an invocation lasts."""
_TRIES = 5


class ItemContended(Exception):
    """An item was changed by others each time it was read; the segment is repeated later."""


@dataclass(frozen=True, slots=True)
class Migrator:
    """`table` returns the table of a setting."""

    records: Table
    table: Callable[[str], Table]
    migrations: Sequence[Migration]

    def run(self, enough_time: Callable[[], bool]) -> MigrationReport:
        """Run pending migrations in order, as long as there is time. Raises ItemContended,
        StoreFailed."""
        for migration in self._pending():
            for segment in range(migration.segments):
                if enough_time():
                    self._run_segment(migration, segment, enough_time)
            if not self._progress(migration).is_done:
                break
        return self.report()

    def preview(self, enough_time: Callable[[], bool]) -> MigrationReport:
        """Return what pending migrations would change of the items that there is time to read."""
        pending = self._pending()
        found = [self._preview(migration, enough_time) for migration in pending]
        return MigrationReport(done=not pending, migrations=found)

    def report(self) -> MigrationReport:
        """Return the progress of all migrations."""
        found = [self._progress(migration) for migration in self.migrations]
        return MigrationReport(done=all(each.is_done for each in found), migrations=found)

    def _pending(self) -> list[Migration]:
        return [each for each in self.migrations if not self._progress(each).is_done]

    def _run_segment(
        self, migration: Migration, segment: int, enough_time: Callable[[], bool]
    ) -> None:
        holder = ids.new("hld")
        position = self._claim(migration, segment, holder)
        if position is None:
            return
        after, table = position.get("after"), self.table(migration.table)
        while enough_time():
            page = self._page(migration, segment, after)
            changed = sum(
                rewrite(table, item, migration.reads, migration.rewrite) for item in page.items
            )
            after = page.last_key
            if not self._store(migration, segment, holder, page, changed) or after is None:
                return
        self._release(migration, segment, holder)

    def _preview(self, migration: Migration, enough_time: Callable[[], bool]) -> MigrationProgress:
        scanned = changed = complete = 0
        for segment in range(migration.segments):
            after: Item | None = None
            while enough_time():
                page = self._page(migration, segment, after)
                scanned += len(page.items)
                changed += sum(migration.rewrite(item) is not None for item in page.items)
                after = page.last_key
                if after is None:
                    complete += 1
                    break
        return MigrationProgress(
            number=migration.number,
            name=migration.name,
            scanned=scanned,
            changed=changed,
            segments_done=complete,
            segments=migration.segments,
        )

    def _page(self, migration: Migration, segment: int, after: Item | None) -> ItemPage:
        table = self.table(migration.table)
        return scan(table, segment=segment, of=migration.segments, after=after, limit=PAGE)

    # ── Positions ────────────────────────────────────────────────────────────────────────────────

    def _claim(self, migration: Migration, segment: int, holder: str) -> Item | None:
        """Return the position of a segment that is neither done nor leased to another invocation,
        after leasing it to `holder`; otherwise None."""
        now = clock.now()
        lease = {"holder": holder, "leased_until": clock.to_text(now + LEASE)}
        free = "attribute_not_exists(#leased_until) OR #leased_until < :now"
        claim = self.records.update_action(
            _pk(migration),
            f"segment#{segment}",
            changes(set=lease),
            f"attribute_not_exists(#done_at) AND ({free})",
            now=clock.to_text(now),
        )
        try:
            return self.records.write(claim)
        except ConditionFailed:
            return None

    def _store(
        self, migration: Migration, segment: int, holder: str, page: ItemPage, changed: int
    ) -> bool:
        """Store the position after a page. Return False if another invocation has the segment."""
        moved = {"after": page.last_key} if page.last_key else {"done_at": clock.timestamp()}
        counted = {"scanned": len(page.items), "changed": changed}
        return self._write_position(migration, segment, holder, changes(set=moved, add=counted))

    def _release(self, migration: Migration, segment: int, holder: str) -> None:
        self._write_position(migration, segment, holder, changes(remove=["leased_until"]))

    def _write_position(
        self, migration: Migration, segment: int, holder: str, update: Changes
    ) -> bool:
        sk = f"segment#{segment}"
        try:
            self.records.write(
                self.records.update_action(_pk(migration), sk, update, "#holder = :own", own=holder)
            )
        except ConditionFailed:
            return False
        return True

    def _progress(self, migration: Migration) -> MigrationProgress:
        sks = [f"segment#{segment}" for segment in range(migration.segments)]
        found = self.records.get_all(_pk(migration), sks).values()
        return MigrationProgress(
            number=migration.number,
            name=migration.name,
            scanned=sum(int(each.get("scanned", 0)) for each in found),
            changed=sum(int(each.get("changed", 0)) for each in found),
            segments_done=sum("done_at" in each for each in found),
            segments=migration.segments,
        )


def rewrite(table: Table, item: Item | None, reads: Iterable[str], new_values: Rewrite) -> bool:
    """Write the new values of one item of the table, and return whether it needed any. `reads` are
    the attributes that `new_values` reads. Raises ItemContended."""
    for _ in range(_TRIES):
        new = new_values(item) if item else None
        if item is None or new is None:
            return False
        condition, values = _unchanged(item, sorted({*reads, *new}))
        update = changes(set=new)
        try:
            table.write(table.update_action(item["pk"], item["sk"], update, condition, **values))
        except ConditionFailed as failure:
            item = failure.item
        else:
            return True
    raise ItemContended(f"Others keep changing an item of {table.name}")


def _pk(migration: Migration) -> str:
    return f"migration#{migration.number}"


def _unchanged(item: Item, names: Iterable[str]) -> tuple[str, Item]:
    """Return the condition that an item has these attributes as it was read, and its values."""
    conditions, values = ["attribute_exists(#pk)"], {}
    for name in names:
        if name in item:
            conditions.append(f"#{name} = :was_{name}")
            values[f"was_{name}"] = item[name]
        else:
            conditions.append(f"attribute_not_exists(#{name})")
    return " AND ".join(conditions), values
