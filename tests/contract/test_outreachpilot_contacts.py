"""OutreachPilot's API reference, statement by statement: contacts and companies."""

from tests.contract.deployed import eventually
from tests.contract.outreachpilot import a_company, a_contact, data, emails, refused, says
from tests.harness.api import Api
from tests.harness.cloud import Cloud


class TestContacts:
    @says(
        "Contacts",
        "GET /api/v1/contacts: limit (max 200), offset",
        settled="contacts are listed newest first, 50 unless `limit` says otherwise. A client that "
        "reads page after page can read a list of any length, and each page costs at most seven "
        "DynamoDB calls (`tests/integration/test_offsets.py` counts them). A request that skips "
        "ahead reads what it skips: 1,000 contacts with each call, or 1 MB of them, and at most "
        "50 calls. If that is not enough, it gets 422, and gets further when it is repeated",
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
        "address, the company or the title. `total` is exact: all contacts that match are "
        "counted. A filter that matches so many that this would read more than 50 MB of keys, "
        "which takes hundreds of thousands of contacts, gets 422",
    )
    def test_filters_are_counted_exactly(self, api: Api, cloud: Cloud) -> None:
        a_contact(api, email="john@acme.com", folder_id="vip")
        a_contact(api, email="joan@acme.com", first_name="Joan", folder_id="vip")
        other = a_contact(api, email="johnny@beta.example", first_name="Johnny")
        api.put(f"/api/v1/contacts/{other['id']}", {"status": "replied"})
        expected = {
            "status=new": (["joan@acme.com", "john@acme.com"], 2),
            "folder_id=vip": (["joan@acme.com", "john@acme.com"], 2),
            "search=john": (["johnny@beta.example", "john@acme.com"], 2),
            "search=john&status=new": (["john@acme.com"], 1),
        }

        def found() -> dict[str, tuple[list[str], int]]:
            answers = {query: api.get(f"/api/v1/contacts?{query}") for query in expected}
            return {
                query: (emails(answer), answer.json["meta"]["total"])
                for query, answer in answers.items()
            }

        assert eventually(cloud, lambda: found() == expected), found()

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
    @says(
        "Contacts",
        "Import, export, and manage CRM contacts",
        settled="by this call, and by reading the list page after page; files are imported with "
        "`POST /v1/imports`, and exported with `POST /v1/exports`",
    )
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

    @says(
        "Contacts",
        "data: { contacts: Contact[], count: number }, of many contacts",
        settled="all are written. A response has at most 4 MB of contacts; the ids of the others "
        "are in `not_shown`",
    )
    def test_many_large_contacts_are_named(self, api: Api) -> None:
        large = {"notes": "n" * 16_000}
        rows = [{"email": f"p{number}@acme.com", "custom": large} for number in range(260)]

        answer = data(api.post("/api/v1/contacts", {"contacts": rows}))

        shown, named = len(answer["contacts"]), len(answer["not_shown"])
        assert (answer["count"], shown + named, named > 0) == (260, 260, True)
        last = data(api.get(f"/api/v1/contacts/{answer['not_shown'][-1]}"))
        assert last["email"] == "p259@acme.com"

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

    @says(
        "Contacts",
        "PUT /api/v1/contacts/:id: Request Body … of a contact as GET shows it",
        settled="read-only fields such as `id` and `created_at` may be sent back, and are ignored",
    )
    def test_a_contact_can_be_sent_back_with_a_change(self, api: Api) -> None:
        known = a_contact(api, company="Acme", custom={"id": "A-1"})
        path = f"/api/v1/contacts/{known['id']}"

        answer = api.put(path, {**data(api.get(path)), "title": "VP of Sales"})

        assert answer.status == 200, answer.text
        moved = {"title": "VP of Sales", "updated_at": data(answer)["updated_at"]}
        assert data(answer) == {**known, **moved, "version": known["version"] + 1}

    @says("Contacts", "DELETE /api/v1/contacts/:id: Delete a contact permanently")
    @says("Contacts", '{ ok: true, data: { deleted: true, id: "..." } }')
    def test_a_deleted_contact_is_gone(self, api: Api) -> None:
        path = f"/api/v1/contacts/{a_contact(api)['id']}"

        answer = api.delete(path)

        assert (answer.status, data(answer)) == (200, {"deleted": True, "id": path[17:]})
        assert refused(api.get(path)) == (404, "RESOURCE_NOT_FOUND")
        assert api.get("/api/v1/contacts").json["meta"]["total"] == 0


