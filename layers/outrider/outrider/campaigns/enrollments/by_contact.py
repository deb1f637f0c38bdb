"""The enrollments of a contact, whichever their campaign: found by the index `by_contact`."""

from collections.abc import Iterator
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Enrollment
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table, batch_get

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ContactEnrollments:
    """Enrollments of one workspace, whichever their campaign."""

    table: Table
    workspace: WorkspaceId

    def list(
        self, contact_id: str, limit: int, after: Item | None
    ) -> tuple[list[Enrollment], Item | None]:
        """Those of a contact, in no order."""
        page = self.table.query(
            Query(f"{self.workspace}#{contact_id}", index="by_contact", limit=limit, after=after)
        )
        places = [(self.table.name, str(item["pk"]), str(item["sk"])) for item in page.items]
        found = batch_get((self.table, pk, sk) for _, pk, sk in places) if places else {}
        there = [found[place] for place in places if place in found]
        return [Enrollment.from_item(item) for item in there], page.last_key

    def all(self, contact_id: str) -> Iterator[Enrollment]:
        """Every one of a contact, in no order, read a page at a time."""
        after: Item | None = None
        while True:
            page, after = self.list(contact_id, _AT_ONCE, after)
            yield from page
            if after is None:
                return
