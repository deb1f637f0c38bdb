"""Mailboxes and pools through the API: servers and passwords, changes, checks, health."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock
from outrider.mailboxes.repository import MailboxRepository, Outcome
from outrider.mailboxes.wiring import health_reviews, inboxes, mailbox_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched
from tests.integration.running_workflows import a_lead, a_workflow, run
from tests.integration.test_triggers import running

NEW = {"email": "ada@example.com", "first_name": "Ada"}


def repository(api: Api, workspace: str = "acme") -> MailboxRepository:
    return mailbox_repository(WorkspaceId(api.workspace(workspace).id))


def counted(api: Api, mailbox_id: str, *, sent: int, days_ago: int = 0, **counts: int) -> None:
    """What became of mails of a day, as the engine and feedback count it."""
    mailboxes, today = repository(api), clock.now().date() - timedelta(days=days_ago)
    for _ in range(sent):
        mailboxes.table.write(mailboxes.take_action(mailbox_id, today, 1_000_000, 1))
    names: dict[Outcome, int] = {"bounced": 0, "complained": 0, "refused": 0} | counts  # type: ignore[assignment]
    for name, count in names.items():
        for _ in range(count):
            mailboxes.table.write(mailboxes.record_action(mailbox_id, today, name))


def events(cloud: Cloud, api: Api) -> list[dict[str, Any]]:
    cloud.drain()
    answer = api.get("/v1/events?type=mailbox.health_changed").json
    return [event["data"] for event in answer["data"]]


def recovered(api: Api, cloud: Cloud) -> None:
    """Have a week go by since too many emails of the only mailbox bounced."""
    (mailbox,) = api.get("/v1/mailboxes").json["data"]
    counted(api, mailbox["id"], sent=100, bounced=10)
    health_reviews(Caller.engine(api.workspace().id)).review(mailbox["id"])
    cloud.run(days=8)
    assert api.get(f"/v1/mailboxes/{mailbox['id']}").json["health"] == "failing"


class TestMailbox:
    def test_shows_its_warm_up_and_what_is_left_of_its_day(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, warmed=False, daily_cap=105)
        mailboxes = repository(api)
        found = mailboxes.get(mailbox["id"])
        assert found is not None
        yesterday = clock.to_text(clock.now() - timedelta(days=1))
        days = {"sending_days": 10, "day_began_at": yesterday, "version": 2}
        mailboxes.change(found, found.model_copy(update=days))
        counted(api, mailbox["id"], sent=3)

        shown = api.get(f"/v1/mailboxes/{mailbox['id']}").json

        assert shown["warmup"] == {"day": 11, "days": 21, "finished": False}
        assert (shown["cap_today"], shown["used_today"]) == (55, 3)
        assert api.get("/v1/mailboxes").json["data"] == [shown]

    def test_pauses_with_a_reason_until_it_is_active_again(self, api: Api) -> None:
        path = f"/v1/mailboxes/{a_mailbox(api)['id']}"

        paused = api.patch(path, {"status": "paused", "paused_reason": "On holiday"}).json
        active = api.patch(path, {"status": "active"}).json

        assert (paused["status"], paused["paused_reason"]) == ("paused", "On holiday")
        assert (active["status"], active["paused_reason"]) == ("active", None)

    def test_is_changed_at_the_version_asked_for(self, api: Api) -> None:
        path = f"/v1/mailboxes/{a_mailbox(api)['id']}"

        first = api.patch(path, {"daily_cap": 7}, headers={"if-match": '"1"'})
        second = api.patch(path, {"daily_cap": 8}, headers={"if-match": '"1"'})

        assert (first.status, first.json["daily_cap"], first.json["version"]) == (200, 7, 2)
        assert second.status == 412

    def test_leaves_its_address_when_it_is_deleted(self, api: Api) -> None:
        mailbox = a_mailbox(api, email="Ada@acme.com")
        workspace = api.workspace().id
        assert inboxes().find("ada@acme.com") == [(workspace, mailbox["id"])]

        deleted = api.delete(f"/v1/mailboxes/{mailbox['id']}")

        assert deleted.json == {"id": mailbox["id"], "object": "mailbox", "deleted": True}
        assert api.get(f"/v1/mailboxes/{mailbox['id']}").status == 404
        assert inboxes().find("ada@acme.com") == []
        again = a_mailbox(api, email="Ada@acme.com")
        assert inboxes().find("ada@acme.com") == [(workspace, again["id"])]

    def test_is_found_in_every_workspace_that_has_it(self, api: Api) -> None:
        a_mailbox(api, email="ada@acme.com")
        a_mailbox(api, email="ada@acme.com", mode="test")

        assert [workspace.mode for workspace, _ in inboxes().find("ada@acme.com")] == [
            "live",
            "test",
        ]


class TestPool:
    def test_tells_what_its_mailboxes_may_send(self, api: Api) -> None:
        api.post("/v1/mailbox-pools", {"name": "EU West"})
        first = a_mailbox(api, email="a@acme.com", mailbox_pool="pool_eu_west", daily_cap=10)
        a_mailbox(api, email="b@acme.com", mailbox_pool="pool_eu_west", daily_cap=50, warmed=False)
        paused = a_mailbox(api, email="c@acme.com", mailbox_pool="pool_eu_west")
        api.patch(f"/v1/mailboxes/{paused['id']}", {"status": "paused"})
        counted(api, first["id"], sent=4)

        pool = api.get("/v1/mailbox-pools/pool_eu_west").json

        assert (pool["capacity_today"], pool["left_today"], pool["warmed"]) == (15, 11, True)
        assert pool["mailboxes"] == {
            "total": 3,
            "sending": 2,
            "paused": 1,
            "warmed": 2,
            "healthy": 3,
            "degraded": 0,
            "failing": 0,
        }
        listed = api.get("/v1/mailbox-pools").json["data"]
        assert [each["id"] for each in listed] == ["pool_default", "pool_eu_west"]
        assert listed[1] == pool

    def test_with_mailboxes_is_not_deleted(self, api: Api) -> None:
        api.post("/v1/mailbox-pools", {"id": "pool_x", "name": "X"})
        mailbox = a_mailbox(api, mailbox_pool="pool_x")

        refused = api.delete("/v1/mailbox-pools/pool_x")
        moved = api.patch(f"/v1/mailboxes/{mailbox['id']}", {"mailbox_pool": "pool_default"})
        deleted = api.delete("/v1/mailbox-pools/pool_x")

        assert (refused.status, mailbox["id"] in refused.json["detail"]) == (409, True)
        assert moved.json["mailbox_pool"] == "pool_default"
        assert deleted.status == 200

    def test_that_is_not_there_takes_no_mailbox(self, api: Api) -> None:
        mailbox = a_mailbox(api)

        created = api.post("/v1/mailboxes", {"email": "b@acme.com", "mailbox_pool": "pool_x"})
        moved = api.patch(f"/v1/mailboxes/{mailbox['id']}", {"mailbox_pool": "pool_x"})

        pointers = [answer.json["errors"][0]["pointer"] for answer in (created, moved)]
        assert pointers == ["/mailbox_pool", "/mailbox_pool"]

    def test_a_workspace_has_only_so_many(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("outrider.mailboxes.pools.repository.MAX_POOLS", 2)
        api.post("/v1/mailbox-pools", {"id": "pool_x", "name": "X"})
        taken = api.post("/v1/mailbox-pools", {"id": "pool_x", "name": "X"})
        api.post("/v1/mailbox-pools", {"id": "pool_y", "name": "Y"})

        refused = api.post("/v1/mailbox-pools", {"id": "pool_z", "name": "Z"})
        api.delete("/v1/mailbox-pools/pool_x")
        api.delete("/v1/mailbox-pools/pool_x")
        again = api.post("/v1/mailbox-pools", {"id": "pool_z", "name": "Z"})
        beyond = api.post("/v1/mailbox-pools", {"id": "pool_x", "name": "X"})

        statuses = [each.status for each in (taken, refused, again, beyond)]
        assert statuses == [409, 409, 201, 409]
        assert "2 mailbox pools" in refused.json["detail"]

    @pytest.mark.parametrize("pool", ["pool_default", "pool_x"])
    def test_takes_so_many_mailboxes(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, pool: str
    ) -> None:
        for name in ("pool_x", "pool_y"):
            api.post("/v1/mailbox-pools", {"id": name, "name": name})
        outside = a_mailbox(api, email="out@acme.com", mailbox_pool="pool_y")
        monkeypatch.setattr("outrider.mailboxes.pools.repository.MAX_MAILBOXES", 2)
        first, _ = (a_mailbox(api, email=f"{each}@acme.com", mailbox_pool=pool) for each in "ab")

        added = api.post("/v1/mailboxes", {"email": "c@acme.com", "mailbox_pool": pool})
        moved = api.patch(f"/v1/mailboxes/{outside['id']}", {"mailbox_pool": pool})
        api.patch(f"/v1/mailboxes/{first['id']}", {"mailbox_pool": "pool_y"})
        again = api.patch(f"/v1/mailboxes/{outside['id']}", {"mailbox_pool": pool})

        assert (added.status, moved.status, again.status) == (409, 409, 200)
        assert pool in added.json["detail"]
        assert api.get(f"/v1/mailbox-pools/{pool}").json["mailboxes"]["total"] == 2

    def test_the_default_one_is_always_there(self, api: Api) -> None:
        (pool,) = api.get("/v1/mailbox-pools").json["data"]
        renamed = api.patch("/v1/mailbox-pools/pool_default", {"name": "Ours"})
        a_mailbox(api)

        assert (pool["id"], pool["mailboxes"]["total"]) == ("pool_default", 0)
        assert renamed.json["name"] == "Ours"
        assert api.get("/v1/mailbox-pools/pool_default").json["name"] == "Ours"
        assert api.delete("/v1/mailbox-pools/pool_default").status == 409

    def test_begins_with_what_the_ramp_allows(self, api: Api, cloud: Cloud) -> None:
        launched(api, 30, steps=(STEP_ONE,), mailbox={"warmed": False, "daily_cap": 50})
        sent = []
        for hours in (1, 18, 7):
            cloud.run(hours=hours)
            sent.append(len(cloud.mails()))

        assert sent == [5, 5, 12]
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        assert mailbox["warmup"]["day"] == 2


class TestHealth:
    def test_changes_once_and_recovers_as_days_go_by(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)
        counted(api, mailbox["id"], sent=100, bounced=10)
        caller = Caller.engine(api.workspace().id)
        reviews = health_reviews(caller)

        reviews.review(mailbox["id"])
        reviews.review(mailbox["id"])
        failing = api.get(f"/v1/mailboxes/{mailbox['id']}").json
        cloud.run(days=7)
        mailboxes = repository(api)
        seen = reviews.seen_again(mailboxes.of_pool("pool_default"))

        assert (failing["health"], failing["health_reasons"]) == ("failing", ["bounce_rate"])
        assert [each.health for each in seen] == ["healthy"]
        assert [each["health"] for each in events(cloud, api)] == ["failing", "healthy"]

    def test_bad_rates_hold_a_campaign_up_until_they_are_over(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE,))
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        counted(api, mailbox["id"], days_ago=6, sent=100, bounced=10)
        health_reviews(Caller.engine(api.workspace().id)).review(mailbox["id"])

        cloud.run(hours=14)
        before = len(cloud.mails())
        cloud.run(hours=3)

        assert (before, len(cloud.mails())) == (0, 1)

    @pytest.mark.parametrize("base", ["/v1", "/api/v1"])
    def test_rates_that_are_over_delay_nobody_who_is_triggered(
        self, api: Api, cloud: Cloud, base: str
    ) -> None:
        campaign = running(api, keep_running=True)
        recovered(api, cloud)

        answer = api.post(f"{base}/campaigns/{campaign}/trigger", NEW)
        cloud.drain()

        assert answer.status == 200, answer.text
        assert [mail.recipients for mail in cloud.mails()] == [[NEW["email"]]]
        assert [each["health"] for each in events(cloud, api)] == ["failing", "healthy"]

    def test_rates_that_are_over_delay_nobody_who_is_resumed(self, api: Api, cloud: Cloud) -> None:
        (contact_id,) = launched(api).contact_ids
        (enrollment,) = api.get(f"/v1/enrollments?contact_id={contact_id}").json["data"]
        path = f"/v1/enrollments/{enrollment['id']}"
        api.post(f"{path}/pause")
        recovered(api, cloud)

        answer = api.post(f"{path}/resume")
        cloud.drain()

        assert answer.status == 200, answer.text
        assert len(cloud.mails()) == 1

    def test_rates_that_are_over_delay_no_lead_that_is_approved(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api)
        workflow = a_workflow(api, "contact")
        lead = a_lead(api, workflow, **NEW)
        run(api, workflow)
        cloud.run(hours=1)
        recovered(api, cloud)

        answer = api.post(f"/v1/leads/{lead}/approve")
        cloud.drain()

        assert answer.status == 200, answer.text
        assert [mail.recipients for mail in cloud.mails()] == [[NEW["email"]]]

    def test_review_dies_anywhere_and_tells_once(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)
        counted(api, mailbox["id"], sent=100, complained=3)
        reviews = health_reviews(Caller.engine(api.workspace().id))

        for number in (1, 2):
            with cloud.wire.crash_at(number, "after"):
                reviews.review(mailbox["id"])
        reviews.review(mailbox["id"])

        assert len(events(cloud, api)) == 1


class TestDeliverability:
    def test_tells_rates_with_their_denominators_and_what_to_do(self, api: Api) -> None:
        mailbox = a_mailbox(api)
        counted(api, mailbox["id"], sent=203, bounced=4, complained=1, refused=3)

        report = api.get("/v1/deliverability").json

        (shown,) = report["mailboxes"]
        assert shown["results"] == {
            "sent": 200,
            "refused": 3,
            "bounced": {"numerator": 4, "denominator": 200, "value": 0.02},
            "complained": {"numerator": 1, "denominator": 200, "value": 0.005},
        }
        assert shown["to_do"] == [f"Check it: POST /v1/mailboxes/{mailbox['id']}/check"]
        (pool,) = report["pools"]
        assert (pool["results"], pool["sending"]) == (shown["results"], 1)