class TestCompanies:
    @says("Companies", "Contacts are automatically linked to these when domains match")
    def test_contacts_are_linked_by_their_domain(self, api: Api, cloud: Cloud) -> None:
        before = a_contact(api)
        company = a_company(api)
        after = a_contact(api, email="jane@acme.com")

        def linked() -> set[str]:
            paths = (f"/api/v1/contacts/{each['id']}" for each in (before, after))
            return {data(api.get(path))["account_id"] for path in paths}

        assert eventually(cloud, lambda: linked() == {company["id"]})

    @says("Companies", "GET /api/v1/companies: limit (max 200), offset")
    @says("Companies", "{ ok: true, data: Company[], meta: { total, has_more, limit, offset } }")
    def test_a_page_has_at_most_limit_companies_from_offset(self, api: Api) -> None:
        for number in range(4):
            a_company(api, name=f"Acme {number}", domain=f"acme{number}.com")

        answer = api.get("/api/v1/companies?limit=2&offset=1")

        assert [each["name"] for each in data(answer)] == ["Acme 2", "Acme 1"]
        told = {"total": 4, "has_more": True, "limit": 2, "offset": 1}
        assert answer.json["meta"].items() >= told.items()
        assert refused(api.get("/api/v1/companies?limit=201")) == (422, "VALIDATION_ERROR")

    @says(
        "Companies",
        "GET /api/v1/companies: search, domain",
        settled="`search` is the beginning of the name, or of the domain of a company without one",
    )
    def test_filters_are_counted_exactly(self, api: Api) -> None:
        a_company(api)
        a_company(api, name="Acme Labs", domain="labs.example")
        a_company(api, name="Beta", domain="beta.example")

        found = {
            query: ([each["name"] for each in data(answer)], answer.json["meta"]["total"])
            for query in ("search=acme", "domain=acme.com", "domain=beta.example&search=acme")
            if (answer := api.get(f"/api/v1/companies?{query}"))
        }

        assert found == {
            "search=acme": (["Acme Labs", "Acme Corp"], 2),
            "domain=acme.com": (["Acme Corp"], 1),
            "domain=beta.example&search=acme": ([], 0),
        }

    @says("Companies", "POST /api/v1/companies: Create or update companies")
    @says("Companies", "{ name?, domain?, industry?, size?, upsert?: true }")
    @says("Companies", "{ ok: true, data: { companies: Company[], count: number } }")
    def test_one_company_is_created_or_updated(self, api: Api) -> None:
        body = {"name": "Acme Corp", "domain": "acme.com", "industry": "Software", "size": "51-200"}

        created = api.post("/api/v1/companies", body)
        updated = api.post("/api/v1/companies", {**body, "size": "201-500", "upsert": True})

        assert (created.status, updated.status) == (201, 200)
        assert (data(created)["count"], data(updated)["count"]) == (1, 1)
        assert data(created)["companies"][0].items() >= body.items()
        assert data(updated)["companies"][0]["size"] == "201-500"

    @says("Companies", "{ companies: [...], upsert?: true }")
    def test_many_companies_are_written_in_one_call(self, api: Api) -> None:
        a_company(api)
        rows = [{"domain": "acme.com", "size": "9"}, {"name": "Beta"}]

        answer = api.post("/api/v1/companies", {"companies": rows, "upsert": True})

        assert data(answer)["count"] == 2
        found = [(each["name"], each["size"]) for each in data(answer)["companies"]]
        assert found == [("Acme Corp", "9"), ("Beta", None)]

    @says("Companies", 'Any unrecognized fields are stored in "context"')
    def test_unknown_fields_are_kept_in_context(self, api: Api) -> None:
        one = a_company(api, crm_id="A-1", funding={"round": "B"})
        body = {"companies": [{"name": "Beta", "crm_id": "B-2"}]}

        many = data(api.post("/api/v1/companies", body))["companies"]

        assert one["context"] == {"crm_id": "A-1", "funding": {"round": "B"}}
        assert many[0]["context"] == {"crm_id": "B-2"}

    @says("Companies", "GET /api/v1/companies/:id: Get a single company by ID")
    def test_a_company_is_read_by_its_id(self, api: Api) -> None:
        known = a_company(api)

        assert data(api.get(f"/api/v1/companies/{known['id']}")) == known

    @says("Companies", "PUT: Only provided fields are changed. Custom properties go into context")
    def test_an_update_changes_only_what_it_provides(self, api: Api) -> None:
        known = a_company(api, crm_id="A-1")

        answer = api.put(f"/api/v1/companies/{known['id']}", {"industry": "Tools", "tier": 1})

        assert data(answer).items() >= {"name": "Acme Corp", "industry": "Tools"}.items()
        assert data(answer)["context"] == {"crm_id": "A-1", "tier": 1}

    @says(
        "Companies",
        "PUT /api/v1/companies/:id: Request Body … of a company as GET shows it",
        settled="read-only fields may be sent back, and are not taken for custom properties",
    )
    def test_a_company_can_be_sent_back_with_a_change(self, api: Api) -> None:
        known = a_company(api, crm_id="A-1")
        path = f"/api/v1/companies/{known['id']}"

        answer = api.put(path, {**data(api.get(path)), "size": "51-200"})

        assert answer.status == 200, answer.text
        assert data(answer).items() >= {"size": "51-200", "context": {"crm_id": "A-1"}}.items()

    @says("Companies", 'DELETE: { ok: true, data: { deleted: true, id: "..." } }')
    @says(
        "Companies",
        "Linked contacts will have their account_id set to null automatically",
        settled="a worker does it, within a minute",
    )
    def test_contacts_of_a_deleted_company_stay_without_it(self, api: Api, cloud: Cloud) -> None:
        company = a_company(api)
        path = f"/api/v1/contacts/{a_contact(api)['id']}"

        def linked() -> str | None:
            found: str | None = data(api.get(path))["account_id"]
            return found

        assert eventually(cloud, lambda: linked() == company["id"])

        answer = api.delete(f"/api/v1/companies/{company['id']}")

        assert data(answer) == {"deleted": True, "id": company["id"]}
        assert eventually(cloud, lambda: linked() is None)
