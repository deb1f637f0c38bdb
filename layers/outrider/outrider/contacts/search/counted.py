"""Pages of contacts by offset, with exact totals.

The ids of the contacts that meet a filter are read from its index, whose items are not fetched; the
contacts of several filters are those in all of these sets.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.search.filters import ContactFilter
from outrider.contacts.search.tokens import TokenRepository
from outrider.contacts.search.words import SHORTEST, words
from outrider.entities.offsets import OffsetLists, OffsetPage
from outrider.kit.aws.dynamodb import Query
from outrider.kit.errors import ValidationFailed

MOST_FETCHED = 1_000
"""Maximum number of contacts fetched to count those that match words too short for an index."""
FILTERS = frozenset({"status", "folder_id", "search"})
"""Filters that such a list takes."""


@dataclass(frozen=True, slots=True)
class CountedContacts:
    contacts: ContactRepository

    def page(self, asked: ContactFilter, limit: int, offset: int) -> OffsetPage[Contact]:
        """Return a page of the contacts that meet the filters, newest first. Raises
        ValidationFailed if they are too many to be counted, or the offset is too far behind what
        was read before."""
        lists = OffsetLists(self.contacts, "con")
        sets = [*self._sets(asked, lists)]
        if not sets:
            return lists.every(limit, offset)
        ids = set.intersection(*sets)
        if asked.search is not None and min(map(len, words(asked.search))) < SHORTEST:
            ids = self._with_short_words(asked, ids)
        return lists.of(ids, limit, offset)

    def _sets(self, asked: ContactFilter, lists: OffsetLists[Contact]) -> Iterator[set[str]]:
        """Yield the ids of the contacts that meet each filter."""
        workspace = self.contacts.workspace
        if asked.search is not None:
            tokens = TokenRepository(self.contacts.table, workspace)
            for word in words(asked.search):
                if len(word) >= SHORTEST:
                    found = lists.keys(tokens.beginning(word))
                    yield {item["sk"].rpartition("#")[2] for item in found}
        if asked.folder_id is not None:
            found = lists.keys(Query(f"{workspace}#{asked.folder_id}", index="by_folder"))
            yield {item["sk"] for item in found}
        if asked.status is not None:
            yield self._of_status(asked.status, lists)

    def _of_status(self, status: str, lists: OffsetLists[Contact]) -> set[str]:
        """Return the ids of the contacts that are shown with a status: `active` ones are stored as
        `new`, and have a last contact."""
        stored = "new" if status == "active" else status
        found = lists.keys(Query(f"{self.contacts.workspace}#{stored}", index="by_status"))
        ids = {item["sk"] for item in found}
        if stored != "new":
            return ids
        contacted = {
            item["sk"]
            for item in lists.keys(
                Query(
                    self.contacts.touches.pk,
                    filter="#at <> :never",
                    values={"never": ""},
                    consistent=True,
                )
            )
        }
        return ids & contacted if status == "active" else ids - contacted

    def _with_short_words(self, asked: ContactFilter, ids: set[str]) -> set[str]:
        """Return the ids of the contacts that have all words of the search. Raises ValidationFailed
        if they would be too many to fetch."""
        if len(ids) > MOST_FETCHED:
            detail = f"Too many match to be counted: search for words of {SHORTEST} letters or more"
            raise ValidationFailed.at("/query/search", detail)
        found = self.contacts.get_many(sorted(ids))
        return {each.id for each in found.values() if asked.matches(each)}
