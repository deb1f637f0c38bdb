"""Suppressions: what is on the list gets no mail, whoever the contact is, whenever it was added."""

from typing import Any

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, some_contacts, status

ADA = "ada@example.com"


def suppress(api: Api, reason: str = "manual", **what: Any) -> dict[str, Any]:
    answer = api.post("/v1/suppressions", {"reason": reason, **what})
    assert answer.status in (200, 201), answer.text
    created: dict[str, Any] = answer.json
    return created


def batch(api: Api, *rows: dict[str, Any]) -> Answer:
    return api.post("/v1/suppressions", {"suppressions": list(rows)})


def row(address: str, **fields: Any) -> dict[str, Any]:
    return {"address": address, "reason": "imported", **fields}


def results(answer: Answer) -> list[str]:
    return [row["result"] for row in answer.json["results"]]


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = api.get(f"/v1/suppressions{query}").json["data"]
    return data


def published(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    """The data of all events of this name, in the order of the bus."""
    cloud.drain()
    return [
        event["detail"]["data"] for event in cloud.bus.published if event["detail-type"] == name
    ]


class TestAdd:
    def test_gives_the_suppression_as_it_is_listed(self, api: Api) -> None:
        created = suppress(api, "unsubscribed", address="Ada.L@EXAMPLE.com", evidence="By phone")

        assert created == {
            "id": created["id"],
            "object": "suppression",
            "kind": "address",
            "address": "Ada.L@example.com",
            "domain": None,
            "reason": "unsubscribed",
            "evidence": "By phone",
            "created_at": "2026-03-02T09:00:00.001Z",
        }
        assert listed(api) == [created]

    @pytest.mark.parametrize(
        ("written", "domain"),
        [
            ("Example.COM", "example.com"),
            (" mail.example.com ", "mail.example.com"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
        ],
    )
    def test_writes_a_domain_in_lower_case_ascii(self, api: Api, written: str, domain: str) -> None:
        created = suppress(api, domain=written)

        assert (created["kind"], created["domain"]) == ("domain", domain)

    def test_says_more_of_an_address_that_only_came_back(self, api: Api) -> None:
        for reason in ("bounced", "unsubscribed", "bounced"):
            suppress(api, reason, address=ADA)

        (found,) = api.get("/v1/suppressions").json["data"]
        assert found["reason"] == "unsubscribed"

    def test_keeps_the_first_when_the_same_comes_again(self, api: Api, cloud: Cloud) -> None:
        first = suppress(api, "complained", address=ADA, evidence="Feedback loop")

        with cloud.writes() as written:
            again = suppress(api, "manual", address="ada@EXAMPLE.com", evidence="Something else")

        assert (again, written) == (first, [])

    def test_tells_the_world_once_and_without_the_address(self, api: Api, cloud: Cloud) -> None:
        created = suppress(api, "bounced", address=ADA, evidence="550 no such user")
        suppress(api, "bounced", address=ADA)

        assert published(cloud, "contact.suppressed") == [
            {"suppression_id": created["id"], "kind": "address", "reason": "bounced"}
        ]

    def test_gives_the_same_address_another_id_in_another_workspace(self, api: Api) -> None:
        body = {"address": ADA, "reason": "manual"}

        answers = [
            api.post("/v1/suppressions", body),
            api.post("/v1/suppressions", body, mode="test"),
            api.post("/v1/suppressions", body, workspace="globex"),
        ]

        assert len({answer.json["id"] for answer in answers}) == 3

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({}, ""),
            ({"address": ADA, "domain": "example.com"}, ""),
            ({"address": "ada"}, "/address"),
            ({"address": "ada@localhost"}, "/address"),
            ({"domain": ""}, "/domain"),
            ({"domain": "localhost"}, "/domain"),
            ({"domain": "@example.com"}, "/domain"),
            ({"domain": ADA}, "/domain"),
            ({"domain": "*.example.com"}, "/domain"),
            ({"domain": "192.0.2.1"}, "/domain"),
            ({"address": ADA, "reason": "asked to stop"}, "/reason"),
            ({"address": ADA, "reason": None}, "/reason"),
            ({"address": ADA, "evidence": "x" * 1_001}, "/evidence"),
            ({"address": ADA, "id": "sup_1"}, "/id"),
        ],
    )
    def test_points_at_what_is_wrong(self, api: Api, fields: dict[str, Any], pointer: str) -> None:
        answer = api.post("/v1/suppressions", {"reason": "manual", **fields})

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


