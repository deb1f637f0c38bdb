"""Bulk writes of suppressions, each marked so that a retry recognises its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import bulk_marks
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import ConditionFailed, batch_get, transact_groups
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class SuppressionBulk(SuppressionRepository):
    def get_items(self, suppression_ids: Sequence[str]) -> dict[str, Item]:
        """Return the items of those suppressions that exist, by id."""
        found = batch_get((self.table, self._pk, each) for each in suppression_ids)
        return {sk: item for (*_, sk), item in found.items()}

    def add_marked(self, new: Sequence[tuple[Suppression, Sequence[Event], str]]) -> set[str]:
        """Add up to ADD_AT_ONCE suppressions with their marks, and return the ids of those that
        existed already. One that an earlier attempt added with the same mark counts as added
        now."""
        groups = {
            suppression.id: [bulk_marks.marked_action(self.add_action(suppression, events), mark)]
            for suppression, events, mark in new
        }
        refused = transact_groups(groups, lambda _: [])
        return {
            suppression.id
            for suppression, _, mark in new
            if suppression.id in refused
            and bulk_marks.mark_of(refused[suppression.id][0].item) != mark
        }

    def withdraw(self, suppression_id: str, mark: str) -> bool:
        """Remove a suppression whose mark begins with `mark`. Return False if it has another mark,
        True if it does not exist."""
        own = "attribute_not_exists(#pk) OR begins_with(#_mark, :mark)"
        try:
            self.table.write(self.table.delete_action(self._pk, suppression_id, own, mark=mark))
        except ConditionFailed:
            return False
        return True
