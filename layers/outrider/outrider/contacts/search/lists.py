"""Filtered and sorted pages of contacts.

One query reads candidates: the most selective one that has the requested order. The other filters
are applied in memory, so all filters can be combined, and reads per page are limited.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.schemas import ContactQuery
from outrider.contacts.search.keys import AFTER, score_text
from outrider.contacts.search.tokens import TokenRepository
from outrider.contacts.search.words import first_beginning, words
from outrider.kit import clock, ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, key_of

_CALLS = 4
MOST_READ = 1_000
"""Maximum number of contacts read for one page; a DynamoDB query returns at most 1 MB a call."""
MOST_FETCHED = 300
"""Maximum number of contacts read for one page if they, or their companies, are fetched by key."""
_LEAST = 50
"""Contacts read in the first call if filters are applied in memory."""
_FASTER = 4
_IN_ORDER_OF_IDS = {
    "company_id": "by_company",
    "folder_id": "by_folder",
    "tag": None,
    "status": "by_status",
}
"""Filters whose index is sorted by id, the most selective first. A tag has tokens instead of an
index, and `active` contacts are read from the items of last contacts."""
_DISTINGUISHED_BY_LAST_CONTACT = ("new", "active")
"""Statuses stored as `new`; a contact with a last contact is shown as `active`."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A query for candidates, and the filters that it already applies."""

    query: Query
    answers: frozenset[str]
    by_token: bool = False
    word: str = ""
    """Prefix of the word tokens that are read. A contact with several matching words is listed only
    at the first."""


