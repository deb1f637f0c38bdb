"""A walk through any list of contacts against a plain filter and sort of all of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.access.models import WorkspaceId
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.schemas import ContactQuery
from outrider.contacts.search import lists
from outrider.contacts.search.lists import ContactLists
from outrider.contacts.search.tokens import TokenRepository
from outrider.contacts.search.words import words, words_of
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Table, batch_write
from tests.harness.cloud import Cloud

START = 1_772_442_000_000
MOMENTS = [clock.to_text(clock.from_epoch_ms(START + ms)) for ms in range(-1, 9)]
SCORES = [0.0, 0.1, 0.30000000000000004, 0.3, 1.0]

CONTACTS = st.fixed_dictionaries(
    {
        "ms": st.integers(0, 7),
        "status": st.sampled_from(["new", "replied"]),
        "folder_id": st.sampled_from([None, "a", "b#", "ü"]),
        "fit_score": st.sampled_from([None, *SCORES]),
        "title": st.sampled_from([None, "Head of Sales", "Vice-President"]),
        "country": st.sampled_from([None, "DE", "de", "Côte d'Ivoire"]),
        "tags": st.sampled_from([[], ["VIP"], ["vip", "b"]]),
        "first_name": st.sampled_from([None, "Anna", "Ann-Marie", "Ánn"]),
        "company": st.sampled_from([None, "Annex & Sons", "Müller"]),
        "verified": st.booleans(),
        "linked_to": st.sampled_from([None, 0, 1]),
        "then": st.sampled_from(
            [
                None,
                "deleted",
                "replied",
                "contacted",
                {"fit_score": None},
                {"folder_id": "a", "fit_score": 0.5},
            ]
        ),
    }
)
PARAMETERS = st.fixed_dictionaries(
    {"limit": st.integers(1, 4).map(str)},
    optional={
        "status": st.sampled_from(["new", "active", "replied", "bounced"]),
        "folder_id": st.sampled_from(["a", "b#", "ü", "c"]),
        "fit_score_gte": st.sampled_from(["0", "0.3", "0.30000000000000004"]),
        "fit_score_lte": st.sampled_from(["0.3", "0.5", "1"]),
        "title": st.sampled_from(["sal", "president vice", "SALES of"]),
        "country": st.sampled_from(["DE", "côte d'ivoire"]),
        "tag": st.sampled_from(["vip", "B"]),
        "verified": st.sampled_from(["true", "false"]),
        "created_after": st.sampled_from(MOMENTS),
        "updated_after": st.sampled_from(MOMENTS),
        "industry": st.sampled_from(["software", "Tools"]),
        "company_size": st.sampled_from(["51-200", "2"]),
        "search": st.sampled_from(["an", "anna", "ANN mar", "annm", "muller x", "c1@exa", "s so"]),
        "sort": st.sampled_from(
            ["created_at", "-created_at", "fit_score", "-fit_score", "updated_at", "-updated_at"]
        ),
    },
)
QUERIES = (
    PARAMETERS.filter(
        lambda each: each.get("fit_score_gte", "0") <= each.get("fit_score_lte", "1")
    ).filter(lambda each: not {"search", "sort"} <= each.keys())
).map(ContactQuery.model_validate_strings)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_LEAST", 2)
    monkeypatch.setattr(lists, "MOST_READ", 5)
    monkeypatch.setattr(lists, "MOST_FETCHED", 3)
    monkeypatch.setattr(lists, "_CALLS", 2)


def two_companies(repository: CompanyRepository) -> list[Company]:
    now = clock.timestamp()
    known = [{"industry": "Software", "size": "51-200"}, {"industry": "tools"}]
    companies = [
        Company(id=ids.new("com"), name="Acme", created_at=now, updated_at=now, **fields)
        for fields in known
    ]
    for company in companies:
        repository.add(company, [])
    return companies


def made(
    repository: ContactRepository, companies: list[Company], number: int, wanted: dict[str, Any]
) -> str:
    """The id of a contact made at the moment `ms`, after what became of it."""
    left_out = ("ms", "then", "linked_to")
    fields = {name: value for name, value in wanted.items() if name not in left_out}
    if wanted["linked_to"] is not None:
        fields["company_id"] = companies[wanted["linked_to"]].id
    with clock.frozen(clock.from_epoch_ms(START + wanted["ms"])):
        now = clock.timestamp()
        contact = Contact(
            id=ids.new("con"), email=f"c{number}@example.com", created_at=now, updated_at=now,
            **fields,
        )  # fmt: skip
        repository.add(contact, [])
    with clock.frozen(clock.from_epoch_ms(START + number % 8)):
        match wanted["then"]:
            case "deleted":
                repository.remove(contact.id, [], version=None)
            case "replied":
                repository.update(contact.id, {"status": "replied"}, [], version=None)
            case "contacted":
                repository.touches.take(contact.id, "cam_1", clock.now(), timedelta())
            case dict(changes):
                repository.update(contact.id, changes, [], version=None)
    return contact.id


def walk(listing: ContactLists, asked: ContactQuery) -> Iterator[Contact]:
    place = None
    for _ in range(100):
        page, place = listing.page(asked, place)
        assert len(page) <= asked.limit
        yield from page
        if place is None:
            return
    raise AssertionError("the list does not end")


def token(contact: Contact, asked: str | None) -> str:
    longest = max(words(asked or ""), key=len)
    return min(word for word in words_of(contact) if word.startswith(longest))


def plain(contacts: list[Contact], companies: list[Company], asked: ContactQuery) -> list[Contact]:
    name = "created_at" if asked.search else asked.order.removeprefix("-")
    field = "id" if name == "created_at" else name
    known = {company.id: company for company in companies}
    chosen = [
        each
        for each in contacts
        if asked.matches(each, known.get(each.company_id or ""))
        and getattr(each, field) is not None
    ]
    if asked.search is not None:
        return sorted(chosen, key=lambda each: (token(each, asked.search), each.id))
    return sorted(
        chosen,
        key=lambda each: (getattr(each, field), each.id),
        reverse=asked.order.startswith("-"),
    )


class TestLists:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(st.lists(CONTACTS, max_size=12), st.lists(QUERIES, min_size=1, max_size=8))
    def test_show_what_a_plain_filter_and_sort_shows(
        self, cloud: Cloud, wanted: list[dict[str, Any]], queries: list[ContactQuery]
    ) -> None:
        table = Table(cloud.stack.data["ContactsTableName"])
        repository = ContactRepository(table, WorkspaceId(ids.new("wsp")))
        company_table = Table(cloud.stack.data["CompaniesTableName"])
        of_workspace = CompanyRepository(company_table, repository.workspace)
        companies = two_companies(of_workspace)
        made_ids = [made(repository, companies, number, each) for number, each in enumerate(wanted)]
        there = list(repository.get_many(made_ids).values())
        tokens = TokenRepository(table, repository.workspace)
        for contact in there:
            batch_write(tokens.change_actions([None, contact]))

        for asked in queries:
            listed = list(walk(ContactLists(repository, of_workspace), asked))

            assert listed == plain(there, companies, asked), asked
