"""Contacts belong to the company that has the domain of their address, whichever came first, unless
a caller said otherwise or the domain gives everybody a mailbox."""

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.linking import (
    ADA,
    change,
    company,
    company_of,
    contact,
    delete,
    left,
    places,
    settle,
)


class TestDomain:
    @pytest.mark.parametrize("company_first", [True, False])
    def test_links_whichever_comes_first(self, api: Api, cloud: Cloud, company_first: bool) -> None:
        first = company(api) if company_first else contact(api)
        settle(cloud)
        second = contact(api) if company_first else company(api)
        settle(cloud)

        company_id, contact_id = (first, second) if company_first else (second, first)
        assert company_of(api, contact_id) == company_id
        assert places(cloud, api) == {ADA: company_id}

    def test_of_free_mail_links_nobody(self, api: Api, cloud: Cloud) -> None:
        before = contact(api, "ada@gmail.com")
        company(api, "gmail.com")
        after = contact(api, "grace@gmail.com")
        settle(cloud)

        assert [company_of(api, each) for each in (before, after)] == [None, None]
        assert places(cloud, api) == {"ada@gmail.com": None, "grace@gmail.com": None}

    def test_of_others_links_nobody(self, api: Api, cloud: Cloud) -> None:
        company(api)
        theirs = api.post("/v1/contacts", {"email": ADA}, workspace="globex").json["id"]
        under = contact(api, "ada@mail.acme.example")
        settle(cloud)

        assert company_of(api, under) is None
        assert api.get(f"/v1/contacts/{theirs}", workspace="globex").json["company_id"] is None

    def test_links_a_batch(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api)
        rows = [{"email": f"ada{number}@acme.example"} for number in range(150)]
        api.post("/v1/contacts", {"contacts": rows})
        settle(cloud)

        assert set(places(cloud, api).values()) == {company_id}

    def test_raises_the_version_and_tells_nobody(self, api: Api, cloud: Cloud) -> None:
        contact_id = contact(api)
        before = api.get(f"/v1/contacts/{contact_id}").json
        company_id = company(api)
        settle(cloud)

        after = api.get(f"/v1/contacts/{contact_id}").json
        assert after == {
            **before,
            "company_id": company_id,
            "version": 2,
            "updated_at": after["updated_at"],
        }
        assert after["updated_at"] > before["updated_at"]
        named = {event["detail-type"] for event in cloud.bus.published}
        assert named & {"contact.updated", "contact.created"} == {"contact.created"}


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "domain"),
        [
            ("ada@engines.example", "engines.example"),
            ("ada@b.example", None),
            ("a@gmail.com", None),
        ],
    )
    def test_moves_to_the_company_of_the_new_one(
        self, api: Api, cloud: Cloud, address: str, domain: str | None
    ) -> None:
        company(api)
        engines = company(api, "engines.example")
        contact_id = contact(api)
        settle(cloud)
        change(api, contact_id, email=address)
        settle(cloud)

        assert company_of(api, contact_id) == (engines if domain else None)

    def test_finds_a_company_that_comes_later(self, api: Api, cloud: Cloud) -> None:
        contact_id = contact(api)
        change(api, contact_id, email="ada@engines.example")
        settle(cloud)
        engines = company(api, "engines.example")
        settle(cloud)

        assert company_of(api, contact_id) == engines