@dataclass(frozen=True, slots=True)
class ContactLists:
    contacts: ContactRepository
    companies: CompanyRepository

    def page(self, asked: ContactQuery, after: Item | None) -> tuple[list[Contact], Item | None]:
        """Return at most `asked.limit` contacts and the key after them, or None at the end. If
        filters leave out most contacts, the page may be short or empty although more follow."""
        if asked.email is not None:
            contact = self.contacts.with_value(asked.email)
            return self._matching(asked, [contact] if contact else []), None
        path = self._path(asked)
        found: list[Contact] = []
        for part, place in self._read(path, asked, after):
            fitting = self._fitting(asked, [contact for _, contact in part if contact])
            for item, stored in part:
                contact = fitting.get(stored.id) if stored else None
                if contact is None:
                    continue
                if len(found) == asked.limit:
                    return found, after
                found.append(contact)
                after = key_of(item, path.query.index)
            after = place
            if len(found) == asked.limit:
                break
        return found, after

    def _read(
        self, path: _Path, asked: ContactQuery, after: Item | None
    ) -> Iterator[tuple[list[tuple[Item, Contact | None]], Item | None]]:
        """Yield the items of the query part by part, with their contacts and the key after each
        part."""
        covered = asked.given <= path.answers
        size = asked.limit if covered else max(asked.limit, _LEAST)
        fetched = path.by_token or asked.asks_for_company
        left = MOST_FETCHED if fetched else MOST_READ
        for _ in range(_CALLS):
            page = self.contacts.table.page(
                replace(path.query, after=after), min(size, left), calls=1
            )
            yield (
                list(zip(page.items, self._contacts(path, page.items), strict=True)),
                page.last_key,
            )
            after = page.last_key
            left -= len(page.items)
            size *= _FASTER
            if after is None or left <= 0:
                return

    def _contacts(self, path: _Path, items: Sequence[Item]) -> list[Contact | None]:
        if not path.by_token:
            return [Contact.from_item(item) for item in items]
        places = [item["sk"].rpartition("#") for item in items]
        items_by_id = self.contacts.table.get_all(
            self.contacts.workspace, dict.fromkeys(id_ for *_, id_ in places)
        )
        by_id = {id_: Contact.from_item(item) for id_, item in items_by_id.items()}
        shown: list[Contact | None] = []
        for word, _, contact_id in places:
            contact = by_id.get(contact_id)
            if contact and path.word and first_beginning(contact, path.word) != word:
                contact = None
            shown.append(contact)
        return shown

    def _fitting(self, asked: ContactQuery, contacts: Sequence[Contact]) -> dict[str, Contact]:
        """Return the contacts that match the filters, by id, with their last contact times."""
        depends_on_last_contact = asked.status in _DISTINGUISHED_BY_LAST_CONTACT
        if depends_on_last_contact:
            contacts = self.contacts.with_last_contact(contacts)
        fitting = self._matching(asked, contacts)
        shown = fitting if depends_on_last_contact else self.contacts.with_last_contact(fitting)
        return {each.id: each for each in shown}

    def _matching(self, asked: ContactQuery, contacts: Sequence[Contact]) -> list[Contact]:
        companies = self._companies(asked, contacts)
        return [
            each for each in contacts if asked.matches(each, companies.get(each.company_id or ""))
        ]

    def _companies(self, asked: ContactQuery, contacts: Sequence[Contact]) -> Mapping[str, Company]:
        """Return the companies of the contacts by id if a filter needs them."""
        if not asked.asks_for_company:
            return {}
        wanted = {contact.company_id for contact in contacts if contact.company_id}
        return self.companies.get_many(sorted(wanted))

    def _path(self, asked: ContactQuery) -> _Path:
        if asked.search is not None:
            return self._by_word(words(asked.search))
        match asked.order.removeprefix("-"):
            case "fit_score":
                path = self._by_fit_score(asked)
            case "updated_at":
                path = self._by_updated(asked)
            case _:
                path = self._by_id(asked)
        newest_first = asked.order.startswith("-")
        return replace(path, query=replace(path.query, newest_first=newest_first, consistent=True))

    def _by_word(self, asked: Sequence[str]) -> _Path:
        longest = max(asked, key=len)
        answers = frozenset({"search"}) if len(asked) == 1 else frozenset[str]()
        return _Path(self._tokens.beginning(longest), answers, by_token=True, word=longest)

    def _by_fit_score(self, asked: ContactQuery) -> _Path:
        low, high = asked.fit_score_gte, asked.fit_score_lte
        query = _between(
            self.contacts.workspace,
            score_text(low or 0),
            score_text(1 if high is None else high) + AFTER,
            index="by_fit_score",
        )
        return _Path(query, frozenset({"fit_score_gte", "fit_score_lte"}))

    def _by_updated(self, asked: ContactQuery) -> _Path:
        low = f"{asked.updated_after}{AFTER}" if asked.updated_after else "0"
        query = _between(self.contacts.workspace, low, "~", index="by_updated")
        return _Path(query, frozenset({"updated_after"}))

    def _by_id(self, asked: ContactQuery) -> _Path:
        low = "con_"
        if asked.created_after is not None:
            moment = clock.to_epoch_ms(clock.from_text(asked.created_after))
            low = ids.first_of("con", moment + 1)
        for name, index in _IN_ORDER_OF_IDS.items():
            value = getattr(asked, name)
            if value is None:
                continue
            if value == "active":
                query = _between(self.contacts.touches.pk, low, "con_~")
                return _Path(query, frozenset({"created_after"}), by_token=True)
            pk = f"{self.contacts.workspace}#{value}" if index else self._tokens.of_tag(value)
            query = _between(pk, low, "con_~", index=index)
            answers = {"created_after"} if value == "new" else {"created_after", name}
            return _Path(query, frozenset(answers), by_token=index is None)
        query = _between(self.contacts.workspace, low, "con_~")
        return _Path(query, frozenset({"created_after"}))

    @property
    def _tokens(self) -> TokenRepository:
        return TokenRepository(self.contacts.table, self.contacts.workspace)


def _between(pk: str, low: str, high: str, *, index: str | None = None) -> Query:
    """Return a query for sort keys between two bounds that are not keys themselves."""
    name = f"{index}_sk" if index in ("by_fit_score", "by_updated") else "sk"
    values = {"low": low, "high": high}
    return Query(pk, f"#{name} BETWEEN :low AND :high", values, index=index)
