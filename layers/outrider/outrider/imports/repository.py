"""DynamoDB keys, expressions and items of imports.

An import is `<workspace>` / `imp_…`. The results of its rows are stored in chunks:
`<workspace>#imp_…` / `chunk#<number>` names the S3 object that has them. A worker needs the lease
of the import, and a chunk is saved on the condition that its number is the next.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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
from outrider.kit.models import Model
from outrider.kit.outbox import Event

LEASE = timedelta(seconds=330)
"""Longer than a worker's time limit, so the holder of an expired lease has stopped."""
_ROWS_LIFE = timedelta(days=30)
_CHUNK = "chunk#"


class ImportLeaseLost(Exception):
    """Raised when another worker holds the lease of the import, or there is no work left."""


class Chunk(Model):
    """A range of rows: the number of rows by result, and the S3 object that has them."""

    number: int
    first_row: int
    counts: Counts
    rows: str

    def has(self, result: Result | None) -> bool:
        return result is None or self.counts[result] > 0


class ImportWork(Model):
    """Worker's view of an import: its position in the file, the next chunk, and the number of
    attempts (`tries`) since a chunk was last saved."""

    shown: Import
    offset: int = 0
    line: int = 0
    row: int = 0
    chunk: int = 0
    tries: int = 0
    request_id: str = ""
    lease: str = ""

    def after(self, changes: Mapping[str, Any]) -> "ImportWork":
        """Return the work with the changes just saved."""
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
        """Return a page of imports, newest first, and the key after which the next page begins."""
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
        """Return a page of the items of chunks from number `first` on (see `Chunk`)."""
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
        """Acquire the lease of an import in one of these states, and count the attempt.

        Raises ImportLeaseLost if another worker holds it or the import is in another state.
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
            if item.get("lease") != lease:  # else the write succeeded and its response was lost
                raise ImportLeaseLost from refused
        work = {name: item[name] for name in ImportWork.model_fields if name in item}
        return ImportWork(shown=Import.model_validate(item), **work)

    def uncount_attempt(self, work: ImportWork) -> None:
        """Do not count this attempt of the lease holder."""
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
        """Save the progress `found` by the lease holder, with the rows of a chunk; `done` releases
        the lease. Raises ImportLeaseLost if another worker has acquired it."""
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
        """Set the status `reverting` if the import is not running. Return whether it was set."""
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
        """Set the status `running` if the import awaits confirmation. Return whether it was set."""
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