class TestAddMany:
    def test_gives_a_result_for_each_row_and_loses_none_to_a_bad_one(self, api: Api) -> None:
        existing = suppress(api, "complained", address=ADA)

        answer = batch(
            api,
            row("new@example.com"),
            row("nonsense"),
            row(ADA),
            {"domain": "example.net", "reason": "manual"},
            row("new@EXAMPLE.com", reason="bounced"),
            {"address": "x@example.com"},
            row("y@example.com", surprise=1),
            {},
        )

        assert answer.status == 201
        assert results(answer) == [
            "created", "failed", "unchanged", "created", "unchanged", "failed", "failed", "failed",
        ]  # fmt: skip
        assert answer.json["counts"] == {"created": 2, "unchanged": 2, "failed": 4}
        rows = answer.json["results"]
        assert [each["index"] for each in rows] == list(range(8))
        assert rows[2]["id"] == existing["id"]
        assert rows[4]["id"] == rows[0]["id"]
        assert "/reason" in rows[5]["detail"]
        assert "/surprise" in rows[6]["detail"]
        reasons = {each["address"]: each["reason"] for each in listed(api, "?kind=address")}
        assert reasons == {ADA: "complained", "new@example.com": "imported"}

    def test_tells_the_world_of_each_that_is_new(self, api: Api, cloud: Cloud) -> None:
        suppress(api, address=ADA)

        answer = batch(api, row(ADA), row("b@example.com"), row("c@example.com"))

        made = {each["id"] for each in answer.json["results"] if each["result"] == "created"}
        events = published(cloud, "contact.suppressed")
        assert {event["suppression_id"] for event in events[1:]} == made
        assert len(events) == 3

    def test_takes_a_thousand_rows(self, api: Api) -> None:
        rows = [row(f"ada{number}@example.com", evidence="x" * 1_000) for number in range(1_000)]

        answer = batch(api, *rows)

        assert answer.json["counts"] == {"created": 1_000, "unchanged": 0, "failed": 0}

    def test_refuses_more_rows_than_that(self, api: Api) -> None:
        answer = batch(api, *[row(ADA)] * 1_001)

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/suppressions")

    def test_is_repeated_without_doubles_after_a_crash(self, api: Api, cloud: Cloud) -> None:
        rows = [row(f"ada{number}@example.com") for number in range(120)]
        api.workspace()

        with cloud.wire.crash_at(2, "after") as crashed:
            batch(api, *rows)
        answer = batch(api, *rows)

        assert crashed()
        assert set(results(answer)) <= {"created", "unchanged"}
        assert len(published(cloud, "contact.suppressed")) == 120


class TestList:
    def test_pages_through_all_without_repeats(self, api: Api) -> None:
        rows = [row(f"ada{number}@example.com") for number in range(120)]
        made = [each["id"] for each in batch(api, *rows).json["results"]]

        found: list[str] = []
        path = "/v1/suppressions?limit=50"
        while path:
            page = api.get(path).json
            found += [each["id"] for each in page["data"]]
            cursor = page["next_cursor"]
            path = f"/v1/suppressions?limit=50&cursor={cursor}" if page["has_more"] else ""

        assert found == sorted(made)

    def test_filters_by_kind(self, api: Api) -> None:
        address, domain = suppress(api, address=ADA), suppress(api, domain="example.net")

        assert listed(api, "?kind=address") == [address]
        assert listed(api, "?kind=domain") == [domain]
        assert api.get("/v1/suppressions?kind=contact").status == 422

    def test_is_not_shown_among_contacts(self, api: Api) -> None:
        suppress(api, address=ADA)

        assert api.get("/v1/contacts").json["data"] == []


