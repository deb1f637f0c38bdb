"""Pages of enrollments: those of one campaign, by state, and those of one contact.

Enrollments that are over or paused stand in the index `by_state`, those that have something to come
in the index `by_due`. Both have keys alone, so a page reads keys until it is full, fetches what
they name, and leaves out what has changed since. How many keys a page may read is bounded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Campaign, Enrollment, OpenState
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table, batch_get, key_of

MOST_READ = 1_000
"""Keys read for one page at most."""
_AT_ONCE = 100
"""Keys read in a call, as many as one BatchGetItem fetches."""
_OPEN: frozenset[str] = frozenset(get_args(OpenState))

Found = tuple[list[Enrollment], Item | None]
"""A page, and the place after it; None at the end."""


@dataclass(frozen=True, slots=True)
class EnrollmentLists:
    """Enrollments of one workspace."""

    table: Table
    workspace: WorkspaceId

    def of_campaign(
        self, campaign: Campaign, state: str | None, limit: int, after: Item | None
    ) -> Found:
        """At most `limit` enrollments: by the creation of their contacts; with an open state the
        first due first, in each shard of the index."""
        pk = f"{self.workspace}#{campaign.id}"
        if state is None:
            return self._all(pk, limit, after)
        if state in _OPEN:
            shards = [f"{pk}#{number}" for number in range(campaign.due_shards)]
            return self._filled("by_due", shards, lambda each: each.state == state, limit, after)
        return self._filled(
            "by_state", [f"{pk}#{state}"], lambda each: each.state == state, limit, after
        )

    def of_contact(
        self, contact_id: str, state: str | None, limit: int, after: Item | None
    ) -> Found:
        """At most `limit` enrollments of a contact, by the creation of their campaigns."""
        return self._filled(
            "by_contact",
            [f"{self.workspace}#{contact_id}"],
            lambda each: state in (None, each.state),
            limit,
            after,
        )

    def one(self, campaign_id: str, contact_id: str, state: str | None) -> Found:
        """The enrollment of a contact in a campaign, if there is one in this state."""
        item = self.table.get(f"{self.workspace}#{campaign_id}", contact_id)
        found = Enrollment.from_item(item) if item else None
        return ([found] if found and state in (None, found.state) else []), None

    def several(self, campaign_id: str, contact_ids: Iterable[str]) -> list[Enrollment]:
        """The enrollments of these contacts in a campaign, of those that there are."""
        found = self.table.get_all(f"{self.workspace}#{campaign_id}", contact_ids)
        return [Enrollment.from_item(item) for item in found.values()]

    def _all(self, pk: str, limit: int, after: Item | None) -> Found:
        there = Query(
            pk, "begins_with(#sk, :prefix)", {"prefix": "con_"}, after=after, consistent=True
        )
        page = self.table.page(there, limit)
        return [Enrollment.from_item(item) for item in page.items], page.last_key

    def _filled(
        self,
        index: str,
        partitions: Sequence[str],
        wanted: Callable[[Enrollment], bool],
        limit: int,
        after: Item | None,
    ) -> Found:
        """Read these partitions of an index, one after another, until the page is full. Where most
        is not wanted a page may be short, even empty, though others follow."""
        number, place = _unpacked(after)
        found: list[Enrollment] = []
        left, at_once = MOST_READ, min(limit + 1, _AT_ONCE)
        while left > 0:
            page = self.table.query(
                Query(partitions[number], index=index, limit=at_once, after=place)
            )
            left, at_once = left - len(page.items), _AT_ONCE
            for key, enrollment in zip(page.items, self._fetched(page.items), strict=True):
                if enrollment is not None and wanted(enrollment):
                    if len(found) == limit:
                        return found, _packed(number, place)
                    found.append(enrollment)
                place = key_of(key, index)
            if page.last_key is None:
                number, place = number + 1, None
                if number == len(partitions):
                    return found, None
        return found, _packed(number, place)

    def _fetched(self, keys: Sequence[Item]) -> list[Enrollment | None]:
        """The enrollments with these keys; None for one that is gone since."""
        items = batch_get((self.table, key["pk"], key["sk"]) for key in keys)
        found = [items.get((self.table.name, key["pk"], key["sk"])) for key in keys]
        return [Enrollment.from_item(item) if item else None for item in found]


def _packed(partition: int, place: Item | None) -> Item:
    """The place after a page, for a cursor."""
    return {"partition": partition, "place": place}


def _unpacked(after: Item | None) -> tuple[int, Any]:
    return (int(after["partition"]), after["place"]) if after else (0, None)
