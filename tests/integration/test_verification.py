"""POST /v1/contacts/{id}/verify: what is found out about an address is kept with the contact."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from outrider.contacts.verification import wiring
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.nameserver import Zone, nameserver

MAIL: Zone = {("acme.com", "MX"): ["10 mx.acme.com."]}


@contextmanager
def dns(cloud: Cloud, zone: Zone) -> Iterator[None]:
    with nameserver(zone) as server, cloud.environment(DNS_SERVER=server):
        yield


def created(api: Api, email: str = "ada@acme.com", **options: Any) -> dict[str, Any]:
    contact: dict[str, Any] = api.post("/v1/contacts", {"email": email}, **options).json
    return contact


class TestVerify:
    def test_keeps_the_verdict_with_the_contact(self, api: Api, cloud: Cloud) -> None:
        contact = created(api)

        with dns(cloud, MAIL):
            answer = api.post(f"/v1/contacts/{contact['id']}/verify")

        assert answer.status == 200
        assert (answer.json["verified"], answer.json["version"]) == (True, 2)
        assert answer.json["verification"] == {
            "verdict": "valid",
            "checked_at": answer.json["updated_at"],
            "reasons": [],
        }
        assert api.get(f"/v1/contacts/{contact['id']}").json == answer.json

    @pytest.mark.parametrize(
        ("email", "zone", "found"),
        [
            ("info@acme.com", MAIL, ("risky", "role")),
            ("ada@acme.com", {("acme.com", "A"): ["8.8.8.8"]}, ("risky", "no_mx")),
            ("ada@acme.com", {}, ("invalid", "no_such_domain")),
            ("ada@acme.com", {("acme.com", "MX"): ["0 ."]}, ("invalid", "refuses_mail")),
            ("ada@acme.com", {("acme.com", "MX"): "SERVFAIL"}, ("unknown", "dns_unanswered")),
            ("ada@valid.outrider.test", {}, ("invalid", "reserved_domain")),
        ],
    )
    def test_says_why_it_is_not_valid(
        self, api: Api, cloud: Cloud, email: str, zone: Zone, found: tuple[str, str]
    ) -> None:
        contact = created(api, email)

        with dns(cloud, zone):
            after = api.post(f"/v1/contacts/{contact['id']}/verify").json

        verdict, reason = found
        assert (after["verified"], after["verification"]["verdict"]) == (False, verdict)
        assert after["verification"]["reasons"] == [reason]

    def test_takes_a_verdict_back_that_no_longer_holds(self, api: Api, cloud: Cloud) -> None:
        contact = created(api)
        with dns(cloud, MAIL):
            api.post(f"/v1/contacts/{contact['id']}/verify")

        with dns(cloud, {("acme.com", "MX"): "SERVFAIL"}):
            after = api.post(f"/v1/contacts/{contact['id']}/verify").json

        assert (after["verified"], after["verification"]["verdict"]) == (False, "unknown")

    def test_says_so_in_the_feed(self, api: Api, cloud: Cloud) -> None:
        contact = created(api)

        with dns(cloud, MAIL):
            api.post(f"/v1/contacts/{contact['id']}/verify")
        cloud.drain()

        (event,) = api.get("/v1/events?type=contact.updated").json["data"]
        assert event["data"] == {
            "contact_id": contact["id"],
            "changed": ["verification", "verified"],
        }

    def test_another_address_needs_another_check(self, api: Api, cloud: Cloud) -> None:
        contact = created(api)
        with dns(cloud, MAIL):
            api.post(f"/v1/contacts/{contact['id']}/verify")

        after = api.patch(f"/v1/contacts/{contact['id']}", {"email": "ada@acme.example"}).json

        assert (after["verified"], after["verification"]) == (False, None)


class TestVerifyWhileTheContactChanges:
    """Between reading the contact and keeping the verdict lies the time that DNS takes."""

    @pytest.fixture
    def path(self, api: Api) -> str:
        return f"/v1/contacts/{created(api)['id']}"

    @pytest.fixture
    def meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Answer]], None]:
        def set_up(change: Callable[[], Answer]) -> None:
            def look_up(*_: object) -> str:
                change()
                return "mx"

            monkeypatch.setattr(wiring, "look_up", look_up)

        return set_up

    def test_keeps_other_changes(self, api: Api, path: str, meanwhile: Any) -> None:
        meanwhile(lambda: api.patch(path, {"title": "CTO"}))

        answer = api.post(f"{path}/verify")

        assert (answer.json["verified"], answer.json["title"]) == (True, "CTO")

    def test_does_not_vouch_for_another_address(self, api: Api, path: str, meanwhile: Any) -> None:
        meanwhile(lambda: api.patch(path, {"email": "ada@acme.example"}))

        answer = api.post(f"{path}/verify")

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert api.get(path).json["verified"] is False

    def test_finds_no_contact_that_was_deleted(self, api: Api, path: str, meanwhile: Any) -> None:
        meanwhile(lambda: api.delete(path))

        answer = api.post(f"{path}/verify")

        assert (answer.status, answer.json["code"]) == (404, "RESOURCE_NOT_FOUND")


class TestVerifyWithATestKey:
    @pytest.mark.parametrize("verdict", ["valid", "risky", "invalid", "unknown"])
    def test_answers_what_the_address_asks_for(self, api: Api, verdict: str) -> None:
        contact = created(api, f"ada@{verdict}.outrider.test", mode="test")

        after = api.post(f"/v1/contacts/{contact['id']}/verify", mode="test").json

        assert (after["verified"], after["verification"]["verdict"]) == (
            verdict == "valid",
            verdict,
        )
        assert after["verification"]["reasons"] == ["simulated"]

    @pytest.mark.parametrize(
        ("email", "reasons"),
        [
            ("ada@acme.com", ["dns_not_asked"]),
            ("info@mailinator.com", ["disposable", "role", "dns_not_asked"]),
        ],
    )
    def test_asks_no_name_server(
        self, api: Api, cloud: Cloud, email: str, reasons: list[str]
    ) -> None:
        contact = created(api, email, mode="test")

        with dns(cloud, MAIL):
            after = api.post(f"/v1/contacts/{contact['id']}/verify", mode="test").json

        assert after["verification"]["verdict"] == "unknown"
        assert after["verification"]["reasons"] == reasons
