"""Companies: one for each domain, what is unknown of them kept, found by domain and by name."""

from typing import Any

import pytest

from outrider.companies.repository import CompanyRepository
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud

ACME: dict[str, Any] = {
    "name": "Acme Corp",
    "domain": "acme.example",
    "website": "https://www.acme.example/about",
    "industry": "Software",
    "size": "51-200",
    "country": "GB",
    "linkedin_url": "https://linkedin.example/acme",
    "phone": "+44 20",
    "description": "Makes everything",
    "founded": 1949,
    "tags": ["a", "b"],
    "context": {"crm_owner": "Grace", "seats": 3},
}
OTHER: dict[str, Any] = {
    "name": "Engines",
    "domain": "engines.example",
    "website": "engines.example",
    "industry": "Tools",
    "size": "7",
    "country": "US",
    "linkedin_url": "https://linkedin.example/engines",
    "phone": "+1 212",
    "description": "Engines",
    "founded": 1837,
    "tags": ["c"],
}
EMPTY: dict[str, Any] = {"tags": []}


def create(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/companies", fields)
    assert answer.status in (200, 201), answer.text
    created: dict[str, Any] = answer.json
    return created


def change(api: Api, company: dict[str, Any], **body: Any) -> Answer:
    return api.patch(f"/v1/companies/{company['id']}", body)


def read(api: Api, company: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/companies/{company['id']}").json
    return found


def listed(api: Api, query: str = "") -> list[str | None]:
    """The names of a list, or the domains of companies without one."""
    data = api.get(f"/v1/companies{query}").json["data"]
    return [company["name"] or company["domain"] for company in data]


def batch(api: Api, *rows: dict[str, Any], upsert: bool = False) -> Answer:
    return api.post("/v1/companies", {"companies": list(rows), "upsert": upsert})


def results(answer: Answer) -> list[str]:
    return [row["result"] for row in answer.json["results"]]


def claims(cloud: Cloud, api: Api) -> dict[str, str]:
    """The owner of each claimed domain."""
    items = cloud.items("companies", f"{api.workspace().id}#domain")
    return {item["sk"]: item["company_id"] for item in items}


def counted(cloud: Cloud, api: Api) -> int:
    shards = cloud.items("companies", f"{api.workspace().id}#count")
    return sum(shard["companies"] for shard in shards)


def published(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    cloud.drain()
    return [
        event["detail"]["data"] for event in cloud.bus.published if event["detail-type"] == name
    ]


class TestCreate:
    def test_gives_the_company_as_it_is_read(self, api: Api, cloud: Cloud) -> None:
        created = create(api, **ACME)

        assert created == read(api, created)
        assert created == {
            **ACME,
            "id": created["id"],
            "object": "company",
            "created_at": "2026-03-02T09:00:00.001Z",
            "updated_at": "2026-03-02T09:00:00.001Z",
            "version": 1,
        }
        assert published(cloud, "company.created") == [{"company_id": created["id"]}]

    def test_keeps_unknown_fields_in_the_context(self, api: Api) -> None:
        created = create(api, name="Acme", revenue=1.5, context={"a": 1, "b": None}, nothing=None)

        assert created["context"] == {"a": 1, "revenue": 1.5}

    @pytest.mark.parametrize(
        ("given", "domain"),
        [
            ({"domain": "ACME.Example."}, "acme.example"),
            ({"domain": "bücher.example"}, "xn--bcher-kva.example"),
            ({"website": "http://WWW.Acme.example:8080/a?b#c"}, "acme.example"),
            ({"website": "www.acme.example"}, "acme.example"),
            ({"website": "acme.example", "domain": "other.example"}, "other.example"),
            ({"website": "acme.example", "domain": None}, None),
            ({"website": "https://facebook.com/acme"}, None),
            ({"website": "https://gmail.com"}, None),
            ({"website": "http://10.0.0.1/"}, None),
            ({"website": "http://localhost"}, None),
        ],
    )
    def test_takes_the_domain_of_its_website(
        self, api: Api, given: dict[str, Any], domain: str | None
    ) -> None:
        assert create(api, name="Acme", **given)["domain"] == domain

    def test_takes_a_size_as_text_or_number(self, api: Api) -> None:
        assert [create(api, name="A", size=size)["size"] for size in (7, "51-200")] == [
            "7",
            "51-200",
        ]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"industry": "Tools"}, ""),
            ({"website": "http://10.0.0.1"}, ""),
            ({"name": " "}, "/name"),
            ({"name": 7}, "/name"),
            ({"domain": "acme"}, "/domain"),
            ({"domain": "https://acme.example"}, "/domain"),
            ({"domain": "acme.example/about"}, "/domain"),
            ({"name": "Acme", "website": "ftp://acme.example"}, "/website"),
            ({"name": "Acme", "website": "http://"}, "/website"),
            ({"name": "Acme", "website": "http://[::1"}, "/website"),
            ({"name": "Acme", "founded": 0}, "/founded"),
            ({"name": "Acme", "size": True}, "/size"),
            ({"name": "Acme", "context": None}, "/context"),
            ({"name": "Acme", "context": {"big": "x" * 16_384}}, "/context"),
            ({"name": "Acme", "big": "x" * 16_384}, ""),
            ({"name": "Acme", "huge": 2**70}, "/huge"),
            ({"name": "Acme", "": 1}, ""),
            ({"name": "Acme", "id": "com_1"}, ""),
            ({"name": "Acme", "version": 7}, ""),
        ],
    )
    def test_says_what_is_wrong(
        self, api: Api, cloud: Cloud, body: dict[str, Any], pointer: str
    ) -> None:
        api.workspace()

        with cloud.writes() as written:
            answer = api.post("/v1/companies", body)

        assert (answer.status, written) == (422, [])
        assert answer.json["errors"][0]["pointer"] == pointer

    def test_refuses_a_domain_that_is_taken(self, api: Api) -> None:
        first = create(api, domain="acme.example")

        answer = api.post("/v1/companies", {"domain": "ACME.example"})

        assert (answer.status, answer.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert first["id"] in answer.json["detail"]

    def test_keeps_workspaces_and_modes_apart(self, api: Api) -> None:
        body = {"domain": "acme.example"}

        answers = [
            api.post("/v1/companies", body),
            api.post("/v1/companies", body, workspace="globex"),
            api.post("/v1/companies", body, mode="test"),
        ]

        assert [answer.status for answer in answers] == [201, 201, 201]

    def test_takes_any_number_without_a_domain(self, api: Api, cloud: Cloud) -> None:
        for _ in range(2):
            create(api, name="Acme", upsert=True)

        assert (listed(api), claims(cloud, api)) == (["Acme", "Acme"], {})


class TestUpsert:
    def test_changes_only_what_is_given(self, api: Api, cloud: Cloud) -> None:
        created = create(api, **ACME)

        body = {"domain": "acme.example", "size": 7, "seats": 4, "crm_owner": None, "upsert": True}
        after = api.post("/v1/companies", body).json

        assert after == read(api, created)
        assert after == {
            **created,
            "size": "7",
            "context": {"seats": 4},
            "version": 2,
            "updated_at": after["updated_at"],
        }
        assert published(cloud, "company.updated") == [
            {"company_id": created["id"], "changed": ["context", "size"]}
        ]

    def test_leaves_alone_what_is_as_given(self, api: Api, cloud: Cloud) -> None:
        created = create(api, **ACME)

        after = api.post("/v1/companies", {**ACME, "upsert": True}).json

        assert after == created
        assert published(cloud, "company.updated") == []


class TestBatch:
    def test_gives_a_result_for_each_row(self, api: Api, cloud: Cloud) -> None:
        first = create(api, domain="acme.example", name="Acme")

        answer = batch(
            api,
            {"domain": "acme.example", "seats": 3},
            {"domain": "new.example"},
            {"domain": "NEW.example"},
            {"domain": "bad"},
            {"name": "Nowhere"},
            {"name": "Nowhere"},
            upsert=True,
        )

        found = answer.json["results"]
        assert results(answer) == ["updated", "created", "skipped", "failed", "created", "created"]
        assert [row["domain"] for row in found[:4]] == [
            "acme.example",
            "new.example",
            "new.example",
            "bad",
        ]
        assert found[0]["id"] == first["id"]
        assert found[2]["reason"] == "Row 1 has the same domain"
        assert found[3]["reason"].startswith('/domain: "bad" is not the domain')
        assert answer.json["counts"] == {
            "created": 3,
            "updated": 1,
            "unchanged": 0,
            "skipped": 1,
            "failed": 1,
        }
        assert read(api, first)["context"] == {"seats": 3}
        assert counted(cloud, api) == 4

    def test_says_when_nothing_changes_or_may_change(self, api: Api) -> None:
        create(api, domain="acme.example", name="Acme")
        row = {"domain": "acme.example", "name": "Acme"}

        assert results(batch(api, row, upsert=True)) == ["unchanged"]
        assert results(batch(api, row)) == ["skipped"]

    def test_loses_no_row_for_one_whose_context_outgrows_its_bounds(self, api: Api) -> None:
        create(api, domain="acme.example", old="x" * 10_000)

        answer = batch(
            api,
            {"domain": "acme.example", "new": "x" * 10_000},
            {"domain": "b.example"},
            upsert=True,
        )

        assert results(answer) == ["failed", "created"]
        assert "at most 16,384 bytes" in answer.json["results"][0]["reason"]


class TestUpdate:
    @pytest.mark.parametrize("method", ["PATCH", "PUT"])
    @pytest.mark.parametrize("field", OTHER)
    def test_changes_what_is_given_and_nothing_else(
        self, api: Api, method: str, field: str
    ) -> None:
        created = create(api, **ACME)

        answer = api.request(method, f"/v1/companies/{created['id']}", {field: OTHER[field]})

        after = answer.json
        assert (answer.status, after) == (200, read(api, created))
        expected = {field: OTHER[field], "version": 2, "updated_at": after["updated_at"]}
        assert after == {**created, **expected}
        assert after["updated_at"] > created["updated_at"]

    @pytest.mark.parametrize("field", OTHER)
    def test_clears_what_is_null(self, api: Api, field: str) -> None:
        created = create(api, **ACME)

        after = change(api, created, **{field: None}).json

        assert after == read(api, created)
        assert after[field] == EMPTY.get(field)

    def test_merges_unknown_fields_and_context(self, api: Api) -> None:
        created = create(api, **ACME)

        after = change(api, created, seats=None, context={"crm_owner": "Ada"}, more=[1]).json

        assert after["context"] == {"crm_owner": "Ada", "more": [1]}
        assert after == read(api, created)

    def test_moves_the_claim_with_the_domain(self, api: Api, cloud: Cloud) -> None:
        company = create(api, domain="acme.example", name="Acme")

        change(api, company, domain="new.example")
        assert claims(cloud, api) == {"new.example": company["id"]}
        change(api, company, domain=None)
        assert claims(cloud, api) == {}
        change(api, company, domain="acme.example")

        assert claims(cloud, api) == {"acme.example": company["id"]}
        assert published(cloud, "company.updated")[0]["changed"] == ["domain"]

    def test_refuses_the_domain_of_another(self, api: Api) -> None:
        company, other = create(api, domain="acme.example"), create(api, domain="b.example")

        answer = change(api, company, domain="b.example")

        assert (answer.status, answer.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert other["id"] in answer.json["detail"]

    @pytest.mark.parametrize(
        ("has", "body"),
        [
            ({"name": "Acme"}, {"name": None}),
            ({"domain": "acme.example"}, {"domain": None}),
            ({"name": "Acme", "domain": "acme.example"}, {"name": None, "domain": None}),
        ],
    )
    def test_leaves_a_name_or_a_domain(
        self, api: Api, has: dict[str, str], body: dict[str, None]
    ) -> None:
        company = create(api, **has)

        answer = change(api, company, **body)

        assert (answer.status, read(api, company)) == (422, company)

    def test_bounds_the_context(self, api: Api) -> None:
        company = create(api, name="Acme", old="x" * 10_000)

        answer = change(api, company, new="x" * 10_000)

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/context")

    @pytest.mark.parametrize("body", [{"industry": "Tools"}, {"seats": 1}, {"domain": "b.example"}])
    def test_minds_the_version(self, api: Api, body: dict[str, Any]) -> None:
        company = create(api, **ACME)
        path = f"/v1/companies/{company['id']}"

        stale = api.patch(path, body, headers={"if-match": '"2"'})
        fresh = api.patch(path, body, headers={"if-match": '"1"'})

        assert (stale.status, fresh.status) == (412, 200)
        assert fresh.headers["ETag"] == '"2"'

    def test_loses_nothing_that_was_written_meanwhile(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company = create(api, name="Acme")
        reading, waiting = CompanyRepository.with_owner, [{"first": 1}]

        def read_then(self: CompanyRepository, company_id: str, domain: str | None) -> Any:
            found = reading(self, company_id, domain)
            if waiting:
                change(api, company, **waiting.pop())
            return found

        monkeypatch.setattr(CompanyRepository, "with_owner", read_then)
        change(api, company, second=2)

        assert read(api, company)["context"] == {"first": 1, "second": 2}
