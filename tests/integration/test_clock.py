"""The clock of a campaign: it waits however far, wakes when something comes up earlier, and nothing
that has to wait delays what has not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import (
    STEP_ONE,
    STEP_TWO,
    a_mailbox,
    launched,
    status,
)

SECONDS = 1 / 3_600
A_WEEK_LATER = {**STEP_TWO, "wait_before": {"value": 7, "unit": "days"}}
OFFICE = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}


def moments(cloud: Cloud, hours: float) -> dict[str, datetime]:
    """Let time pass; when each recipient was first written to in it, to the second."""
    found = {mail.recipients[0]: cloud.clock.now for mail in cloud.mails()}
    before = set(found)

    def note() -> None:
        for mail in cloud.mails():
            found.setdefault(mail.recipients[0], cloud.clock.now)

    cloud.run(hours=hours, step=note)
    return {recipient: at for recipient, at in found.items() if recipient not in before}


def change_mailbox(api: Api, email: str, **fields: Any) -> None:
    (found,) = [each for each in api.get("/v1/mailboxes").json["data"] if each["email"] == email]
    assert api.patch(f"/v1/mailboxes/{found['id']}", fields).status == 200


class TestWaiting:
    def test_ten_thousand_campaigns_cost_300_000_transitions_a_month(
        self, api: Api, cloud: Cloud
    ) -> None:
        launched(api, steps=(STEP_ONE, *[A_WEEK_LATER] * 5))
        cloud.run(days=1)
        before = sum(each.transitions for each in cloud.executions.all.values())

        cloud.run(days=30)

        assert len(cloud.mails()) == 5
        transitions = sum(each.transitions for each in cloud.executions.all.values()) - before
        assert transitions * 10_000 <= 300_000

    def test_writes_nothing_meanwhile(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE, {**A_WEEK_LATER, "wait_before": None, "wait_days": 29}))
        cloud.run(hours=1)

        with cloud.writes() as written:
            cloud.run(days=28)

        assert written == []

    def test_a_paused_mailbox_keeps_its_follow_ups_in_their_lane(
        self, api: Api, cloud: Cloud
    ) -> None:
        launched(api, 5)
        cloud.run(hours=1)
        change_mailbox(api, "ada@outrider.test", status="paused")
        cloud.run(hours=3)

        with cloud.writes() as written:
            cloud.run(days=7)

        assert [sk for _, sk in written if sk.startswith("con_")] == []
        assert len(written) < 20


class TestWaking:
    @pytest.mark.parametrize("change", [{"status": "active"}, None])
    def test_at_once_when_a_mailbox_is_resumed_or_added(
        self, api: Api, cloud: Cloud, change: dict[str, Any] | None
    ) -> None:
        launched(api, steps=(STEP_ONE,))
        change_mailbox(api, "ada@outrider.test", status="paused")
        cloud.run(hours=5)
        assert not cloud.mails()

        if change:
            change_mailbox(api, "ada@outrider.test", **change)
        else:
            a_mailbox(api, email="bea@outrider.test")
        cloud.run(hours=10 * SECONDS)

        assert len(cloud.mails()) == 1

    def test_at_once_when_a_cap_is_raised(self, api: Api, cloud: Cloud) -> None:
        launched(api, 3, steps=(STEP_ONE,), mailbox={"daily_cap": 1})
        cloud.run(hours=2)

        change_mailbox(api, "ada@outrider.test", daily_cap=3)
        cloud.run(hours=10 * SECONDS)

        assert len(cloud.mails()) == 3

    def test_at_once_when_a_limit_is_raised(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 3, steps=(STEP_ONE,), settings={"daily_limit": 1})
        cloud.run(hours=2)
        assert len(cloud.mails()) == 1

        api.patch(f"/v1/campaigns/{campaign.campaign_id}", {"settings": {"daily_limit": 3}})
        cloud.run(hours=10 * SECONDS)

        assert len(cloud.mails()) == 3

    def test_for_who_is_triggered_while_it_waits_for_next_week(
        self, api: Api, cloud: Cloud
    ) -> None:
        soon = {**STEP_TWO, "wait_before": {"value": 30, "unit": "minutes"}}
        campaign = launched(api, steps=(STEP_ONE, A_WEEK_LATER, soon))
        cloud.run(hours=2)

        new = {"email": "new@example.com", "first_name": "New"}
        api.post(f"/v1/campaigns/{campaign.campaign_id}/trigger", new)
        written_to = moments(cloud, hours=0.1)

        assert set(written_to) == {"new@example.com"}

    @pytest.mark.parametrize("base", ["/v1", "/api/v1"])
    def test_once_for_many(self, api: Api, cloud: Cloud, base: str) -> None:
        campaign = launched(api, steps=(STEP_ONE, A_WEEK_LATER))
        cloud.run(hours=1)
        before = len(cloud.executions.all)

        for number in range(5):
            new = {"email": f"new{number}@example.com", "first_name": "New"}
            api.post(f"{base}/campaigns/{campaign.campaign_id}/trigger", new)
        cloud.run(hours=0.5)

        assert len(cloud.mails()) == 6
        assert len(cloud.executions.all) == before + 1

    def test_looks_again_for_what_the_index_does_not_show_yet(self, api: Api, cloud: Cloud) -> None:
        soon = {**STEP_TWO, "wait_before": {"value": 1, "unit": "minutes"}}
        launched(api, steps=(STEP_ONE, soon))

        with cloud.indexes.behind(minutes=3):
            cloud.run(hours=0.25)

        assert len(cloud.mails()) == 2


class TestCompleting:
    def test_within_seconds_of_the_last_end(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 3, steps=(STEP_ONE,))

        cloud.run(hours=15 * SECONDS)

        assert status(api, campaign.campaign_id)["status"] == "completed"

    def test_within_seconds_of_an_end_by_a_person(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 1, steps=(STEP_ONE, A_WEEK_LATER))
        cloud.run(hours=2)
        (enrollment,) = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"]

        api.post(f"/v1/enrollments/{enrollment['id']}/stop")
        cloud.run(hours=15 * SECONDS)

        assert status(api, campaign.campaign_id)["status"] == "completed"


class TestFairness:
    @pytest.mark.parametrize("blocked", [1, 60])
    def test_follow_ups_of_a_paused_mailbox_delay_nobody(
        self, api: Api, cloud: Cloud, blocked: int
    ) -> None:
        a_mailbox(api, email="b@outrider.test", min_gap_seconds=60)
        change_mailbox(api, "b@outrider.test", status="paused")
        campaign = launched(
            api, blocked, mailbox={"email": "a@outrider.test"}, settings={"keep_running": True}
        )
        cloud.run(hours=1.4)
        assert len(cloud.mails()) == blocked
        change_mailbox(api, "a@outrider.test", status="paused")
        change_mailbox(api, "b@outrider.test", status="active")
        for number in range(100):
            new = {"email": f"new{number}@example.com", "first_name": "New"}
            api.post(f"/v1/campaigns/{campaign.campaign_id}/trigger", new)

        written_to = moments(cloud, hours=2)

        # A gap of 60 s, each up to a fourth longer: 100 mails take at most 125 minutes.
        assert len(written_to) >= 95

    def test_closed_windows_delay_nobody(self, api: Api, cloud: Cloud) -> None:
        cloud.clock.set(datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
        a_mailbox(api, min_gap_seconds=60)
        rows = [
            {"email": f"jp{n}@example.com", "first_name": "J", "timezone": "Asia/Tokyo"}
            for n in range(1_500)
        ]
        for at in range(0, len(rows), 250):
            api.post("/v1/contacts", {"contacts": rows[at : at + 250]})
        cloud.clock.advance(seconds=1)
        berlin = {"first_name": "D", "timezone": "Europe/Berlin"}
        contacts = [{"email": f"de{n}@example.com", **berlin} for n in range(10)]
        api.post("/v1/contacts", {"contacts": contacts})
        body = {"name": "x", "steps": [STEP_ONE], "settings": {"windows": [OFFICE]}}
        sequence = api.post("/v1/sequences", body).json["id"]
        api.post(f"/v1/sequences/{sequence}/launch", {"filter": {}})

        written_to = moments(cloud, hours=0.75)

        opened = datetime(2026, 3, 2, 8, tzinfo=UTC)
        german = [at for recipient, at in written_to.items() if recipient.startswith("de")]
        assert len(german) == 10
        assert max(german) - opened <= timedelta(minutes=14)


class TestUnits:
    def test_are_given_back_by_a_step_that_is_not_sent(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2, steps=(STEP_ONE,), mailbox={"daily_cap": 1})
        names = {"workspace": api.workspace().id, "campaign_id": campaign.campaign_id}
        cloud.invoke("campaigns_dispatch", {**names, "run": 1, "round": 0})
        (job,) = cloud.queue("StepsQueue").messages
        first = json.loads(job.body)["contact_id"]
        (other,) = set(campaign.contact_ids) - {first}
        address = api.get(f"/v1/contacts/{first}").json["email"]
        assert api.post("/v1/suppressions", {"address": address, "reason": "manual"}).status == 201

        cloud.run(hours=1)

        (mail,) = cloud.mails()
        assert mail.recipients == [api.get(f"/v1/contacts/{other}").json["email"]]
