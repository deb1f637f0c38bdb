"""Lists of contacts: every filter and order, what a page costs, what goes not together."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest

from outrider.access.models import WorkspaceId
from outrider.contacts.repository import ContactRepository
from outrider.contacts.search import lists
from outrider.contacts.search.keys import INDEX_KEYS
from outrider.kit.aws.dynamodb import Table
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.linking import company, contact
from tests.integration.test_budgets import dynamodb_calls

ADA = {
    "email": "ada@example.com",
    "title": "Head of Research",
    "country": "United Kingdom",
    "folder_id": "fld_1",
    "tags": ["VIP", "math"],
    "fit_score": 0.9,
}
BOB = {
    "email": "bob@example.net",
    "title": "Vice-President, Sales",
    "country": "DE",
    "folder_id": "fld_2",
    "fit_score": 0.4,
}
EVE: dict[str, Any] = {"email": "eve@example.org"}


def found(api: Api, **asked: str) -> list[str]:
    answer = api.get(f"/v1/contacts?{urlencode(asked)}")
    assert answer.status == 200, answer.text
    return [contact["email"].partition("@")[0] for contact in answer.json["data"]]


def walked(api: Api, **asked: str) -> Iterator[Answer]:
    answer = api.get(f"/v1/contacts?{urlencode(asked)}")
    yield answer
    while answer.json["has_more"]:
        cursor = answer.json["next_cursor"]
        answer = api.get(f"/v1/contacts?{urlencode({**asked, 'cursor': cursor})}")
        yield answer


@pytest.fixture
def people(api: Api, cloud: Cloud) -> list[str]:
    """The ids of ada, bob and eve, made in this order; bob has replied."""
    made = [str(api.post("/v1/contacts", each).json["id"]) for each in (ADA, BOB, EVE)]
    api.patch(f"/v1/contacts/{made[1]}", {"status": "replied"})
    cloud.drain()
    return made


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"status": "new"}, ["eve", "ada"]),
            ({"status": "replied"}, ["bob"]),
            ({"folder_id": "fld_1"}, ["ada"]),
            ({"company_id": "com_01kjpwd6m0khywa3afbhj9mjsv"}, []),
            ({"title": "HEAD rese"}, ["ada"]),
            ({"title": "president"}, ["bob"]),
            ({"title": "vice-pres"}, ["bob"]),
            ({"title": "esearch"}, []),
            ({"country": "de"}, ["bob"]),
            ({"country": "united"}, []),
            ({"tag": "vip"}, ["ada"]),
            ({"tag": "vi"}, []),
            ({"verified": "false"}, ["eve", "bob", "ada"]),
            ({"verified": "true"}, []),
            ({"fit_score_gte": "0.4"}, ["ada", "bob"]),
            ({"fit_score_lte": "0.4"}, ["bob"]),
            ({"fit_score_gte": "0.41", "fit_score_lte": "0.89"}, []),
            ({"email": "ada@EXAMPLE.com"}, ["ada"]),
            ({"email": "nobody@example.com"}, []),
            ({"email": "ada@example.com", "status": "replied"}, []),
            ({"status": "new", "folder_id": "fld_1", "tag": "math", "country": "de"}, []),
            ({"fit_score_gte": "0", "sort": "created_at"}, ["ada", "bob"]),
            ({"folder_id": "fld_2", "fit_score_gte": "0.1", "sort": "-updated_at"}, ["bob"]),
        ],
    )  # fmt: skip
    def test_let_through_what_fits(
        self, api: Api, people: list[str], asked: dict[str, str], expected: list[str]
    ) -> None:
        assert found(api, **asked) == expected

    def test_by_time_let_through_what_came_later(self, api: Api, people: list[str]) -> None:
        ada = api.get(f"/v1/contacts/{people[0]}").json
        bob = api.get(f"/v1/contacts/{people[1]}").json

        assert found(api, created_after=ada["created_at"]) == ["eve", "bob"]
        assert found(api, updated_after=ada["updated_at"]) == ["bob", "eve"]
        assert found(api, updated_after=bob["updated_at"]) == []
        assert found(api, created_after="2026-03-02T10:00:00.001+01:00", status="new") == ["eve"]

    def test_follow_a_change_at_once(self, api: Api, people: list[str]) -> None:
        change: dict[str, Any] = {"folder_id": None, "fit_score": None, "tags": [], "country": "FR"}
        api.patch(f"/v1/contacts/{people[0]}", change)

        gone = [
            found(api, folder_id="fld_1"),
            found(api, tag="vip"),
            found(api, fit_score_gte="0.5"),
        ]

        assert (gone, found(api, country="fr")) == ([[], [], []], ["ada"])

    def test_never_show_the_deleted(self, api: Api, cloud: Cloud, people: list[str]) -> None:
        api.delete(f"/v1/contacts/{people[0]}")

        orders = ["created_at", "fit_score", "updated_at"]
        lists_ = [found(api, sort=order) for order in orders]
        lists_ += [found(api, folder_id="fld_1"), found(api, email="ada@example.com")]

        assert not [names for names in lists_ if "ada" in names]
        (tombstone,) = (
            item for item in cloud.items("contacts", api.workspace().id) if "deleted_at" in item
        )
        assert not tombstone.keys() & set(INDEX_KEYS)

    def test_follow_a_reply(self, api: Api, cloud: Cloud, people: list[str]) -> None:
        cloud.clock.advance(seconds=1)
        table = Table(cloud.stack.data["ContactsTableName"])
        contacts = ContactRepository(table, WorkspaceId(api.workspace().id))
        contacts.update(people[0], {"status": "replied"}, [], version=None)

        assert found(api, status="replied") == ["bob", "ada"]
        assert found(api, sort="-updated_at")[0] == "ada"


class TestCompany:
    def test_is_looked_up_for_its_industry_and_size(self, api: Api, cloud: Cloud) -> None:
        company(api, industry="Software", size="51-200")
        company(api, "globex.example", industry="Steel", size="51-200")
        for address in ("ada@acme.example", "bob@globex.example", "eve@example.org"):
            contact(api, address)
        cloud.drain()

        assert found(api, industry="software") == ["ada"]
        assert found(api, company_size="51-200") == ["bob", "ada"]
        assert found(api, company_size="51-200", industry="STEEL") == ["bob"]
        assert found(api, industry="software", email="ada@acme.example") == ["ada"]
        assert found(api, industry="steel", email="ada@acme.example") == []

    def test_costs_one_call_more_for_the_page(self, api: Api, cloud: Cloud) -> None:
        company(api, industry="Software")
        contact(api)
        cloud.drain()

        answer = api.get("/v1/contacts?industry=software")

        assert dynamodb_calls(answer)[1:] == ["Query", "BatchGetItem", "BatchGetItem"]


class TestOrders:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("created_at", ["ada", "bob", "eve"]),
            ("-created_at", ["eve", "bob", "ada"]),
            ("fit_score", ["bob", "ada"]),
            ("-fit_score", ["ada", "bob"]),
            ("updated_at", ["ada", "eve", "bob"]),
            ("-updated_at", ["bob", "eve", "ada"]),
        ],
    )
    def test_are_kept_across_pages(
        self, api: Api, people: list[str], order: str, expected: list[str]
    ) -> None:
        pages = [answer.json["data"] for answer in walked(api, sort=order, limit="1")]

        assert [each["email"].partition("@")[0] for page in pages for each in page] == expected

    def test_belong_to_the_cursor(self, api: Api, people: list[str]) -> None:
        cursor = api.get("/v1/contacts?sort=fit_score&limit=1").json["next_cursor"]

        answer = api.get(f"/v1/contacts?sort=-fit_score&limit=1&cursor={cursor}")

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/query/cursor")


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("status", "old"),
            ("title", ""),
            ("title", "!?"),
            ("title", "x" * 501),
            ("country", ""),
            ("tag", ""),
            ("verified", "perhaps"),
            ("fit_score_gte", "1.1"),
            ("fit_score_gte", "nan"),
            ("fit_score_lte", "high"),
            ("email", "ada"),
            ("created_after", "yesterday"),
            ("created_after", "2026-03-02T09:00:00"),
            ("updated_after", "2026-03-02"),
            ("sort", "name"),
        ],
    )
    def test_point_at_the_parameter(self, api: Api, name: str, value: str) -> None:
        answer = api.get(f"/v1/contacts?{urlencode({name: value})}")

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == [f"/query/{name}"]

    def test_of_scores_between_which_there_is_nothing(self, api: Api) -> None:
        answer = api.get("/v1/contacts?fit_score_gte=0.5&fit_score_lte=0.4")

        detail = "The range from fit_score_gte (0.5) to fit_score_lte (0.4) is empty"
        assert answer.json["errors"] == [
            {"pointer": "/query/fit_score_gte", "detail": detail},
            {"pointer": "/query/fit_score_lte", "detail": detail},
        ]


class TestCost:
    @pytest.mark.parametrize(
        "asked",
        [
            {"status": "new"},
            {"folder_id": "fld_1"},
            {"company_id": "com_01kjpwd6m0khywa3afbhj9mjsv"},
            {"fit_score_gte": "0.5"},
            {"created_after": "2026-03-02T08:00:00Z"},
            {"updated_after": "2026-03-02T08:00:00Z"},
            {"sort": "-fit_score"},
            {"sort": "updated_at"},
            {"folder_id": "fld_1", "country": "DE", "title": "head"},
        ],
        ids=urlencode,
    )
    def test_of_an_index_is_one_call_and_one_for_last_contacts(
        self, api: Api, people: list[str], asked: dict[str, str]
    ) -> None:
        answer = api.get(f"/v1/contacts?{urlencode(asked)}")

        found = ["BatchGetItem"] if answer.json["data"] else []
        assert dynamodb_calls(answer) == ["UpdateItem", "Query", *found]

    @pytest.mark.parametrize(
        ("name", "calls"), [("ada", ["GetItem", "BatchGetItem"]), ("x", ["GetItem"])]
    )
    def test_of_an_address_is_its_claim_and_its_contact(
        self, api: Api, people: list[str], name: str, calls: list[str]
    ) -> None:
        answer = api.get(f"/v1/contacts?email={name}@example.com")

        assert dynamodb_calls(answer) == ["UpdateItem", *calls]

    def test_has_a_bound_however_few_fit(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "MOST_READ", 60)
        api.post("/v1/contacts", {"email": "x@example.com", "country": "DE"})
        rows = [{"email": f"ada{number}@example.com"} for number in range(130)]
        api.post("/v1/contacts", {"contacts": rows})

        pages = list(walked(api, country="DE", limit="10"))

        assert [len(page.json["data"]) for page in pages] == [0, 0, 1]
        assert [read(page) for page in pages] == [62, 62, 51]

    def test_does_not_grow_with_the_workspace(self, api: Api) -> None:
        questions = [
            "", "sort=-updated_at", "sort=fit_score", "folder_id=fld_1", "status=new",
            "country=DE", "folder_id=fld_1&country=DE",
        ]  # fmt: skip
        costs = []
        for first in (0, 200, 400):
            rows = [
                {
                    "email": f"ada{number}@example.com",
                    "country": "DE" if number % 2 else "FR",
                    "folder_id": f"fld_{number % 2}",
                    "fit_score": number % 100 / 100,
                }
                for number in range(first, first + 200)
            ]
            api.post("/v1/contacts", {"contacts": rows})
            answers = [api.get(f"/v1/contacts?{question}") for question in questions]
            assert {len(answer.json["data"]) for answer in answers} == {50}
            costs.append([(len(answer.calls), read(answer)) for answer in answers])

        # The last contacts of what a round found are one call, or two beyond a hundred.
        for few, many in pairwise(costs):
            assert [reads for _, reads in few] == [reads for _, reads in many]
            assert all(abs(a - b) <= 1 for (a, _), (b, _) in zip(few, many, strict=True))


def read(answer: Answer) -> int:
    """How many items the request may have read at most."""
    return sum(
        call.params["Limit"] if call.operation == "Query" else 0
        for call in answer.calls
        if call.service == "dynamodb"
    )
