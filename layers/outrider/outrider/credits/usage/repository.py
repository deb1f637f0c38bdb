"""DynamoDB keys, expressions and items of usage.

A day is `<workspace>#usage` / `<yyyy-mm-dd>` (UTC), with `calls_<family>` for each route family and
`credits_<kind>` for each kind of work. The number up to which the requests of a key are counted is
`usage#<key id>` / `#`; it has no TTL, because without it all of them would be counted again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Query, Table, TransactionFailed, batch_get, transact
from outrider.kit.errors import Stale

_LIFE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class UsageRepository:
    """Usage of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add_action(self, day: date, counts: Mapping[str, int]) -> Action:
        """Return the update that adds `counts` to those of a day."""
        ttl = int((datetime.combine(day, time.min, UTC) + _LIFE).timestamp())
        return self.table.update_action(
            self._pk, day.isoformat(), changes(set={"ttl": ttl}, add=counts)
        )

    def list(self, first: date, last: date) -> dict[date, dict[str, int]]:
        """Return the counts of the days from `first` to `last`; days without usage are left out."""
        page = self.table.query(
            Query(
                self._pk,
                "#sk BETWEEN :first AND :last",
                {"first": first.isoformat(), "last": last.isoformat()},
                consistent=True,
            )
        )
        return {date.fromisoformat(item["sk"]): _counts(item) for item in page.items}

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#usage"


@dataclass(frozen=True, slots=True)
class CountedCalls:
    """Number of the last counted request of each key."""

    table: Table

    def of(self, key_ids: Collection[str]) -> dict[str, int]:
        found = batch_get((self.table, *self._key(key_id)) for key_id in key_ids)
        markers = {pk: item["counted_to"] for (_, pk, _), item in found.items()}
        return {key_id: markers.get(self._key(key_id)[0], 0) for key_id in key_ids}

    def advance(self, key_id: str, seen: int, to: int, counts: Collection[Action]) -> None:
        """Write `counts` and advance the key from `seen` to `to` in one transaction. Raises Stale,
        with the current number, if another worker advanced it first."""
        known: dict[str, Any] = {"seen": seen} if seen else {}
        marker = self.table.update_action(
            *self._key(key_id),
            "SET #counted_to = :to",
            "#counted_to = :seen" if seen else "attribute_not_exists(#pk)",
            to=to,
            **known,
        )
        try:
            transact(marker, *counts)
        except TransactionFailed as failure:
            marker_item = failure.reasons[0].item
            raise Stale(marker_item["counted_to"] if marker_item else 0) from failure

    def _key(self, key_id: str) -> tuple[str, str]:
        return f"usage#{key_id}", "#"


def _counts(item: Item) -> dict[str, int]:
    return {name: count for name, count in item.items() if name not in ("pk", "sk", "ttl")}
