"""Launching a campaign that starts at a date."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.kit import clock
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, some_contacts, status

OFFICE = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}


def a_draft(api: Api, **settings: Any) -> str:
    a_mailbox(api)
    body = {"name": "First", "steps": [STEP_ONE, STEP_TWO], "settings": settings}
    return str(api.post("/v1/sequences", body).json["id"])


def later(cloud: Cloud, **delta: float) -> str:
    return clock.to_text(cloud.clock.now + timedelta(**delta))


class TestStartAt:
    def test_holds_every_step_until_then(self, api: Api, cloud: Cloud) -> None:
        sequence, contacts = a_draft(api), some_contacts(api, 2)
        start = later(cloud, days=2)

        body = {"contact_ids": contacts, "start_at": start}
        answer = api.post(f"/v1/sequences/{sequence}/launch", body)
        campaign = answer.json["campaign_id"]
        found = status(api, campaign)
        plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_ids": contacts}).json
        cloud.run(days=1.9)
        before = len(cloud.mails())
        cloud.run(days=0.12)

        assert answer.json["counts"]["added"] == 2
        assert (found["status"], found["start_at"], found["audience"]["active"]) == (
            "active",
            start,
            2,
        )
        assert plan["at"] == plan["contacts"][0]["steps"][0]["send_at"] == start
        assert (before, len(cloud.mails())) == (0, 2)

    def test_keeps_to_the_windows(self, api: Api, cloud: Cloud) -> None:
        sequence = a_draft(api, windows=[OFFICE], use_contact_timezone=False)
        saturday = "2026-03-07T12:00:00.000Z"

        body = {"contact_ids": some_contacts(api, 1), "start_at": saturday}
        campaign = api.post(f"/v1/sequences/{sequence}/launch", body).json["campaign_id"]

        (member,) = api.get(f"/v1/campaigns/{campaign}/enrollments").json["data"]
        assert member["due_at"] == "2026-03-09T09:00:00.000Z"

    def test_holds_those_added_and_of_filters_too(self, api: Api, cloud: Cloud) -> None:
        sequence = a_draft(api)
        first, second, third = some_contacts(api, 3)
        start = later(cloud, days=1)
        campaign = api.post("/v1/campaigns", {"name": "Q2", "sequence_id": sequence}).json["id"]
        path = f"/v1/campaigns/{campaign}"

        api.post(f"{path}/launch", {"contact_ids": [first], "start_at": start})
        triggered = api.post(f"{path}/trigger", {"contact_id": second}).json
        api.post(f"{path}/audience", {"filter": {}})
        cloud.run(hours=20)

        members = api.get(f"{path}/enrollments").json["data"]
        assert triggered["due_at"] == start
        assert {member["due_at"] for member in members} == {start}
        assert len(members) == len({first, second, third})
        assert api.get(path).json["start_at"] == start

    @pytest.mark.parametrize("delta", [{"seconds": -1}, {"days": 367}])
    def test_is_to_come_and_within_a_year(
        self, api: Api, cloud: Cloud, delta: dict[str, float]
    ) -> None:
        sequence = a_draft(api)

        answer = api.post(f"/v1/sequences/{sequence}/launch", {"start_at": later(cloud, **delta)})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/start_at")
        assert api.get(f"/v1/sequences/{sequence}").json["status"] == "draft"
