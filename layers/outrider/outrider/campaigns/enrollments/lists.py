"""Pages of enrollments: of one campaign, by state, and of one contact.

Ended and paused enrollments are in the index `by_state`, those with a next step in the index
`by_due`. Both hold keys only and are eventually consistent. So a page reads keys until it is full,
fetches the items, and drops those that have changed. The number of keys read per page is limited.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Campaign, Enrollment, OpenState
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table, batch_get, key_of

MOST_READ = 1_000
"""Maximum number of keys read for one page."""
_AT_ONCE = 100
"""Keys per query: the maximum of one BatchGetItem."""
_OPEN: frozenset[str] = frozenset(get_args(OpenState))

Found = tuple[list[Enrollment], Item | None]
"""A page of enrollments and the position after it; None after the last page."""


@dataclass(frozen=True, slots=True)
class EnrollmentLists:
    """Lists of the enrollments of one workspace."""

    table: Table
    workspace: WorkspaceId

    def of_campaign(
        self, campaign: Campaign, state: str | None, limit: int, after: Item | None
    ) -> Found:
        """Return up to `limit` enrollments of a campaign: ordered by creation of the contacts, or
        with an open `state` by due time within each shard of the index."""
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
        """Return up to `limit` enrollments of a contact, ordered by creation of the campaigns."""
        return self._filled(
            "by_contact",
            [f"{self.workspace}#{contact_id}"],
            lambda each: state in (None, each.state),
            limit,
            after,
        )

    def one(self, campaign_id: str, contact_id: str, state: str | None) -> Found:
        """Return the page with the contact's enrollment in a campaign, empty if it has none in this
        state."""
        item = self.table.get(f"{self.workspace}#{campaign_id}", contact_id)
        found = Enrollment.from_item(item) if item else None
        return ([found] if found and state in (None, found.state) else []), None

    def several(self, campaign_id: str, contact_ids: Iterable[str]) -> list[Enrollment]:
        """Return the existing enrollments of these contacts in a campaign."""
        found = self.table.get_all(f"{self.workspace}#{campaign_id}", contact_ids)
        return [Enrollment.from_item(item) for item in found.values()]

    def _all(self, pk: str, limit: int, after: Item | None) -> Found:
        contacts = Query(
            pk, "begins_with(#sk, :prefix)", {"prefix": "con_"}, after=after, consistent=True
        )
        page = self.table.page(contacts, limit)
        return [Enrollment.from_item(item) for item in page.items], page.last_key

    def _filled(
        self,
        index: str,
        partitions: Sequence[str],
        wanted: Callable[[Enrollment], bool],
        limit: int,
        after: Item | None,
    ) -> Found:
        """Read these partitions of an index one after another until the page is full. If most
        entries do not match, a page may be short or even empty although more follow."""
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
        """Return the enrollments with these keys, None for each that was deleted meanwhile."""
        items = batch_get((self.table, key["pk"], key["sk"]) for key in keys)
        found = [items.get((self.table.name, key["pk"], key["sk"])) for key in keys]
        return [Enrollment.from_item(item) if item else None for item in found]


def _packed(partition: int, place: Item | None) -> Item:
    """Return the position after a page, as a cursor stores it."""
    return {"partition": partition, "place": place}


def _unpacked(after: Item | None) -> tuple[int, Any]:
    return (int(after["partition"]), after["place"]) if after else (0, None)
