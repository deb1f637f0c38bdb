"""Listing companies, and deleting them."""

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_companies import (
    ACME,
    batch,
    change,
    claims,
    counted,
    create,
    listed,
    published,
    results,
)


class TestList:
    def test_finds_by_the_beginning_of_the_name(self, api: Api) -> None:
        for name in ("Zeta", "acme  Tools", "ACME Software", "Not Acme"):
            create(api, name=name)
        create(api, domain="acmeandsons.example")

        found = ["ACME Software", "acme  Tools", "acmeandsons.example"]
        assert listed(api, "?search=Acme") == found
        assert listed(api, "?search=acme%20t") == ["acme  Tools"]
        assert listed(api, "?search=STRA%C3%9FE") == []

    def test_follows_a_change_of_the_name(self, api: Api) -> None:
        company = create(api, name="Acme", domain="zeta.example")

        change(api, company, name="Engines")
        assert (listed(api, "?search=acme"), listed(api, "?search=eng")) == ([], ["Engines"])
        change(api, company, name=None)

        assert (listed(api, "?search=eng"), listed(api, "?search=ZETA")) == ([], ["zeta.example"])

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["c", "b", "a"]),
            ("?industry=Tools", ["c", "a"]),
            ("?country=US&industry=Tools", ["c"]),
            ("?size=7", ["b"]),
            ("?search=b&size=7", ["b"]),
            ("?search=b&size=8", []),
            ("?domain=B.example", ["b"]),
            ("?domain=b.example&industry=Tools", []),
            ("?domain=nobody.example", []),
            ("?created_after=2026-03-02T09:00:00.001Z", ["c", "b"]),
            ("?created_after=2026-03-02T10:00:00.002%2B01:00", ["c"]),
            ("?search=c&created_after=2026-03-02T09:00:00.003Z", []),
            ("?updated_after=2026-03-02T09:00:00.003Z", ["a"]),
        ],
    )
    def test_shows_what_is_asked_for(self, api: Api, query: str, names: list[str]) -> None:
        first = create(api, name="a", industry="Tools")
        create(api, name="b", domain="b.example", size=7)
        create(api, name="c", industry="Tools", country="US")
        change(api, first, phone="+1")

        assert listed(api, query) == names

    @pytest.mark.parametrize("query", ["", "search=acme&", "industry=Tools&"])
    def test_turns_pages(self, api: Api, query: str) -> None:
        rows = [{"name": f"Acme {number}", "industry": "Tools"} for number in range(5)]
        batch(api, *rows, {"name": "Acme 6"})
        seen, cursor = [], ""
        while True:
            page = api.get(f"/v1/companies?{query}limit=2{cursor}").json
            seen += [company["name"] for company in page["data"]]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"

        assert sorted(set(seen)) == sorted(seen)
        assert len(seen) == 5 if "industry" in query else 6

    def test_turns_pages_of_the_longest_names(self, api: Api) -> None:
        batch(api, *({"name": f"{chr(0x10400) * 499}{number}"} for number in range(2)))
        path = "/v1/companies?search=%F0%90%90%80&limit=1"

        answer = api.get(f"{path}&cursor={api.get(path).json['next_cursor']}")

        assert (answer.status, len(answer.json["data"])) == (200, 1)

    @pytest.mark.parametrize(
        "query",
        ["search=", "search=%20", f"search={'x' * 81}", "domain=acme", "created_after=yesterday"],
    )
    def test_refuses_what_it_cannot_look_for(self, api: Api, query: str) -> None:
        answer = api.get(f"/v1/companies?{query}")

        pointer = f"/query/{query.partition('=')[0]}"
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


class TestDelete:
    def test_hides_the_company_at_once(self, api: Api, cloud: Cloud) -> None:
        company = create(api, **ACME)

        answer = api.delete(f"/v1/companies/{company['id']}")

        path = f"/v1/companies/{company['id']}"
        assert answer.json == {"id": company["id"], "object": "company", "deleted": True}
        assert [call(path).status for call in (api.get, api.delete)] == [404, 404]
        assert api.patch(path, {"name": "x"}).status == 404
        assert api.patch(path, {"seats": 1}).status == 404
        for query in ("", "?search=acme", "?domain=acme.example"):
            assert listed(api, query) == []
        assert counted(cloud, api) == 0
        assert published(cloud, "company.deleted") == [{"company_id": company["id"]}]

    def test_frees_the_domain_before_any_worker_has_run(self, api: Api, cloud: Cloud) -> None:
        company = create(api, domain="acme.example")
        api.delete(f"/v1/companies/{company['id']}")

        again = create(api, domain="acme.example")
        moved = create(api, name="Other")
        api.delete(f"/v1/companies/{again['id']}")
        change(api, moved, domain="acme.example")

        assert claims(cloud, api) == {"acme.example": moved["id"]}
        assert results(batch(api, {"domain": "acme.example"}, upsert=True)) == ["unchanged"]
