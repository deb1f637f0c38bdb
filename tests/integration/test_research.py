"""POST /v1/contacts/{id}/research: what a company's site says, for a credit when it is there."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from outrider.access.models import Caller
from outrider.credits.wiring import credits
from outrider.research.site.looking import SiteLookup
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.nameserver import nameserver
from tests.receivers import answering
from tests.websites import Website, page, redirect, website

HOME = page("<title>Acme</title><meta name=description content='Anvils.'><a href=/careers>Jobs</a>")
KEY = {"idempotency-key": "research-1"}
CALLS = 9
"""AWS calls of a research with an Idempotency-Key that finds something."""
HOLD_LASTS = 15


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Website]:
    with cloud.environment(STAGE="local"), website({"/": HOME}) as opened:
        yield opened


def a_contact(api: Api, site: Website | None = None, **options: Any) -> str:
    """Ada of Acme, whose website is `site`; without one nobody's website."""
    body: dict[str, Any] = {"email": "ada@acme.example", "first_name": "Ada", "title": "CTO"}
    if site:
        company = {"name": "Acme GmbH", "industry": "Anvils", "website": site.url}
        body["company_id"] = api.post("/v1/companies", company, **options).json["id"]
    return str(api.post("/v1/contacts", body, **options).json["id"])


def research(api: Api, contact_id: str, body: Any = None, **options: Any) -> Answer:
    return api.post(f"/v1/contacts/{contact_id}/research", body, **options)


def spent(api: Api) -> tuple[int, int]:
    shown = api.get("/v1/credits").json
    return shown["spent"], shown["held"]


def ledger(api: Api) -> list[tuple[str, int]]:
    entries = api.get("/v1/credits/ledger?kind=research").json["data"]
    return sorted((entry["status"], entry["amount"]) for entry in entries)


