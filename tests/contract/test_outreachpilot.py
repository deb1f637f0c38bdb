"""OutreachPilot's API reference, statement by statement, in the order of the document."""

from functools import partial
from typing import Any

from tests.contract.statements import OfAPage, statement
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud

OF_PAGES = (
    OfAPage(
        "OutreachPilot",
        "Learning Center",
        "Master the platform with comprehensive video walkthroughs and step-by-step feature guides",
        "The guides are the pages of `docs/`.",
    ),
    OfAPage(
        "OutreachPilot",
        "Getting Started",
        "Upgrade to Pro: Go to Settings → Billing",
        "The operator gives a workspace its plan: `create_workspace` of the function `admin`.",
    ),
    OfAPage(
        "OutreachPilot",
        "Getting Started",
        "Create an API Key: Go to Settings → Workspace → Developer API",
        "`POST /v1/api-keys` makes one, and shows it once.",
    ),
    OfAPage(
        "OutreachPilot",
        "Rate Limits & Credits",
        "Monitor usage in Settings → Usage",
        "`GET /v1/account/usage` and `GET /v1/credits/ledger` say the same.",
    ),
)
"""What the document says about pages of the product."""


says = partial(statement, "OutreachPilot")


def data(answer: Answer) -> Any:
    """What a successful answer holds."""
    assert answer.json["ok"] is True, answer.text
    return answer.json["data"]


def error(answer: Answer) -> dict[str, Any]:
    """What went wrong, as an answer says it."""
    assert answer.json["ok"] is False, answer.text
    failed: dict[str, Any] = answer.json["error"]
    return failed


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, error(answer)["code"]


def a_contact(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"email": "john@acme.com", "first_name": "John", **fields}
    made: dict[str, Any] = data(api.post("/api/v1/contacts", body))["contacts"][0]
    return made


def a_company(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"name": "Acme Corp", "domain": "acme.com", **fields}
    made: dict[str, Any] = data(api.post("/api/v1/companies", body))["companies"][0]
    return made


def emails(answer: Answer) -> list[str]:
    return [contact["email"] for contact in data(answer)]