class TestByHand:
    @pytest.mark.parametrize("method", ["POST", "PATCH", "BATCH", "UPSERT"])
    def test_stays_whatever_the_domain(self, api: Api, cloud: Cloud, method: str) -> None:
        acme, engines = company(api), company(api, "engines.example")
        body = {"email": ADA, "company_id": engines}
        match method:
            case "POST":
                contact_id = contact(api, **body)
            case "BATCH":
                answer = api.post("/v1/contacts", {"contacts": [body]})
                contact_id = answer.json["results"][0]["id"]
            case "PATCH":
                contact_id = contact(api)
                change(api, contact_id, company_id=engines)
            case _:
                contact_id = contact(api)
                api.post("/v1/contacts", {**body, "upsert": True})
        settle(cloud)
        change(api, contact_id, email="ada2@acme.example")
        api.patch(f"/v1/companies/{acme}", {"domain": None})
        api.patch(f"/v1/companies/{acme}", {"domain": "acme.example"})
        settle(cloud)

        assert company_of(api, contact_id) == engines
        assert places(cloud, api) == {"ada2@acme.example": engines}

    def test_unlinks_for_good(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api)
        contact_id = contact(api)
        settle(cloud)
        change(api, contact_id, company_id=None)
        api.patch(f"/v1/companies/{company_id}", {"domain": "b.example"})
        api.patch(f"/v1/companies/{company_id}", {"domain": "acme.example"})
        settle(cloud)

        assert (company_of(api, contact_id), places(cloud, api)) == (None, {ADA: None})

    def test_tells_what_changed(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api, None)
        contact_id = contact(api)
        change(api, contact_id, company_id=company_id)
        cloud.drain()

        changed = [
            event["detail"]["data"]["changed"]
            for event in cloud.bus.published
            if event["detail-type"] == "contact.updated"
        ]
        assert changed == [["company_id"]]
        items = cloud.items("contacts", api.workspace().id)
        assert [each["company_pinned"] for each in items if each["sk"] == contact_id] == [True]

    @pytest.mark.parametrize("which", ["unknown", "nonsense", "theirs", "deleted"])
    def test_needs_a_company(self, api: Api, which: str) -> None:
        contact_id = contact(api)
        theirs = api.post("/v1/companies", {"name": "G"}, workspace="globex").json["id"]
        deleted = company(api)
        delete(api, deleted)
        company_id = {
            "unknown": "com_01kjpwd6m16vjzbz035g1ag64h",
            "nonsense": "Acme",
            "theirs": theirs,
            "deleted": deleted,
        }[which]

        body = {"email": "new@acme.example", "company_id": company_id}
        answers = [
            api.post("/v1/contacts", body),
            api.post("/v1/contacts", {**body, "email": ADA, "upsert": True}),
            api.patch(f"/v1/contacts/{contact_id}", {"company_id": company_id}),
            api.patch(f"/v1/contacts/{contact_id}", body),
        ]
        rows = api.post("/v1/contacts", {"contacts": [body, {"email": "b@acme.example"}]}).json

        pointers = [answer.json["errors"][0]["pointer"] for answer in answers]
        assert [answer.status for answer in answers] == [422] * 4
        assert pointers == ["/company_id"] * 4
        assert [row["result"] for row in rows["results"]] == ["failed", "created"]
        assert rows["results"][0]["reason"].startswith("/company_id: There is no company")


class TestCompanyChanges:
    def test_of_the_domain_bring_other_contacts(self, api: Api, cloud: Cloud) -> None:
        engines = company(api, "engines.example")
        company_id = company(api)
        contact(api)
        contact(api, "grace@b.example")
        by_hand = contact(api, "joan@c.example", company_id=company_id)
        settle(cloud)
        api.patch(f"/v1/companies/{company_id}", {"domain": "b.example"})
        api.patch(f"/v1/companies/{engines}", {"domain": "acme.example"})
        settle(cloud)

        assert places(cloud, api) == {
            ADA: engines,
            "grace@b.example": company_id,
            "joan@c.example": company_id,
        }
        assert company_of(api, by_hand) == company_id

    def test_of_anything_else_move_nobody(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api)
        contact(api)
        settle(cloud)
        api.patch(f"/v1/companies/{company_id}", {"industry": "Tools"})
        cloud.drain()
        cloud.clock.advance(minutes=1)

        with cloud.wire.recording() as calls:
            cloud.drain()
        assert calls == []

    def test_end_all_links_when_it_is_deleted(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api)
        linked = contact(api)
        by_hand = contact(api, "joan@c.example", company_id=company_id)
        settle(cloud)
        delete(api, company_id)
        settle(cloud)

        assert [company_of(api, each) for each in (linked, by_hand)] == [None, None]
        assert places(cloud, api) == {ADA: "dom#acme.example", "joan@c.example": "dom#c.example"}
        assert left(cloud, api) == []

    def test_hand_contacts_to_the_company_that_takes_the_domain(
        self, api: Api, cloud: Cloud
    ) -> None:
        first = company(api)
        contact_id = contact(api)
        settle(cloud)
        delete(api, first)
        second = company(api)
        settle(cloud)

        assert company_of(api, contact_id) == second
        assert left(cloud, api) == sorted(["acme.example", second])
