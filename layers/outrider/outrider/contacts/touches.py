"""When a campaign last wrote to a contact: `<workspace>#touch` / `con_…`.

It is an item of its own, so that a step writes a few bytes and neither the contact nor its indexes,
and its condition is what keeps campaigns of one workspace from writing to a contact within the
interval that one of them asks for.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Table, batch_get

_NEVER = ""
"""Sorts before all times."""


@dataclass(frozen=True, slots=True)
class Touch:
    """The last contact: when (RFC 3339 UTC), and by which campaign."""

    at: str
    by: str

    @classmethod
    def from_item(cls, item: Item | None) -> Self | None:
        return cls(item["at"], item["by"]) if item and item["at"] != _NEVER else None


class RecentlyTouched(Exception):
    """Another campaign wrote to the contact within the interval: `touch` says when."""

    def __init__(self, touch: Touch) -> None:
        super().__init__(f"{touch.by} wrote at {touch.at}")
        self.touch = touch


@dataclass(frozen=True, slots=True)
class Touches:
    """Last contacts in one workspace."""

    table: Table
    workspace: WorkspaceId

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Where the last contact of one is, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.pk, contact_id

    def get(self, contact_id: str) -> Touch | None:
        return Touch.from_item(self.table.get(self.pk, contact_id))

    def get_many(self, contact_ids: Iterable[str]) -> dict[str, Touch]:
        """Those of the contacts that were ever written to, by contact; 100 in a call."""
        return self.found(batch_get(map(self.key, contact_ids)))

    def found(self, items: Mapping[tuple[str, str, str], Item]) -> dict[str, Touch]:
        """The last contacts among what `kit.aws.dynamodb.batch_get` gave, by contact."""
        return {
            sk: touch
            for (name, pk, sk), item in items.items()
            if (name, pk) == (self.table.name, self.pk) and (touch := Touch.from_item(item))
        }

    def take(self, contact_id: str, campaign_id: str, at: datetime, interval: timedelta) -> None:
        """Note that the campaign writes to the contact at this moment. Raises RecentlyTouched, and
        notes nothing, where another campaign did less than `interval` before."""
        try:
            self.table.write(self.take_action(contact_id, campaign_id, at, interval))
        except ConditionFailed as failure:
            touch = Touch.from_item(failure.item)
            assert touch is not None
            raise RecentlyTouched(touch) from failure

    def take_action(
        self, contact_id: str, campaign_id: str, at: datetime, interval: timedelta
    ) -> Action:
        """`take`, for a transaction. What stood there is kept for `undo`."""
        condition = ""
        before: dict[str, str] = {}
        if interval:
            condition = "attribute_not_exists(#pk) OR #at <= :before OR #by = :by"
            before = {"before": clock.to_text(at - interval)}
        return self.table.update_action(
            self.pk,
            contact_id,
            "SET #was_at = if_not_exists(#at, :never), #was_by = if_not_exists(#by, :never),"
            " #at = :at, #by = :by",
            condition,
            at=clock.to_text(at),
            by=campaign_id,
            never=_NEVER,
            **before,
        )

    def undo(self, contact_id: str, campaign_id: str, at: datetime) -> None:
        """Forget what `take` noted at this moment, for a message that was never sent. Where another
        contact came after it nothing changes."""
        with suppress(ConditionFailed):
            self.table.write(
                self.table.update_action(
                    self.pk,
                    contact_id,
                    "SET #at = if_not_exists(#was_at, :never),"
                    " #by = if_not_exists(#was_by, :never)",
                    "#at = :at AND #by = :by",
                    at=clock.to_text(at),
                    by=campaign_id,
                    never=_NEVER,
                )
            )

    def move_action(self, touch: Touch, contact_id: str) -> Action:
        """Make this the last contact of one unless a later one is noted, for a transaction."""
        return self.table.put_action(
            {"pk": self.pk, "sk": contact_id, "at": touch.at, "by": touch.by},
            "attribute_not_exists(#pk) OR #at <= :at",
            at=touch.at,
        )

    def forget(self, contact_id: str) -> None:
        self.table.write(self.table.delete_action(self.pk, contact_id))

    @property
    def pk(self) -> str:
        return f"{self.workspace}#touch"
