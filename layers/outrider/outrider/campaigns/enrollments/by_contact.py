"""Enrollments of a contact in all campaigns, read through the index `by_contact`."""

from collections.abc import Iterator
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Enrollment
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table, batch_get

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ContactEnrollments:
    """Enrollments of one workspace, by contact."""

    table: Table
    workspace: WorkspaceId

    def list(
        self, contact_id: str, limit: int, after: Item | None
    ) -> tuple[list[Enrollment], Item | None]:
        """Return a page of a contact's enrollments, unordered, and the key to continue after (None
        at the end)."""
        page = self.table.query(
            Query(f"{self.workspace}#{contact_id}", index="by_contact", limit=limit, after=after)
        )
        places = [(self.table.name, str(item["pk"]), str(item["sk"])) for item in page.items]
        found = batch_get((self.table, pk, sk) for _, pk, sk in places) if places else {}
        items = [found[place] for place in places if place in found]
        return [Enrollment.from_item(item) for item in items], page.last_key

    def all(self, contact_id: str) -> Iterator[Enrollment]:
        """Yield all enrollments of a contact, unordered, reading page by page."""
        after: Item | None = None
        while True:
            page, after = self.list(contact_id, _AT_ONCE, after)
            yield from page
            if after is None:
                return
