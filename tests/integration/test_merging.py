"""POST /v1/contacts/merge: several contacts become one, and what was said to any of them holds."""

import base64
from typing import Any

import pytest

from outrider.contacts.merging import rules
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import STEP_ONE, launched

CALLS = 4
"""The AWS calls of a merge: meter, contacts, suppressions, transaction."""


def created(api: Api, name: str, **fields: Any) -> str:
    answer = api.post("/v1/contacts", {"email": f"{name}@example.com", **fields})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def merge(api: Api, winner: str, *losers: str, **options: Any) -> Answer:
    body = {"winner_id": winner, "loser_ids": list(losers)}
    return api.post("/v1/contacts/merge", body, **options)


def suppress(api: Api, reason: str, **what: str) -> str:
    return str(api.post("/v1/suppressions", {"reason": reason, **what}).json["id"])


def suppressed(api: Api) -> dict[str, str]:
    listed = api.get("/v1/suppressions").json["data"]
    return {each["address"] or each["domain"]: each["reason"] for each in listed}


def counted(cloud: Cloud, api: Api) -> int:
    shards = cloud.items("contacts", f"{api.workspace().id}#count")
    return sum(shard["contacts"] for shard in shards)


def merged_into(cloud: Cloud, api: Api, contact_id: str) -> list[str]:
    """The contacts that went into this one, as it is stored."""
    items = cloud.items("contacts", api.workspace().id)
    found: list[str] = next(item["merged_ids"] for item in items if item["sk"] == contact_id)
    return found


class TestMerge:
    def test_fills_blanks_from_the_first_loser_that_knows(self, api: Api, cloud: Cloud) -> None:
        winner = created(api, "ada", title="CTO", tags=["a"], custom={"x": 1})
        first = created(api, "ada.l", title="CEO", tags=["b", "a"], custom={"x": 2, "y": 2})
        second = created(api, "lovelace", phone="+44 1", last_name="Lovelace", custom={"y": 3})

        after = merge(api, winner, first, second).json

        assert (after["id"], after["email"], after["version"]) == (winner, "ada@example.com", 2)
        assert (after["title"], after["phone"], after["full_name"]) == ("CTO", "+44 1", "Lovelace")
        assert (after["tags"], after["custom"]) == (["a", "b"], {"x": 1, "y": 2})
        assert after["other_emails"] == ["ada.l@example.com", "lovelace@example.com"]
        assert merged_into(cloud, api, winner) == [first, second]
        assert api.get(f"/v1/contacts/{winner}").json == after

    def test_takes_the_losers_away(self, api: Api, cloud: Cloud) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")

        merge(api, winner, loser)
        cloud.drain()

        assert api.get(f"/v1/contacts/{loser}").status == 404
        assert [each["id"] for each in api.get("/v1/contacts").json["data"]] == [winner]
        assert counted(cloud, api) == 1

    @pytest.mark.parametrize("status", ["unsubscribed", "bounced", "not_interested"])
    def test_keeps_what_is_negative(self, api: Api, status: str) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        api.patch(f"/v1/contacts/{winner}", {"status": "interested"})
        api.patch(f"/v1/contacts/{loser}", {"status": status})

        assert merge(api, winner, loser).json["status"] == status

    def test_says_so_in_the_feed(self, api: Api, cloud: Cloud) -> None:
        winner, loser = created(api, "ada"), created(api, "grace", title="CTO")

        merge(api, winner, loser)
        cloud.drain()

        (merged,) = api.get("/v1/events?type=contact.merged").json["data"]
        (deleted,) = api.get("/v1/events?type=contact.deleted").json["data"]
        assert merged["data"] == {
            "contact_id": winner,
            "merged_ids": [loser],
            "changed": ["other_emails", "title"],
        }
        assert deleted["data"] == {"contact_id": loser, "merged_into": winner}

    def test_again_gives_the_same(self, api: Api) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")

        first, again = merge(api, winner, loser), merge(api, winner, loser)

        assert (again.status, again.json) == (200, first.json)


