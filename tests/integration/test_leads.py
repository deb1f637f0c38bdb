"""/v1/leads: from a contact to a score that says what it is made of."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.websites import Website, page, website

HOME = page(
    "<title>Acme</title><a href=/careers>Jobs</a>"
    '<script type="application/ld+json">{"@type": "Organization", "industry": "Anvils",'
    ' "numberOfEmployees": {"minValue": 51, "maxValue": 200}}</script>'
)
PROFILE = {
    "titles": ["sales"],
    "seniorities": ["vp"],
    "sizes": ["11-100"],
    "countries": ["DE"],
    "weights": {"titles": 30, "seniorities": 30, "sizes": 20, "countries": 20},
}
GRACE = {"email": "grace@acme.example", "title": "VP Sales", "country": "Deutschland"}
KEY = {"idempotency-key": "lead-1"}


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Website]:
    with cloud.environment(STAGE="local"), website({"/": HOME}) as opened:
        yield opened


def a_lead(api: Api, **given: Any) -> Any:
    answer = api.post("/v1/leads", {**GRACE, **given})
    assert answer.status == 201, answer.text
    return answer.json


def lead_of(api: Api, site: Website) -> Any:
    """A lead of a contact whose company has `site`."""
    company = api.post("/v1/companies", {"name": "Acme", "website": site.url}).json["id"]
    contact = api.post("/v1/contacts", {**GRACE, "company_id": company}).json["id"]
    return api.post("/v1/leads", {"contact_id": contact}).json


def qualify(api: Api, lead_id: str, **options: Any) -> Answer:
    return api.post(f"/v1/leads/{lead_id}/qualify", **options)


def events(api: Api, lead_id: str) -> list[str]:
    feed = api.get("/v1/events?limit=200").json["data"]
    return [each["event"] for each in feed if each["data"].get("lead_id") == lead_id]


class TestCreate:
    def test_makes_a_contact_of_what_is_given(self, api: Api) -> None:
        lead = a_lead(api, notes="Met at a fair")

        contact = api.get(f"/v1/contacts/{lead['contact_id']}").json
        assert (lead["object"], lead["status"], lead["notes"]) == ("lead", "new", "Met at a fair")
        assert (contact["email"], contact["title"]) == ("grace@acme.example", "VP Sales")
        assert lead["contact"] == {
            "id": contact["id"],
            "email": "grace@acme.example",
            "full_name": None,
            "title": "VP Sales",
            "company": None,
        }
        assert (lead["score"], lead["score_lines"], lead["rationale"]) == (None, [], None)

    def test_finds_the_contact_whatever_the_case_and_changes_nothing_about_it(
        self, api: Api
    ) -> None:
        contact = api.post("/v1/contacts", GRACE).json

        lead = a_lead(api, email="Grace@ACME.example", title="CTO")

        assert lead["contact_id"] == contact["id"]
        assert api.get(f"/v1/contacts/{contact['id']}").json["title"] == "VP Sales"

    def test_is_refused_for_a_contact_that_has_one(self, api: Api) -> None:
        lead = a_lead(api)

        again = api.post("/v1/leads", {"contact_id": lead["contact_id"]})
        api.delete(f"/v1/leads/{lead['id']}")
        anew = api.post("/v1/leads", {"contact_id": lead["contact_id"]})

        assert (again.status, again.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert lead["id"] in again.json["detail"]
        assert anew.status == 201

    @pytest.mark.parametrize("contact_id", ["", " ", "led_x", "é" * 64])
    def test_knows_no_contact_by_what_is_no_id(self, api: Api, contact_id: str) -> None:
        query = urlencode({"contact_id": contact_id})

        assert api.post("/v1/leads", {"contact_id": contact_id}).status == 404
        assert api.get(f"/v1/leads?{query}").status == 422

    def test_needs_a_contact_that_is_there(self, api: Api) -> None:
        contact = api.post("/v1/contacts", GRACE).json["id"]
        api.delete(f"/v1/contacts/{contact}")

        assert api.post("/v1/leads", {"contact_id": contact}).status == 404

    @pytest.mark.parametrize(
        "body", [{}, {"title": "CTO"}, {"contact_id": "con_x", "title": "CTO"}], ids=str
    )
    def test_names_one_contact(self, api: Api, body: Any) -> None:
        assert api.post("/v1/leads", body).status == 422

    @pytest.mark.parametrize(("number", "when"), crash_points(6))
    def test_that_crashes_makes_one_lead_when_it_is_repeated(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        with cloud.wire.crash_at(number, when):
            api.post("/v1/leads", GRACE, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = api.post("/v1/leads", GRACE, headers=KEY)

        assert answer.status == 201
        assert [lead["id"] for lead in api.get("/v1/leads").json["data"]] == [answer.json["id"]]
        assert len(api.get("/v1/contacts").json["data"]) == 1


class TestQualify:
    def test_scores_by_the_profile_and_says_how(
        self, api: Api, cloud: Cloud, site: Website
    ) -> None:
        api.put("/v1/profile", PROFILE)
        lead = lead_of(api, site)
        api.post(f"/v1/leads/{lead['id']}/research")

        answer = qualify(api, lead["id"])

        lines = {line["rule"]: line for line in answer.json["score_lines"]}
        assert (answer.status, answer.json["score"]) == (200, 100)
        assert (answer.json["status"], answer.json["threshold"]) == ("qualified", 70)
        assert answer.json["rationale"]["text"].startswith("100 of 100 points, and 70 are needed.")
        assert answer.json["rationale"]["provider"] is None
        assert {rule: line["points"] for rule, line in lines.items()} == PROFILE["weights"]
        assert lines["sizes"]["source"] == "research.employees"
        assert lines["countries"] == {
            "rule": "countries",
            "points": 20,
            "matched": "DE",
            "value": "Deutschland",
            "source": "contact.country",
        }
        assert api.get(f"/v1/contacts/{lead['contact_id']}").json["fit_score"] == 1
        cloud.drain()
        assert events(api, lead["id"]) == ["lead.created", "lead.qualified"]

    def test_disqualifies_below_the_threshold(self, api: Api, cloud: Cloud) -> None:
        api.put("/v1/profile", {**PROFILE, "threshold": 81})
        lead = a_lead(api)

        scored = qualify(api, lead["id"]).json
        again = qualify(api, lead["id"]).json

        assert (scored["score"], scored["status"]) == (80, "disqualified")
        assert again["score_lines"] == scored["score_lines"]
        cloud.drain()
        assert events(api, lead["id"]) == ["lead.created", "lead.disqualified"]

    def test_without_a_profile_qualifies_everybody(self, api: Api) -> None:
        scored = qualify(api, a_lead(api)["id"]).json

        assert (scored["score"], scored["status"]) == (100, "qualified")
        assert [line["rule"] for line in scored["score_lines"]] == ["no_profile"]

    def test_costs_nothing(self, api: Api) -> None:
        qualify(api, a_lead(api)["id"])

        assert api.get("/v1/credits").json["spent"] == 0

    @pytest.mark.parametrize(("number", "when"), crash_points(11))
    def test_that_crashes_comes_to_the_same(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        api.put("/v1/profile", PROFILE)
        lead = a_lead(api)
        with cloud.wire.crash_at(number, when):
            qualify(api, lead["id"], headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = qualify(api, lead["id"], headers=KEY)

        contact = api.get(f"/v1/contacts/{lead['contact_id']}").json
        assert (answer.status, answer.json["score"], contact["fit_score"]) == (200, 80, 0.8)
        assert answer.json == {**api.get(f"/v1/leads/{lead['id']}").json}
        cloud.drain()
        assert events(api, lead["id"]) == ["lead.created", "lead.qualified"]


class TestResearch:
    def test_is_kept_and_takes_one_credit(self, api: Api, site: Website) -> None:
        lead = lead_of(api, site)
        before = api.get(f"/v1/leads/{lead['id']}/research")

        found = api.post(f"/v1/leads/{lead['id']}/research")
        again = api.post(f"/v1/leads/{lead['id']}/research")
        kept = api.get(f"/v1/leads/{lead['id']}/research")

        shown = api.get(f"/v1/leads/{lead['id']}").json
        assert (before.status, found.status) == (404, 200)
        assert f"POST /v1/leads/{lead['id']}/research" in before.json["detail"]
        assert found.json == again.json == kept.json
        assert found.json["company"]["size"] == "51-200"
        assert (shown["status"], shown["researched_at"]) == (
            "researched",
            found.json["researched_at"],
        )
        assert api.get("/v1/credits").json["spent"] == 1

    @pytest.mark.parametrize("base", ["/v1", "/api"])
    def test_tells_what_the_record_of_the_company_says(
        self, api: Api, site: Website, base: str
    ) -> None:
        lead = lead_of(api, site)
        api.post(f"/v1/leads/{lead['id']}/research")
        (company,) = api.get("/v1/companies").json["data"]
        api.patch(f"/v1/companies/{company['id']}", {"industry": "Rockets"})

        about = api.get(f"{base}/leads/{lead['id']}/research").json["company"]

        assert (about["name"], about["industry"], about["size"]) == ("Acme", "Rockets", "51-200")

    @pytest.mark.parametrize("body", [{}, {"refresh": True}], ids=str)
    @pytest.mark.parametrize(("number", "when"), crash_points(11))
    def test_that_crashes_is_paid_once_when_it_is_repeated(
        self, api: Api, cloud: Cloud, *, site: Website, number: int, when: When, body: Any
    ) -> None:
        lead = lead_of(api, site)
        path = f"/v1/leads/{lead['id']}/research"
        with cloud.wire.crash_at(number, when):
            api.post(path, body, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = api.post(path, body, headers=KEY)

        assert (answer.status, answer.json["outcome"]) == (200, "found")
        assert api.get(f"/v1/leads/{lead['id']}").json["status"] == "researched"
        assert api.get("/v1/credits").json["spent"] == 1


class TestUpdate:
    def test_decides_for_a_person(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead(api)
        path = f"/v1/leads/{lead['id']}"

        decided = api.patch(path, {"status": "disqualified", "status_reason": "A competitor"})
        stale = api.patch(path, {"notes": "x"}, headers={"if-match": "1"})
        reopened = api.patch(path, {"status": "new"})

        assert (decided.json["status"], decided.json["version"]) == ("disqualified", 2)
        assert decided.json["status_reason"] == "A competitor"
        assert stale.status == 412
        assert (reopened.json["status"], reopened.json["status_reason"]) == ("new", None)
        cloud.drain()
        assert events(api, lead["id"]) == ["lead.created", "lead.disqualified"]


class TestList:
    def test_filters_and_sorts(self, api: Api) -> None:
        api.put("/v1/profile", PROFILE)
        leads = {}
        for name, title in (("ada", "CEO"), ("grace", "VP Sales"), ("joan", "Sales Manager")):
            leads[name] = a_lead(
                api, email=f"{name}@acme.example", first_name=name, title=title, country="DE"
            )["id"]
            qualify(api, leads[name])

        def names(query: str) -> list[str]:
            found = api.get(f"/v1/leads?{query}").json["data"]
            return [each["contact"]["email"].partition("@")[0] for each in found]

        assert names("") == ["joan", "grace", "ada"]
        assert names("sort=created_at") == ["ada", "grace", "joan"]
        a_lead(api, email="unscored@acme.example")
        assert names("min_score=0") == ["joan", "grace", "ada"]
        api.delete(f"/v1/leads/{api.get('/v1/leads').json['data'][0]['id']}")
        assert names("sort=-score") == ["grace", "joan", "ada"]
        assert names("sort=score&min_score=50") == ["joan", "grace"]
        assert names("status=qualified") == ["grace"]
        assert names("status=disqualified&min_score=50") == ["joan"]
        assert names("search=acme gr") == ["grace"]
        assert names("search=sales") == ["joan", "grace"]
        ada = api.get(f"/v1/leads/{leads['ada']}").json["contact_id"]
        assert names(f"contact_id={ada}") == ["ada"]

    @pytest.mark.parametrize("query", ["sort=-created_at", "status=new", "sort=-score"])
    def test_pages_reach_the_end_and_show_each_once(self, api: Api, query: str) -> None:
        ids = [a_lead(api, email=f"{number}@acme.example")["id"] for number in range(5)]
        if "score" in query:
            for lead_id in ids:
                qualify(api, lead_id)

        found, cursor = [], ""
        while True:
            shown = api.get(
                f"/v1/leads?{query}&limit=2{cursor}"
                if "limit" not in query
                else f"/v1/leads?{query}{cursor}"
            ).json
            found += [each["id"] for each in shown["data"]]
            if not shown["has_more"]:
                break
            cursor = f"&cursor={shown['next_cursor']}"

        assert sorted(found) == sorted(ids)
        assert len(found) == 5


class TestContactThatGoes:
    def test_takes_its_lead_with_it(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead(api)

        api.delete(f"/v1/contacts/{lead['contact_id']}")
        shown = api.get(f"/v1/leads/{lead['id']}").json
        cloud.drain()

        assert shown["contact"] is None
        assert api.get(f"/v1/leads/{lead['id']}").status == 404
        assert cloud.items("leads") == []

    def test_is_exported_and_erased_with_its_lead(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead(api, notes="Met at a fair")
        contact = f"/v1/contacts/{lead['contact_id']}"

        (exported,) = api.get(f"{contact}/export").json["leads"]
        erased = api.post(f"{contact}/erase")

        assert (exported["id"], exported["notes"]) == (lead["id"], "Met at a fair")
        assert erased.json["status"] == "finished"
        assert cloud.items("leads") == []

    def test_gives_its_lead_to_the_contact_that_it_is_merged_into(
        self, api: Api, cloud: Cloud
    ) -> None:
        lead = a_lead(api)
        winner = api.post("/v1/contacts", {"email": "g@acme.example"}).json["id"]

        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [lead["contact_id"]]})
        cloud.drain()

        assert api.get(f"/v1/leads/{lead['id']}").json["contact_id"] == winner
        assert len(api.get(f"/v1/leads?contact_id={winner}").json["data"]) == 1
        assert api.post("/v1/leads", {"contact_id": winner}).status == 409

    def test_gives_its_lead_away_while_that_is_deleted(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead(api)
        winner = api.post("/v1/contacts", {"email": "g@acme.example"}).json["id"]
        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [lead["contact_id"]]})

        with cloud.wire.once_after("GetItem", cloud.drain):
            deleted = api.delete(f"/v1/leads/{lead['id']}")

        assert (deleted.status, cloud.items("leads")) == (200, [])

    def test_loses_its_lead_to_that_of_the_contact_that_it_is_merged_into(
        self, api: Api, cloud: Cloud
    ) -> None:
        winner, loser = (a_lead(api, email=f"{name}@acme.example") for name in "ab")

        body = {"winner_id": winner["contact_id"], "loser_ids": [loser["contact_id"]]}
        api.post("/v1/contacts/merge", body)
        cloud.drain()

        assert [each["id"] for each in api.get("/v1/leads").json["data"]] == [winner["id"]]
        assert len(cloud.items("leads")) == 2

    @pytest.mark.parametrize("merged", [True, False])
    @pytest.mark.parametrize(("number", "when"), crash_points(9))
    def test_leaves_nothing_behind_when_its_worker_crashes(
        self, api: Api, cloud: Cloud, merged: bool, number: int, when: When
    ) -> None:
        lead = a_lead(api)
        winner = api.post("/v1/contacts", {"email": "g@acme.example"}).json["id"]
        cloud.drain()
        if merged:
            body = {"winner_id": winner, "loser_ids": [lead["contact_id"]]}
            api.post("/v1/contacts/merge", body)
        else:
            api.delete(f"/v1/contacts/{lead['contact_id']}")

        with cloud.wire.crash_at(number, when):
            cloud.drain()
        cloud.drain()

        left = api.get("/v1/leads").json["data"]
        assert [each["contact_id"] for each in left] == ([winner] if merged else [])
        assert len(cloud.items("leads")) == (2 if merged else 0)
