"""How long what a site says is used: as its headers allow, a day at most, and paid once a day."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from outrider.research.site.looking import SiteLookup
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.receivers import Peer, answering
from tests.websites import HTML, Website, website

KEY = {"idempotency-key": "research-1"}
CALLS = 7
"""AWS calls of a research with an Idempotency-Key that asks again what is paid already."""


class Page:
    """A page that may change, with caching headers, and an entity tag that changes with it."""

    site: Website

    def __init__(self) -> None:
        self.title = "Acme"
        self.headers = ""
        self.conditions: list[str] = []
        self.status = "200 OK"

    def __call__(self, peer: Peer) -> None:
        lines = self.site.receiver.requests[-1].decode().split("\r\n")
        asked = [line.partition(": ")[2] for line in lines if line.startswith("If-None-Match: ")]
        self.conditions += asked or ["none"]
        headers = f'{HTML}{self.headers}ETag: "{self.title}"\r\n'
        if f'"{self.title}"' in asked:
            answering("304 Not Modified", b"", headers)(peer)
        else:
            answering(self.status, f"<title>{self.title}</title>".encode(), headers)(peer)


@pytest.fixture
def home(cloud: Cloud) -> Iterator[Page]:
    made = Page()
    with cloud.environment(STAGE="local"), website({"/": made}) as site:
        made.site = site
        yield made


def contacts(api: Api, home: Page, *names: str) -> list[str]:
    """Contacts of one company with this website."""
    company = api.post("/v1/companies", {"name": "Acme", "website": home.site.url}).json["id"]
    bodies = ({"email": f"{name}@acme.example", "company_id": company} for name in names)
    return [str(api.post("/v1/contacts", body).json["id"]) for body in bodies]


def research(api: Api, contact_id: str, body: Any = None, **options: Any) -> Answer:
    return api.post(f"/v1/contacts/{contact_id}/research", body, **options)


def shared(api: Api, cloud: Cloud) -> list[dict[str, Any]]:
    return cloud.items("contacts", f"{api.workspace().id}#site")


def spent(api: Api) -> tuple[int, int]:
    shown = api.get("/v1/credits").json
    return shown["spent"], shown["held"]


class TestFreshPage:
    @pytest.mark.parametrize(
        ("headers", "minutes"),
        [
            ("", 23 * 60),
            ("Cache-Control: private\r\n", 23 * 60),
            ("Cache-Control: max-age=7200\r\n", 119),
            ("Cache-Control: public\r\nCache-Control: max-age=7200\r\n", 119),
            ("Cache-Control: max-age=999999\r\n", 23 * 60),
        ],
    )
    def test_is_not_asked_for_again(
        self, api: Api, cloud: Cloud, home: Page, headers: str, minutes: int
    ) -> None:
        home.headers = headers
        ada, grace = contacts(api, home, "ada", "grace")
        first = research(api, ada).json
        cloud.clock.advance(minutes=minutes)

        answers = [research(api, contact_id) for contact_id in (ada, grace)]

        assert home.site.asked == ["/robots.txt", "/"]
        for answer in answers:
            assert answer.json["researched_at"] == first["researched_at"]
            assert answer.headers["X-Credits-Used"] == "0"


class TestStalePage:
    @pytest.mark.parametrize("headers", ["Cache-Control: max-age=60\r\n", "Expires: 0\r\n"])
    @pytest.mark.parametrize("title", ["Acme", "Acme Rockets"])
    def test_is_asked_whether_it_has_changed_for_no_credit(
        self, api: Api, cloud: Cloud, home: Page, headers: str, title: str
    ) -> None:
        home.headers = headers
        ada, grace = contacts(api, home, "ada", "grace")
        first = research(api, ada).json
        home.title = title
        cloud.clock.advance(minutes=2)

        second = research(api, grace)

        assert second.json["researched_at"] > first["researched_at"]
        assert second.json["company"]["title"] == title
        assert home.conditions == ["none", '"Acme"']
        assert (second.headers["X-Credits-Used"], spent(api)) == ("0", (1, 0))
        statuses = [source["status"] for source in second.json["sources"]]
        assert statuses == [404, 304 if title == "Acme" else 200]

    def test_is_paid_again_after_a_day(self, api: Api, cloud: Cloud, home: Page) -> None:
        home.headers = "Cache-Control: max-age=60\r\n"
        (ada,) = contacts(api, home, "ada")
        research(api, ada)
        for hours in (23, 2):
            cloud.clock.advance(hours=hours)
            research(api, ada)

        assert home.conditions == ["none", '"Acme"', '"Acme"']
        assert spent(api) == (2, 0)

    def test_that_fails_is_answered_and_leaves_what_was_found(
        self, api: Api, cloud: Cloud, home: Page
    ) -> None:
        home.headers = "Cache-Control: no-cache\r\n"
        (ada,) = contacts(api, home, "ada")
        research(api, ada)
        home.title, home.status = "Sorry", "503 Service Unavailable"

        answer = research(api, ada)

        assert (answer.json["outcome"], answer.headers["X-Credits-Used"]) == ("unreachable", "0")
        exported = api.get(f"/v1/contacts/{ada}/export").json["research"]
        assert exported["facts"]["title"] == "Acme"

    def test_leaves_what_was_paid_meanwhile(self, api: Api, cloud: Cloud, home: Page) -> None:
        home.headers = "Cache-Control: no-cache\r\n"
        ada, grace = contacts(api, home, "ada", "grace")
        research(api, ada)
        look = SiteLookup.look

        def meanwhile(*given: Any) -> Any:
            with patch.object(SiteLookup, "look", look):
                cloud.clock.advance(seconds=1)
                research(api, ada, {"refresh": True})
            return look(*given)

        with patch.object(SiteLookup, "look", meanwhile):
            answer = research(api, grace)

        (record,) = shared(api, cloud)
        assert record["paid_at"] == record["findings"]["researched_at"]
        assert (answer.json["outcome"], answer.headers["X-Credits-Used"]) == ("found", "0")
        assert api.get(f"/v1/contacts/{grace}/export").json["research"]["facts"]["title"] == "Acme"


class TestRefresh:
    def test_asks_whether_the_page_has_changed(self, api: Api, home: Page) -> None:
        (ada,) = contacts(api, home, "ada")
        research(api, ada)

        answer = research(api, ada, {"refresh": True})

        assert (answer.json["company"]["title"], answer.json["outcome"]) == ("Acme", "found")
        assert home.conditions == ["none", '"Acme"']
        assert spent(api) == (2, 0)


class TestPageThatMayNotBeStored:
    def test_answers_nobody_else_and_is_paid_once_a_day(
        self, api: Api, cloud: Cloud, home: Page
    ) -> None:
        home.headers = "Cache-Control: no-store\r\n"
        ada, grace = contacts(api, home, "ada", "grace")
        research(api, ada)
        home.title = "Acme Rockets"

        second = research(api, grace)
        again = research(api, ada)

        assert [each.json["company"]["title"] for each in (second, again)] == ["Acme Rockets"] * 2
        assert home.conditions == ["none"] * 3
        assert [set(item) for item in shared(api, cloud)] == [{"pk", "sk", "ttl", "paid_at"}]
        assert spent(api) == (1, 0)

    def test_is_forgotten_for_others_when_it_says_so(
        self, api: Api, cloud: Cloud, home: Page
    ) -> None:
        home.headers = "Cache-Control: max-age=60\r\n"
        (ada,) = contacts(api, home, "ada")
        research(api, ada)
        cloud.clock.advance(minutes=2)
        home.headers = "Cache-Control: no-store\r\n"

        answer = research(api, ada)

        assert answer.json["company"]["title"] == "Acme"
        assert [set(item) for item in shared(api, cloud)] == [{"pk", "sk", "ttl", "paid_at"}]


class TestLeadsOfACompany:
    @pytest.mark.parametrize("control", ["", "no-store", "no-cache", "max-age=60"])
    def test_researched_at_the_same_moment_pay_once(
        self, api: Api, home: Page, control: str
    ) -> None:
        home.headers = f"Cache-Control: {control}\r\n" if control else ""
        names = ("ada", "grace", "alan")
        leads = [
            str(api.post("/v1/leads", {"contact_id": contact_id}).json["id"])
            for contact_id in contacts(api, home, *names)
        ]
        waiting = [*leads]
        answers: list[Answer] = []
        look = SiteLookup.look

        def meanwhile(*given: Any) -> Any:
            """Each look-up lasts until the next lead has been researched."""
            if waiting:
                answers.append(api.post(f"/v1/leads/{waiting.pop()}/research"))
            return look(*given)

        with patch.object(SiteLookup, "look", meanwhile):
            answers.append(api.post(f"/v1/leads/{waiting.pop()}/research"))

        assert [answer.json["outcome"] for answer in answers] == ["found"] * 3
        assert sorted(answer.headers["X-Credits-Used"] for answer in answers) == ["0", "0", "1"]
        assert spent(api) == (1, 0)
        for lead_id in leads:
            assert api.get(f"/v1/leads/{lead_id}/research").json["company"]["title"] == "Acme"


class TestCrashes:
    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS + 1))
    def test_while_it_is_asked_again_cost_nothing(
        self, api: Api, cloud: Cloud, home: Page, number: int, when: When
    ) -> None:
        home.headers = "Cache-Control: no-cache\r\n"
        ada, grace = contacts(api, home, "ada", "grace")
        research(api, ada)
        with cloud.wire.crash_at(number, when) as happened:
            research(api, grace, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = research(api, grace, headers=KEY)

        assert happened() == (number <= CALLS)
        assert (answer.status, answer.json["company"]["title"]) == (200, "Acme")
        assert spent(api) == (1, 0)