class TestAddressesOfMergedContacts:
    @pytest.mark.parametrize("drained", [False, True])
    def test_lead_to_the_winner(self, api: Api, cloud: Cloud, drained: bool) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        merge(api, winner, loser)
        if drained:
            cloud.drain()
        body = {"email": "grace@example.com", "title": "Admiral", "upsert": True}

        taken = api.post("/v1/contacts", {"email": "grace@example.com"})
        upserted = api.post("/v1/contacts", body).json
        batch = api.post("/v1/contacts", {"contacts": [{"email": "grace@example.com"}]}).json

        assert (taken.status, winner in taken.json["detail"]) == (409, True)
        assert (upserted["id"], upserted["email"]) == (winner, "ada@example.com")
        assert upserted["title"] == "Admiral"
        assert (batch["results"][0]["result"], batch["results"][0]["id"]) == ("skipped", winner)

    def test_follow_when_the_winner_loses(self, api: Api, cloud: Cloud) -> None:
        first, second, third = (created(api, name) for name in ("ada", "grace", "joan"))
        merge(api, second, third)

        after = merge(api, first, second).json
        cloud.drain()

        assert after["other_emails"] == ["grace@example.com", "joan@example.com"]
        assert merged_into(cloud, api, first) == [second, third]
        taken = api.post("/v1/contacts", {"email": "joan@example.com"})
        assert first in taken.json["detail"]

    def test_can_become_the_address_written_to(self, api: Api) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        merge(api, winner, loser)

        after = api.patch(f"/v1/contacts/{winner}", {"email": "grace@example.com"}).json

        assert (after["email"], after["other_emails"]) == ("grace@example.com", [])
        assert api.post("/v1/contacts", {"email": "ada@example.com"}).status == 201

    def test_go_with_the_winner(self, api: Api, cloud: Cloud) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        merge(api, winner, loser)

        api.delete(f"/v1/contacts/{winner}")
        cloud.drain()

        left = cloud.items("contacts", api.workspace().id)
        assert {item["pk"] for item in left} == {f"{api.workspace().id}#count"}


