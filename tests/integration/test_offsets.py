"""Pages by offset: what they hold, what they cost, and where they end."""

from typing import Any

import pytest

from outrider.contacts.models import Contact
from outrider.contacts.search import counted
from outrider.contacts.search.filters import ContactFilter
from outrider.entities import offsets
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import launched

CALLS = ["UpdateItem", "BatchGetItem"]
"""Of every request: the meter, and the credits left."""


def emails(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [contact["email"].partition("@")[0] for contact in answer.json["data"]]


def contacts(api: Api, query: str, offset: int, limit: int = 2) -> Answer:
    return api.get(f"/api/v1/contacts?limit={limit}&offset={offset}{query}")


def some(api: Api, count: int, **fields: Any) -> None:
    for number in range(count):
        api.post("/v1/contacts", {"email": f"p{number}@acme.example", **fields})


def calls(answer: Answer) -> list[str]:
    return [call.operation for call in answer.calls if call.service == "dynamodb"]


class TestPages:
    @pytest.mark.parametrize("query", ["", "&folder_id=vip", "&status=new", "&search=acme"])
    def test_hold_each_contact_once_in_order(self, api: Api, cloud: Cloud, query: str) -> None:
        some(api, 5, folder_id="vip")
        cloud.drain()

        pages = [contacts(api, query, offset) for offset in range(0, 8, 2)]

        assert [emails(page) for page in pages] == [["p4", "p3"], ["p2", "p1"], ["p0"], []]
        told = [(page.json["meta"]["total"], page.json["meta"]["has_more"]) for page in pages]
        assert told == [(5, True), (5, True), (5, False), (5, False)]

    def test_tell_contacts_that_were_written_to_from_new_ones(self, api: Api, cloud: Cloud) -> None:
        launched(api, 2)
        some(api, 1)
        cloud.run(hours=1)

        found = {status: contacts(api, f"&status={status}", 0) for status in ("new", "active")}

        assert {status: sorted(emails(page)) for status, page in found.items()} == {
            "new": ["p0"],
            "active": ["ada0", "ada1"],
        }
        assert [page.json["meta"]["total"] for page in found.values()] == [1, 2]

    def test_leave_out_what_was_deleted(self, api: Api, cloud: Cloud) -> None:
        some(api, 4, folder_id="vip")
        for contact in contacts(api, "", 1).json["data"]:
            api.delete(f"/v1/contacts/{contact['id']}")
        cloud.drain()

        for query in ("", "&folder_id=vip", "&search=acme"):
            page = contacts(api, query, 0)
            assert (emails(page), page.json["meta"]["total"]) == (["p3", "p0"], 2)

    def test_match_words_too_short_for_the_index(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        some(api, 2, last_name="Xu")
        api.post("/v1/contacts", {"email": "other@acme.example"})
        cloud.drain()

        page = contacts(api, "&search=acme+x", 0)
        monkeypatch.setattr(counted, "MOST_FETCHED", 1)
        refused = contacts(api, "&search=acme+x", 0)

        assert (emails(page), page.json["meta"]["total"]) == (["p1", "p0"], 2)
        assert (refused.status, refused.json["error"]["code"]) == (422, "VALIDATION_ERROR")


class TestCost:
    def test_of_a_first_page_is_a_read_and_its_count(self, api: Api) -> None:
        some(api, 3)

        assert calls(contacts(api, "", 0)) == [*CALLS, "Query", "BatchGetItem"]

    def test_of_a_later_page_does_not_grow_with_the_offset(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """From the first mark on: the place of the page before is known."""
        monkeypatch.setattr(offsets, "STRIDE", 4)
        some(api, 14)

        pages = [contacts(api, "", offset) for offset in range(0, 14, 2)]

        shown = [email for page in pages for email in emails(page)]
        assert shown == [f"p{number}" for number in range(13, -1, -1)]
        read = [sum(call == "Query" for call in calls(page)) for page in pages]
        assert read == [1, 2, 2, 2, 2, 2, 2]
        meter, counts, rest = ["UpdateItem"], ["BatchGetItem"], ["Query", "PutItem", "BatchGetItem"]
        assert calls(pages[4]) == [*meter, *counts, "Query", *rest]

    def test_of_a_leap_is_bounded(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it walked before is not walked again."""
        monkeypatch.setattr(offsets, "STRIDE", 2)
        monkeypatch.setattr(offsets, "MOST_READS", 3)
        some(api, 12)

        refused, near = contacts(api, "", 10), contacts(api, "", 4)
        again = contacts(api, "", 10)

        assert (refused.status, refused.json["error"]["code"]) == (422, "VALIDATION_ERROR")
        assert "too far behind what was read before" in refused.json["error"]["details"]
        assert emails(near) == ["p7", "p6"]
        assert emails(again) == ["p1", "p0"]
        cloud.clock.advance(hours=2)
        assert contacts(api, "", 10).status == 422

    def test_of_a_count_is_bounded(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(offsets, "MOST_READS", 0)
        some(api, 1)

        refused = contacts(api, "&status=new", 0)

        assert "Too many match these filters" in refused.json["error"]["details"]
        assert contacts(api, "", 0).json["meta"]["total"] == 1


class TestAgreement:
    def test_with_the_filters_themselves(self, api: Api, cloud: Cloud) -> None:
        """For every combination of filters, those are listed that each filter keeps."""
        for number in range(12):
            made = api.post(
                "/v1/contacts",
                {
                    "email": f"p{number}@acme.example",
                    "first_name": ("Ann", "Bo")[number % 2],
                    "folder_id": ("vip", "all")[number % 3 == 0],
                },
            ).json
            if number % 4 == 0:
                api.patch(f"/v1/contacts/{made['id']}", {"status": "replied"})
        cloud.drain()
        every = [Contact.model_validate(each) for each in api.get("/v1/contacts").json["data"]]

        for status in (None, "new", "replied"):
            for folder_id in (None, "vip"):
                for search in (None, "ann", "ann acme", "b acme"):
                    asked = ContactFilter(status=status, folder_id=folder_id, search=search)
                    given = asked.model_dump(exclude_none=True).items()
                    query = "".join(f"&{name}={value}".replace(" ", "+") for name, value in given)
                    page = contacts(api, query, 0, limit=200)
                    expected = [each.email for each in every if asked.matches(each)]
                    found = [each["email"] for each in page.json["data"]]
                    assert (found, page.json["meta"]["total"]) == (expected, len(expected)), query


class TestMarks:
    def test_are_of_one_list_and_one_workspace(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(offsets, "STRIDE", 1)
        some(api, 5)
        contacts(api, "", 2)
        for number in range(5):
            api.post("/v1/companies", {"name": f"C{number}"})
            api.post("/v1/contacts", {"email": f"q{number}@g.example"}, workspace="globex")

        companies = api.get("/api/v1/companies?limit=2&offset=2").json["data"]
        theirs = api.get("/api/v1/contacts?limit=2&offset=2", workspace="globex")

        assert [each["name"] for each in companies] == ["C2", "C1"]
        assert emails(theirs) == ["q2", "q1"]