class TestContacts:
    @says(
        "Contacts",
        "GET /api/v1/contacts: limit (max 200), offset",
        settled="contacts are listed newest first, 50 unless `limit` says otherwise",
    )
    def test_a_page_has_at_most_limit_contacts_from_offset(self, api: Api) -> None:
        for number in range(5):
            a_contact(api, email=f"p{number}@acme.com")

        answer = api.get("/api/v1/contacts?limit=2&offset=1")

        assert emails(answer) == ["p3@acme.com", "p2@acme.com"]
        assert refused(api.get("/api/v1/contacts?limit=201")) == (422, "VALIDATION_ERROR")
        assert api.get("/api/v1/contacts?limit=200").status == 200

    @says("Contacts", "{ ok: true, data: Contact[], meta: { total, has_more, limit, offset } }")
    def test_the_metadata_of_a_list_says_how_many_there_are(self, api: Api) -> None:
        for number in range(5):
            a_contact(api, email=f"p{number}@acme.com")

        first, last = (api.get(f"/api/v1/contacts?limit=3&offset={place}") for place in (0, 3))

        told = {"total": 5, "limit": 3}
        assert first.json["meta"].items() >= {**told, "has_more": True, "offset": 0}.items()
        assert last.json["meta"].items() >= {**told, "has_more": False, "offset": 3}.items()

    @says(
        "Contacts",
        "GET /api/v1/contacts: status, folder_id, search",
        settled="filters can be combined; each word of `search` begins a word of the name, the "
        "address, the company or the title",
    )
    def test_filters_are_counted_exactly(self, api: Api, cloud: Cloud) -> None:
        a_contact(api, email="john@acme.com", folder_id="vip")
        a_contact(api, email="joan@acme.com", first_name="Joan", folder_id="vip")
        other = a_contact(api, email="johnny@beta.example", first_name="Johnny")
        api.put(f"/api/v1/contacts/{other['id']}", {"status": "replied"})
        cloud.drain()

        found = {
            query: (emails(answer), answer.json["meta"]["total"])
            for query in ("status=new", "folder_id=vip", "search=john", "search=john&status=new")
            if (answer := api.get(f"/api/v1/contacts?{query}"))
        }

        assert found == {
            "status=new": (["joan@acme.com", "john@acme.com"], 2),
            "folder_id=vip": (["joan@acme.com", "john@acme.com"], 2),
            "search=john": (["johnny@beta.example", "john@acme.com"], 2),
            "search=john&status=new": (["john@acme.com"], 1),
        }

    @says("Contacts", "POST /api/v1/contacts: Create one … contacts")
    @says("Contacts", "{ email, first_name?, last_name?, company?, title?, linkedin_url? }")
    @says("Contacts", "{ ok: true, data: { contacts: Contact[], count: number } }")
    def test_one_contact_is_created_with_the_fields_of_the_document(self, api: Api) -> None:
        body = {
            "email": "john@acme.com",
            "first_name": "John",
            "last_name": "Smith",
            "company": "Acme",
            "title": "CTO",
            "linkedin_url": "https://www.linkedin.com/in/john",
        }

        answer = api.post("/api/v1/contacts", body)

        assert answer.status == 201
        assert data(answer)["count"] == 1
        assert data(answer)["contacts"][0].items() >= body.items()

    @says("Contacts", "{ contacts: [...], upsert?: true }")
    @says("Contacts", "Create one or many contacts")
    def test_many_contacts_are_created_in_one_call(self, api: Api) -> None:
        rows = [{"email": f"p{number}@acme.com"} for number in range(3)]

        answer = api.post("/api/v1/contacts", {"contacts": rows})

        assert data(answer)["count"] == 3
        assert [each["email"] for each in data(answer)["contacts"]] == [
            row["email"] for row in rows
        ]
        assert api.get("/api/v1/contacts").json["meta"]["total"] == 3

    @says(
        "Contacts",
        "Supports upsert",
        settled="an upsert changes only the fields that it gives; without it, a taken address is "
        "refused with DUPLICATE_RESOURCE, and in a batch listed in `refused`",
    )
    def test_an_upsert_changes_the_contact_with_the_address(self, api: Api) -> None:
        known = a_contact(api)
        body = {"email": "JOHN@acme.com", "title": "VP"}

        one = api.post("/api/v1/contacts", {**body, "upsert": True})
        many = api.post(
            "/api/v1/contacts",
            {"contacts": [{**body, "title": "CEO"}, {"email": "new@acme.com"}], "upsert": True},
        )
        without = api.post("/api/v1/contacts", {"contacts": [body, {"email": "newer@acme.com"}]})

        assert (one.status, many.status, without.status) == (200, 201, 201)
        changed = data(one)["contacts"][0]
        assert (changed["id"], changed["first_name"], changed["title"]) == (
            known["id"],
            "John",
            "VP",
        )
        assert [each["title"] for each in data(many)["contacts"]] == ["CEO", None]
        assert (data(without)["count"], data(without)["refused"][0]["result"]) == (1, "skipped")

    @says("Contacts", "GET /api/v1/contacts/:id: Get a single contact by ID")
    def test_a_contact_is_read_by_its_id(self, api: Api) -> None:
        known = a_contact(api)

        assert data(api.get(f"/api/v1/contacts/{known['id']}")) == known

    @says("Contacts", "PUT /api/v1/contacts/:id: Only provided fields are changed")
    @says("Contacts", "{ first_name?, last_name?, email?, company?, title?, status?, ... }")
    def test_an_update_changes_only_what_it_provides(self, api: Api) -> None:
        known = a_contact(api)
        body = {
            "last_name": "Smith",
            "email": "john.smith@acme.com",
            "company": "Acme",
            "title": "VP of Sales",
            "status": "interested",
        }

        answer = api.put(f"/api/v1/contacts/{known['id']}", body)

        assert answer.status == 200
        assert data(answer).items() >= {**body, "first_name": "John", "id": known["id"]}.items()

    @says("Contacts", "DELETE /api/v1/contacts/:id: Delete a contact permanently")
    @says("Contacts", '{ ok: true, data: { deleted: true, id: "..." } }')
    def test_a_deleted_contact_is_gone(self, api: Api) -> None:
        path = f"/api/v1/contacts/{a_contact(api)['id']}"

        answer = api.delete(path)

        assert (answer.status, data(answer)) == (200, {"deleted": True, "id": path[17:]})
        assert refused(api.get(path)) == (404, "RESOURCE_NOT_FOUND")
        assert api.get("/api/v1/contacts").json["meta"]["total"] == 0