class TestObjectionsOfMergedContacts:
    @pytest.mark.parametrize("reason", ["unsubscribed", "complained", "manual", "imported"])
    def test_are_the_winners_too(self, api: Api, cloud: Cloud, reason: str) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        source = suppress(api, reason, address="grace@example.com")

        merge(api, winner, loser)
        cloud.drain()

        assert suppressed(api) == {"grace@example.com": reason, "ada@example.com": reason}
        (kept,) = [
            each
            for each in api.get("/v1/suppressions").json["data"]
            if each["address"] == "ada@example.com"
        ]
        assert loser in kept["evidence"]
        assert source in kept["evidence"]
        events = api.get("/v1/events?type=contact.suppressed").json["data"]
        assert [event["data"].get("contact_id") for event in events] == [None, winner]

    def test_may_be_of_their_domain(self, api: Api) -> None:
        winner = created(api, "ada")
        loser = api.post("/v1/contacts", {"email": "grace@navy.example"}).json["id"]
        suppress(api, "complained", domain="navy.example")

        merge(api, winner, loser)

        assert suppressed(api) == {"navy.example": "complained", "ada@example.com": "complained"}

    @pytest.mark.parametrize(
        ("reason", "what"),
        [("bounced", {"address": "grace@navy.example"}), ("manual", {"domain": "navy.example"})],
    )
    def test_are_not_what_concerns_an_address_or_company_alone(
        self, api: Api, reason: str, what: dict[str, str]
    ) -> None:
        winner = created(api, "ada")
        loser = api.post("/v1/contacts", {"email": "grace@navy.example"}).json["id"]
        suppress(api, reason, **what)

        merge(api, winner, loser)

        assert set(suppressed(api)) == set(what.values())

    def test_do_not_take_the_place_of_the_winners_own(self, api: Api) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        suppress(api, "bounced", address="ada@example.com")
        suppress(api, "unsubscribed", address="grace@example.com")

        merge(api, winner, loser)

        assert suppressed(api)["ada@example.com"] == "bounced"

    @pytest.mark.parametrize(("reason", "mails"), [("unsubscribed", 0), ("bounced", 1)])
    def test_hold_when_they_come_later(
        self, api: Api, cloud: Cloud, reason: str, mails: int
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        loser = created(api, "grace")
        merge(api, campaign.contact_ids[0], loser)
        suppress(api, reason, address="grace@example.com")

        cloud.run_campaign(campaign.campaign_id)

        assert len(cloud.mails()) == mails


class TestCampaignsOfMergedContacts:
    def test_write_to_the_loser_no_more(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        (loser,) = campaign.contact_ids
        merge(api, created(api, "grace"), loser)

        cloud.run_campaign(campaign.campaign_id)

        assert cloud.mails() == []
        (ended,) = cloud.items("enrollments", api.workspace().id)
        assert (ended["state"], ended["exit_reason"]) == ("stopped", "contact_deleted")

    def test_write_to_the_winner_once(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=2, steps=(STEP_ONE,))
        winner, loser = campaign.contact_ids
        merge(api, winner, loser)

        cloud.run_campaign(campaign.campaign_id)

        assert [mail.recipients for mail in cloud.mails()] == [["ada0@example.com"]]

    def test_have_their_answers_found(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        cloud.run_campaign(campaign.campaign_id)
        (mail,) = cloud.mails()
        winner = created(api, "grace")
        merge(api, winner, campaign.contact_ids[0])
        cloud.drain()

        raw = f"Message-ID: <1@example.com>\r\nIn-Reply-To: <{mail.message_id}@x>\r\n\r\nYes"
        cloud.invoke("inbound_receive", {"raw_base64": _base64(raw)})

        assert api.get(f"/v1/contacts/{winner}").json["status"] == "replied"


class TestMergeIsRefused:
    def test_for_contacts_that_are_not_there(self, api: Api, cloud: Cloud) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        theirs = api.post("/v1/contacts", {"email": "a@b.example"}, workspace="globex").json["id"]

        with cloud.writes() as written:
            answers = [
                merge(api, winner, loser, theirs),
                merge(api, theirs, loser),
                merge(api, winner, "con_nonsense"),
            ]

        assert {(answer.status, answer.json["code"]) for answer in answers} == {
            (404, "RESOURCE_NOT_FOUND")
        }
        assert written == []

    @pytest.mark.parametrize("losers", [[], ["a", "a"], ["w"], [f"c{n}" for n in range(11)]])
    def test_when_the_losers_are_none_or_named_twice(self, api: Api, losers: list[str]) -> None:
        answer = merge(api, "w", *losers)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")

    def test_at_another_version(self, api: Api) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")

        answers = [merge(api, winner, loser, headers={"if-match": f'"{n}"'}) for n in (2, 1)]

        assert [answer.status for answer in answers] == [412, 200]

    def test_when_the_result_would_be_too_large(self, api: Api) -> None:
        winner = created(api, "ada", tags=[f"a{number}" for number in range(30)])
        loser = created(api, "grace", tags=[f"b{number}" for number in range(21)])

        answer = merge(api, winner, loser)

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/loser_ids")
        assert "51 tags" in answer.json["detail"]


class TestMergeAmongOthers:
    def test_reads_again_what_changed_meanwhile(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        _meanwhile(monkeypatch, lambda: api.patch(f"/v1/contacts/{loser}", {"title": "Admiral"}))

        after = merge(api, winner, loser).json

        assert after["title"] == "Admiral"
        assert counted(cloud, api) == 1

    def test_finds_no_loser_that_was_deleted_meanwhile(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        _meanwhile(monkeypatch, lambda: api.delete(f"/v1/contacts/{loser}"))

        assert merge(api, winner, loser).status == 404
        assert counted(cloud, api) == 1

    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_is_done_whole_or_not_at_all(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        winner, loser = created(api, "ada"), created(api, "grace")
        suppress(api, "unsubscribed", address="grace@example.com")

        with cloud.wire.crash_at(number, when) as crashed:
            merge(api, winner, loser)
        again = merge(api, winner, loser)
        cloud.drain()

        assert crashed()
        assert (again.status, merged_into(cloud, api, winner)) == (200, [loser])
        assert (counted(cloud, api), len(suppressed(api))) == (1, 2)
        assert len(api.get("/v1/events?type=contact.merged").json["data"]) == 1


def _meanwhile(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let `change` happen once, between reading the contacts and merging them."""
    merged, changes = rules.merged, [change]

    def merged_after_change(*args: Any) -> Any:
        if changes:
            changes.pop()()
        return merged(*args)

    monkeypatch.setattr(rules, "merged", merged_after_change)


def _base64(raw: str) -> str:
    return base64.b64encode(raw.encode()).decode()
