"""Keys, expressions and items of imports.

An import is `<workspace>` / `imp_…`; what became of its rows is told, chunk by chunk, by
`<workspace>#imp_…` / `chunk#<number>`, which names the object in the bucket that has them. Whoever
works on an import has a lease on it, and every chunk is entered at the number it had.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from outrider.access.models import WorkspaceId
from outrider.imports.models import Counts, Import, Result, Status
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    ItemPage,
    Query,
    Table,
    TransactionFailed,
    transact,
    try_transact,
)
from outrider.kit.outbox import Event

LEASE = timedelta(seconds=330)
"""Longer than a worker may run: who holds a lease beyond it is gone."""
_ROWS_LIFE = timedelta(days=30)
_CHUNK = "chunk#"


class ImportLeaseLost(Exception):
    """Somebody else works on the import, or its work is done."""


class Chunk(BaseModel):
    """A part of the rows: how many of each result, and which object has them."""

    number: int
    first_row: int
    counts: Counts
    rows: str

    def has(self, result: Result | None) -> bool:
        return result is None or self.counts[result] > 0


class ImportWork(BaseModel):
    """An import as its worker sees it: where it stands in the file, which chunk is next, and how
    often work on it was begun since a chunk was last entered."""

    shown: Import
    offset: int = 0
    line: int = 0
    row: int = 0
    chunk: int = 0
    tries: int = 0
    request_id: str = ""
    lease: str = ""

    def after(self, changes: Mapping[str, Any]) -> "ImportWork":
        """The work with what was just saved."""
        own = {name: value for name, value in changes.items() if name in ImportWork.model_fields}
        shown = Import.model_validate({**self.shown.model_dump(), **changes})
        return self.model_copy(update={**own, "shown": shown})


@dataclass(frozen=True, slots=True)
class ImportRepository:
    """Imports of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, import_id: str) -> Import | None:
        item = self.table.get(self.workspace, import_id)
        return Import.model_validate(item).seen() if item else None

    def list(self, limit: int, after: Item | None) -> tuple[list[Import], Item | None]:
        """Newest first."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "imp_"},
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Import.model_validate(item).seen() for item in page.items], page.last_key

    def chunks(self, import_id: str, first: int, limit: int) -> ItemPage:
        """Chunks from the number `first` on; `items` are those of `Chunk`."""
        return self.table.query(
            Query(
                self._pk(import_id),
                "#sk BETWEEN :first AND :last",
                {"first": _sk(first), "last": f"{_CHUNK}~"},
                limit=limit,
                consistent=True,
            )
        )

    def chunk(self, import_id: str, number: int) -> Chunk:
        item = self.table.get(self._pk(import_id), _sk(number))
        return Chunk.model_validate(item)

    def add(self, new: Import, request_id: str, also: Sequence[Action] = ()) -> None:
        item = {
            **new.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": new.id,
            "offset": 0,
            "line": 0,
            "row": 0,
            "chunk": 0,
            "request_id": request_id,
        }
        put = self.table.put_action(item, "attribute_not_exists(#pk)")
        if also:
            transact(put, *also)
        else:
            self.table.write(put)

    def take(self, import_id: str, lease: str, states: Sequence[Status]) -> ImportWork:
        """Lease the import, if it is in one of these states, and count that.

        Raises ImportLeaseLost.
        """
        among = ", ".join(f":state{number}" for number in range(len(states)))
        action = self.table.update_action(
            self.workspace,
            import_id,
            "SET #lease = :lease, #leased_until = :until ADD #tries :one",
            f"#status IN ({among}) AND (attribute_not_exists(#leased_until)"
            " OR #leased_until <= :now)",
            lease=lease,
            one=1,
            until=clock.to_text(clock.now() + LEASE),
            now=clock.timestamp(),
            **{f"state{number}": state for number, state in enumerate(states)},
        )
        try:
            item = self.table.write(action)
        except ConditionFailed as refused:
            item = refused.item or {}
            if item.get("lease") != lease:  # else it was taken, and the answer to that was lost
                raise ImportLeaseLost from refused
        work = {name: item[name] for name in ImportWork.model_fields if name in item}
        return ImportWork(shown=Import.model_validate(item), **work)

    def forgive(self, work: ImportWork) -> None:
        """Do not count this try of the holder of the lease."""
        action = self.table.update_action(
            self.workspace,
            work.shown.id,
            "ADD #tries :minus",
            "#lease = :held AND #tries > :none",
            held=work.lease,
            minus=-1,
            none=0,
        )
        with suppress(ConditionFailed):
            self.table.write(action)

    def save(
        self,
        work: ImportWork,
        found: Mapping[str, Any],
        *,
        chunk: Chunk | None = None,
        events: Sequence[Event] = (),
        done: bool = False,
    ) -> None:
        """Enter what the holder of the lease has done, with the rows of a chunk. `done` ends the
        lease. Raises ImportLeaseLost."""
        actions = [self._save_action(work, found, events, done)]
        if chunk:
            life = clock.now() + _ROWS_LIFE
            item = {
                **chunk.model_dump(),
                "pk": self._pk(work.shown.id),
                "sk": _sk(chunk.number),
                "ttl": int(life.timestamp()),
            }
            actions.append(self.table.put_action(item))
        try:
            transact(*actions)
        except TransactionFailed as failure:
            raise ImportLeaseLost from failure

    def revert(self, import_id: str, events: Sequence[Event], also: Sequence[Action] = ()) -> bool:
        """Whether the import did not run and is being reverted now."""
        action = self.table.update_action(
            self.workspace,
            import_id,
            "SET #status = :reverting, #_events = :events REMOVE #leased_until, #lease",
            "#status IN (:waiting, :unconfirmed, :completed, :failed)",
            reverting="reverting",
            waiting="awaiting_upload",
            unconfirmed="awaiting_confirmation",
            completed="completed",
            failed="failed",
            events=outbox.pack(events),
        )
        return try_transact(action, *also)

    def confirm(
        self,
        import_id: str,
        mapping: Mapping[str, str | None],
        events: Sequence[Event],
        also: Sequence[Action] = (),
    ) -> bool:
        """Whether the import waited for it, and goes on now."""
        action = self.table.update_action(
            self.workspace,
            import_id,
            "SET #status = :running, #mapping = :mapping, #_events = :events",
            "#status = :waiting AND #expires_at > :now",
            running="running",
            mapping=mapping,
            waiting="awaiting_confirmation",
            now=clock.timestamp(),
            events=outbox.pack(events),
        )
        return try_transact(action, *also)

    def _save_action(
        self, work: ImportWork, found: Mapping[str, Any], events: Sequence[Event], done: bool
    ) -> Action:
        return self.table.update_action(
            self.workspace,
            work.shown.id,
            changes(
                set={**found, **outbox.attribute(events)},
                remove=["lease", "leased_until"] if done else [],
            ),
            "#lease = :held AND #chunk = :at",
            held=work.lease,
            at=work.chunk,
        )

    def _pk(self, import_id: str) -> str:
        return f"{self.workspace}#{import_id}"


def _sk(number: int) -> str:
    return f"{_CHUNK}{number:06}"