class TestResearch:
    def test_tells_what_the_site_says_and_what_is_on_record(self, api: Api, site: Website) -> None:
        contact_id = a_contact(api, site)

        answer = research(api, contact_id)

        found = answer.json
        assert (answer.status, found["outcome"], found["provider"]) == (200, "found", None)
        assert found["contact_id"] == contact_id
        assert (found["company"]["name"], found["company"]["industry"]) == ("Acme GmbH", "Anvils")
        assert (found["company"]["title"], found["company"]["description"]) == ("Acme", "Anvils.")
        assert (found["person"]["name"], found["person"]["title"]) == ("Ada", "CTO")
        assert [signal["name"] for signal in found["signals"]] == ["hiring"]
        assert [source["status"] for source in found["sources"]] == [404, 200]
        assert found["summary"] == (
            "Acme GmbH is described as: “Anvils.” On Acme GmbH: industry Anvils."
            " The site links to open positions. Ada is CTO."
        )
        lines = found["summary_lines"]
        assert " ".join(line["text"] for line in lines) == found["summary"]
        assert [line["sources"] for line in lines] == [
            [site.url],
            ["company.industry"],
            [site.url],
            ["contact.title"],
        ]

    def test_takes_a_credit(self, api: Api, site: Website) -> None:
        answer = research(api, a_contact(api, site))

        assert (answer.headers["X-Credits-Used"], answer.headers["X-Credits-Remaining"]) == (
            "1",
            "99999",
        )
        assert (spent(api), ledger(api)) == ((1, 0), [("posted", 1)])

    def test_asks_dns_who_handles_the_mail(self, api: Api, site: Website, cloud: Cloud) -> None:
        company = {"domain": "acme.com", "website": site.url}
        company_id = api.post("/v1/companies", company).json["id"]
        zone = {("acme.com", "MX"): ["1 aspmx.l.google.com."]}

        with nameserver(zone) as server, cloud.environment(STAGE="local", DNS_SERVER=server):
            contact = {"email": "ada@mail.example", "company_id": company_id}
            found = research(api, api.post("/v1/contacts", contact).json["id"]).json

        assert found["company"]["mail_provider"] == "Google Workspace"
        assert "Its mail is handled by Google Workspace." in found["summary"]

    def test_that_finds_nothing_costs_nothing(self, api: Api, cloud: Cloud) -> None:
        with cloud.environment(STAGE="local"), website({"/": answering("500 Error")}) as broken:
            contact_id = a_contact(api, broken)

            answer = research(api, contact_id)

        assert (answer.status, answer.json["outcome"]) == (200, "unreachable")
        assert [source["error"] for source in answer.json["sources"]] == [None, "http_status"]
        assert answer.headers["X-Credits-Used"] == "0"
        assert (spent(api), ledger(api)) == ((0, 0), [("void", 0)])

    def test_keeps_to_robots_txt(self, api: Api, cloud: Cloud) -> None:
        rules = answering(body=b"User-agent: *\nDisallow: /")
        with (
            cloud.environment(STAGE="local"),
            website({"/robots.txt": rules, "/": HOME}) as closed,
        ):
            answer = research(api, a_contact(api, closed))

        assert (answer.json["outcome"], closed.asked) == ("disallowed", ["/robots.txt"])
        assert spent(api) == (0, 0)

    def test_reaches_nothing_inside(self, api: Api, cloud: Cloud) -> None:
        """Not in the stage `local`, so loopback is as forbidden as the metadata service."""
        with website({"/": HOME}) as inside:
            answer = research(api, a_contact(api, inside))

        assert (answer.json["outcome"], inside.asked) == ("unreachable", [])
        assert [source["error"] for source in answer.json["sources"]] == ["blocked_address"]

    def test_follows_no_redirect_inside(self, api: Api, cloud: Cloud) -> None:
        paths = {"/": redirect("http://169.254.169.254/latest/meta-data/")}
        with cloud.environment(STAGE="local"), website(paths) as hostile:
            answer = research(api, a_contact(api, hostile))

        assert answer.json["sources"][-1]["error"] == "blocked_address"

    def test_needs_credits_before_it_asks(self, api: Api, site: Website) -> None:
        contact_id = a_contact(api, site)
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 100_000)

        answer = research(api, contact_id)

        assert (answer.status, answer.json["code"]) == (402, "INSUFFICIENT_CREDITS")
        assert site.asked == []

    @pytest.mark.parametrize("email", ["ada@gmail.com", "ada@example.com", "ada@acme.test"])
    def test_says_what_to_give_where_there_is_no_site(self, api: Api, email: str) -> None:
        contact = api.post("/v1/contacts", {"email": email}).json

        answer = research(api, contact["id"])

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert "company_id" in answer.json["detail"]
        assert ledger(api) == []

    def test_gives_back_what_it_held_when_it_fails(
        self, api: Api, site: Website, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contact_id = a_contact(api, site)
        monkeypatch.setattr("outrider.research.site.looking.facts_of", lambda *_: 1 / 0)

        answer = research(api, contact_id)

        assert (answer.status, spent(api), ledger(api)) == (500, (0, 0), [("void", 0)])

    def test_of_a_contact_that_went_meanwhile_costs_nothing(self, api: Api, cloud: Cloud) -> None:
        gone: list[str] = []

        def vanish(peer: Any) -> None:
            api.delete(f"/v1/contacts/{gone[0]}")
            HOME(peer)

        with cloud.environment(STAGE="local"), website({"/": vanish}) as site:
            gone.append(a_contact(api, site))
            answer = research(api, gone[0])

        assert (answer.status, spent(api)) == (404, (0, 0))


class TestKept:
    def test_is_the_answer_for_a_day(self, api: Api, cloud: Cloud, site: Website) -> None:
        contact_id = a_contact(api, site)
        first = research(api, contact_id).json
        api.patch(f"/v1/contacts/{contact_id}", {"title": "CEO"})
        cloud.clock.advance(hours=23)

        again = research(api, contact_id)

        assert again.json["researched_at"] == first["researched_at"]
        assert again.json["person"]["title"] == "CEO"
        assert (again.headers["X-Credits-Used"], spent(api)) == ("0", (1, 0))
        assert [call.operation for call in again.calls] == ["UpdateItem", "BatchGetItem", "GetItem"]

    @pytest.mark.parametrize(("hours", "body"), [(25, {}), (1, {"refresh": True})])
    def test_is_asked_for_anew(
        self, api: Api, cloud: Cloud, site: Website, hours: int, body: dict[str, Any]
    ) -> None:
        contact_id = a_contact(api, site)
        first = research(api, contact_id).json
        cloud.clock.advance(hours=hours)

        again = research(api, contact_id, body)

        assert again.json["researched_at"] > first["researched_at"]
        assert spent(api) == (2, 0)

    def test_is_paid_once_for_all_contacts_of_a_company(
        self, api: Api, cloud: Cloud, site: Website
    ) -> None:
        ada = a_contact(api, site)
        company_id = api.get(f"/v1/contacts/{ada}").json["company_id"]
        grace, late = (
            api.post(
                "/v1/contacts", {"email": f"{name}@acme.example", "company_id": company_id}
            ).json["id"]
            for name in ("grace", "late")
        )
        first = research(api, ada).json
        cloud.clock.advance(hours=23)

        second = research(api, grace)
        again = api.get(f"/v1/contacts/{grace}/export").json["research"]
        cloud.clock.advance(hours=2)
        research(api, late)

        assert second.json["company"] == first["company"]
        assert second.json["researched_at"] == first["researched_at"]
        assert (second.headers["X-Credits-Used"], again["facts"]["title"]) == ("0", "Acme")
        assert spent(api) == (2, 0)

    def test_is_paid_once_by_two_requests_at_the_same_time(
        self, api: Api, cloud: Cloud, site: Website
    ) -> None:
        ada = a_contact(api, site)
        company_id = api.get(f"/v1/contacts/{ada}").json["company_id"]
        body = {"email": "grace@acme.example", "company_id": company_id}
        grace = api.post("/v1/contacts", body).json["id"]
        inner: list[Answer] = []
        look = SiteLookup.look

        def meanwhile(*given: Any) -> Any:
            with patch.object(SiteLookup, "look", look):
                inner.append(research(api, grace))
            return look(*given)

        with patch.object(SiteLookup, "look", meanwhile):
            outer = research(api, ada)

        assert [outer.status, inner[0].status] == [200, 200]
        assert outer.json["researched_at"] == inner[0].json["researched_at"]
        assert (spent(api), ledger(api)) == ((1, 0), [("posted", 1), ("void", 0)])

    def test_is_of_no_use_in_another_workspace(self, api: Api, site: Website) -> None:
        for workspace in ("acme", "globex"):
            contact_id = a_contact(api, site, workspace=workspace)
            found = research(api, contact_id, workspace=workspace)
            assert found.headers["X-Credits-Used"] == "1"

    def test_is_of_no_use_for_another_company(self, api: Api, site: Website) -> None:
        contact_id = a_contact(api, site)
        research(api, contact_id)
        with website({"/": page("<title>Globex</title>")}) as other:
            company = {"name": "Globex", "website": other.url}
            company_id = api.post("/v1/companies", company).json["id"]
            api.patch(f"/v1/contacts/{contact_id}", {"company_id": company_id})

            again = research(api, contact_id)

        assert again.json["company"]["title"] == "Globex"

    def test_survives_a_site_that_fails_later(self, api: Api, cloud: Cloud, site: Website) -> None:
        contact_id = a_contact(api, site)
        first = research(api, contact_id).json
        with cloud.environment(STAGE="prod"):
            failed = research(api, contact_id, {"refresh": True}).json

        again = research(api, contact_id).json

        assert failed["outcome"] == "unreachable"
        assert again == first

    def test_is_part_of_the_export(self, api: Api, site: Website) -> None:
        contact_id = a_contact(api, site)
        sources = research(api, contact_id).json["sources"]

        exported = api.get(f"/v1/contacts/{contact_id}/export").json

        assert exported["research"]["facts"]["title"] == "Acme"
        assert exported["research"]["sources"] == sources

    @pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/erase")])
    def test_goes_with_the_contact(
        self, api: Api, cloud: Cloud, site: Website, method: str, path: str
    ) -> None:
        contact_id = a_contact(api, site)
        research(api, contact_id)
        partition = f"{api.workspace().id}#research"
        assert [item["sk"] for item in cloud.items("contacts", partition)] == [contact_id]

        api.request(method, f"/v1/contacts/{contact_id}{path}")
        cloud.drain()

        assert cloud.items("contacts", partition) == []


class TestSandbox:
    @pytest.mark.parametrize(
        ("domain", "outcome", "error"),
        [
            ("acme.example", "found", None),
            ("unreachable.outrider.test", "unreachable", "connect"),
            ("disallowed.outrider.test", "disallowed", "robots"),
            ("acme.com", "unreachable", "not_asked"),
        ],
    )
    def test_tells_by_the_name_and_asks_nobody(
        self, api: Api, domain: str, outcome: str, error: str | None
    ) -> None:
        contact = api.post("/v1/contacts", {"email": f"ada@{domain}"}, mode="test").json

        answer = research(api, contact["id"], mode="test")

        assert (answer.status, answer.json["outcome"]) == (200, outcome)
        assert [source["error"] for source in answer.json["sources"]] == [error]
        assert answer.headers["X-Credits-Used"] == "0"

    @pytest.mark.parametrize(
        ("country", "place"),
        [(None, ("Berlin", "DE")), ("DE", ("Berlin", "DE")), ("US", (None, "US"))],
    )
    def test_names_no_city_of_another_country(
        self, api: Api, country: str | None, place: tuple[str | None, str]
    ) -> None:
        company = {"domain": "acme.example", "country": country}
        linked = {"company_id": api.post("/v1/companies", company, mode="test").json["id"]}
        contact = api.post("/v1/contacts", {"email": "a@b.example", **linked}, mode="test").json

        found = research(api, contact["id"], mode="test").json["company"]
        assert (found["city"], found["country"]) == place

    def test_tells_the_same_every_time(self, api: Api, cloud: Cloud) -> None:
        answers = []
        for name in ("ada", "grace"):
            contact = api.post("/v1/contacts", {"email": f"{name}@acme.example"}, mode="test").json
            answers.append(research(api, contact["id"], mode="test").json)

        assert answers[0]["company"] == answers[1]["company"]
        assert answers[0]["company"]["name"] == "Acme"


class TestCrashes:
    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS + 1))
    def test_spend_one_credit_when_the_request_is_repeated(
        self, api: Api, cloud: Cloud, site: Website, number: int, when: When
    ) -> None:
        contact_id = a_contact(api, site)
        credits(Caller.engine(api.workspace().id)).void(
            credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 1).id
        )
        with cloud.wire.crash_at(number, when) as happened:
            research(api, contact_id, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = research(api, contact_id, headers=KEY)

        assert happened() == (number <= CALLS)
        assert (answer.status, answer.json["outcome"]) == (200, "found")
        assert (spent(api), ledger(api)) == ((1, 0), [("posted", 1)])

    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_leave_no_credit_held_when_it_is_not(
        self, api: Api, cloud: Cloud, site: Website, number: int, when: When
    ) -> None:
        contact_id = a_contact(api, site)
        with cloud.wire.crash_at(number, when):
            research(api, contact_id)

        cloud.clock.advance(minutes=HOLD_LASTS)
        cloud.invoke("credits_sweep", {})

        used, held = spent(api)
        assert held == 0
        assert used <= 1

    def test_after_the_hold_has_expired_are_repaired_too(
        self, api: Api, cloud: Cloud, site: Website
    ) -> None:
        contact_id = a_contact(api, site)
        with cloud.wire.crash_at(CALLS, "before"):
            research(api, contact_id, headers=KEY)
        cloud.clock.advance(minutes=HOLD_LASTS)
        cloud.invoke("credits_sweep", {})

        answer = research(api, contact_id, headers=KEY)

        assert answer.status == 200
        assert spent(api) == (1, 0)