class TestRemove:
    def test_lifts_the_suppression_without_an_event(self, api: Api, cloud: Cloud) -> None:
        created = suppress(api, address=ADA)
        cloud.drain()
        before = len(cloud.bus.published)

        answer = api.delete(f"/v1/suppressions/{created['id']}")

        cloud.drain()
        assert answer.json == {"id": created["id"], "object": "suppression", "deleted": True}
        assert api.delete(f"/v1/suppressions/{created['id']}").status == 404
        assert (listed(api), len(cloud.bus.published)) == ([], before)

    def test_lets_it_be_added_anew_under_the_same_id(self, api: Api, cloud: Cloud) -> None:
        first = suppress(api, "bounced", address=ADA)
        api.delete(f"/v1/suppressions/{first['id']}")

        second = suppress(api, "complained", address=ADA)

        assert (second["id"], second["reason"]) == (first["id"], "complained")
        assert len(published(cloud, "contact.suppressed")) == 2

    def test_of_a_contact_lifts_none(self, api: Api, cloud: Cloud) -> None:
        contact = api.post("/v1/contacts", {"email": "ada0@example.com"}).json["id"]
        suppression = suppress(api, "unsubscribed", address="ada0@example.com")

        api.delete(f"/v1/contacts/{contact}")
        cloud.drain()
        launched(api, contacts=2)
        cloud.run(hours=1)

        assert listed(api) == [suppression]
        assert {each for mail in cloud.mails() for each in mail.recipients} == {"ada1@example.com"}


class TestSending:
    def test_never_writes_to_a_suppressed_address(self, api: Api, cloud: Cloud) -> None:
        launched(api, contacts=2)  # a launch would have left them out
        suppress(api, address="ADA0@EXAMPLE.com")

        cloud.run(hours=1)

        assert [mail.recipients for mail in cloud.mails()] == [["ada1@example.com"]]
        (skipped,) = published(cloud, "email.skipped")
        assert skipped["reason"] == "suppressed_address"

    def test_never_writes_to_a_suppressed_domain(self, api: Api, cloud: Cloud) -> None:
        suppress(api, domain="Example.com")
        a_mailbox(api)
        other = api.post("/v1/contacts", {"email": "ada@other.example", "first_name": "Ada"}).json
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]
        audience = [*some_contacts(api, 2), other["id"]]
        api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": audience})

        cloud.run(hours=3)

        assert [mail.recipients for mail in cloud.mails()] == [["ada@other.example"]]

    @pytest.mark.parametrize(
        "what", [{"address": "ada0@example.com"}, {"domain": "example.com"}], ids=str
    )
    def test_heeds_what_is_added_between_launch_and_sending(
        self, api: Api, cloud: Cloud, what: dict[str, str]
    ) -> None:
        campaign = launched(api)
        suppress(api, **what)

        cloud.run(hours=3)

        assert cloud.mails() == []
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    @pytest.mark.parametrize(
        "what", [{"address": "ada0@example.com"}, {"domain": "example.com"}], ids=str
    )
    def test_heeds_what_is_added_between_two_steps(
        self, api: Api, cloud: Cloud, what: dict[str, str]
    ) -> None:
        launched(api)
        cloud.run(hours=1)
        suppress(api, **what)

        cloud.run(hours=4)

        assert len(cloud.mails()) == 1

    def test_takes_a_domain_for_itself_and_not_for_others_like_it(
        self, api: Api, cloud: Cloud
    ) -> None:
        suppress(api, domain="mail.example.com")
        suppress(api, domain="ample.com")
        launched(api)

        cloud.run(hours=1)

        assert len(cloud.mails()) == 1

    def test_writes_again_when_the_suppression_was_removed(self, api: Api, cloud: Cloud) -> None:
        suppression = suppress(api, address="ada0@example.com")
        api.delete(f"/v1/suppressions/{suppression['id']}")
        launched(api)

        cloud.run(hours=1)

        assert len(cloud.mails()) == 1

    def test_heeds_no_suppression_of_others(self, api: Api, cloud: Cloud) -> None:
        body = {"address": "ada0@example.com", "reason": "manual"}
        api.post("/v1/suppressions", body, workspace="globex")
        api.post("/v1/suppressions", body, mode="test")
        launched(api)

        cloud.run(hours=1)

        assert len(cloud.mails()) == 1
