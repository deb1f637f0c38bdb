"""Last contact: when a campaign last wrote to a contact, `<workspace>#touch` / `con_…`.

It is an item of its own, so that sending a step updates a small item and neither the contact nor
its indexes. A condition on it keeps the campaigns of a workspace from writing to a contact within
the minimum interval that one of them sets.
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
"""Time that sorts before all others."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Last contact: its time (RFC 3339 UTC) and the id of the campaign."""

    at: str
    by: str

    @classmethod
    def from_item(cls, item: Item | None) -> Self | None:
        return cls(item["at"], item["by"]) if item and item["at"] != _NEVER else None


class RecentlyTouched(Exception):
    """Another campaign wrote to the contact within the interval, at the time in `touch`."""

    def __init__(self, touch: Touch) -> None:
        super().__init__(f"{touch.by} wrote at {touch.at}")
        self.touch = touch


@dataclass(frozen=True, slots=True)
class Touches:
    """Last contacts of one workspace."""

    table: Table
    workspace: WorkspaceId

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Return the key of a last contact for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.pk, contact_id

    def get(self, contact_id: str) -> Touch | None:
        return Touch.from_item(self.table.get(self.pk, contact_id))

    def get_many(self, contact_ids: Iterable[str]) -> dict[str, Touch]:
        """Return the last contacts by contact id, for those that were ever written to; at most 100
        ids."""
        return self.found(batch_get(map(self.key, contact_ids)))

    def found(self, items: Mapping[tuple[str, str, str], Item]) -> dict[str, Touch]:
        """Return the last contacts, by contact id, among items returned by `batch_get`."""
        return {
            sk: touch
            for (name, pk, sk), item in items.items()
            if (name, pk) == (self.table.name, self.pk) and (touch := Touch.from_item(item))
        }

    def take(self, contact_id: str, campaign_id: str, at: datetime, interval: timedelta) -> None:
        """Record that the campaign writes to the contact at this time. Raises RecentlyTouched,
        without a write, if another campaign wrote to it within `interval` before."""
        try:
            self.table.write(self.take_action(contact_id, campaign_id, at, interval))
        except ConditionFailed as failure:
            touch = Touch.from_item(failure.item)
            assert touch is not None
            raise RecentlyTouched(touch) from failure

    def take_action(
        self, contact_id: str, campaign_id: str, at: datetime, interval: timedelta
    ) -> Action:
        """Return the write of `take`. It keeps the previous values for `undo`."""
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
        """Restore what was there before `take` at this time, for a message that was never sent. Do
        nothing if there was a later contact."""
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
        """Return the write that makes this the contact's last contact unless there is a later
        one."""
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
