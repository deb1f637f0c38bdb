"""DynamoDB keys, expressions and items of exports: an export is `<workspace>` / `exp_…`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.exports.models import Export, ExportWork
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    transact,
)
from outrider.kit.outbox import Event

LEASE = timedelta(seconds=330)
"""Longer than a worker's time limit, so the holder of an expired lease has stopped."""
_LIFE = timedelta(days=30)


class ExportLeaseLost(Exception):
    """Raised when another worker holds the lease of the export, or the export is completed."""


@dataclass(frozen=True, slots=True)
class ExportRepository:
    """Exports of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, export_id: str) -> Export | None:
        item = self.table.get(self.workspace, export_id)
        return Export.model_validate(item) if item else None

    def list(self, limit: int, after: Item | None) -> tuple[list[Export], Item | None]:
        """Return a page of exports, newest first, and the key after which the next page begins."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "exp_"},
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Export.model_validate(item) for item in page.items], page.last_key

    def add(
        self, new: Export, request_id: str, events: Sequence[Event], also: Sequence[Action] = ()
    ) -> None:
        item = {
            **new.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": new.id,
            "request_id": request_id,
            "ttl": int((clock.now() + _LIFE).timestamp()),
            **outbox.attribute(events),
        }
        transact(self.table.put_action(item, "attribute_not_exists(#pk)"), *also)

    def take(self, export_id: str, lease: str) -> ExportWork:
        """Acquire the lease of an export that is not completed. Raises ExportLeaseLost if another
        worker holds it or the export is completed."""
        action = self.table.update_action(
            self.workspace,
            export_id,
            "SET #lease = :lease, #leased_until = :until, #status = :running",
            "#status IN (:queued, :running) AND (attribute_not_exists(#leased_until)"
            " OR #leased_until <= :now)",
            lease=lease,
            until=clock.to_text(clock.now() + LEASE),
            running="running",
            queued="queued",
            now=clock.timestamp(),
        )
        try:
            item = self.table.write(action)
        except ConditionFailed as refused:
            item = refused.item or {}
            if item.get("lease") != lease:  # else the write succeeded and its response was lost
                raise ExportLeaseLost from refused
        work = {name: item[name] for name in ExportWork.model_fields if name in item}
        return ExportWork(shown=Export.model_validate(item), **work)

    def save(
        self,
        work: ExportWork,
        found: Mapping[str, Any],
        *,
        events: Sequence[Event] = (),
        done: bool = False,
    ) -> None:
        """Save the progress `found` by the holder of the lease; `done` releases the lease. Raises
        ExportLeaseLost if another worker has acquired it."""
        action = self.table.update_action(
            self.workspace,
            work.shown.id,
            changes(
                set={**found, **outbox.attribute(events)},
                remove=["lease", "leased_until"] if done else [],
            ),
            "#lease = :held",
            held=work.lease,
        )
        try:
            transact(action)
        except TransactionFailed as failure:
            raise ExportLeaseLost from failure
