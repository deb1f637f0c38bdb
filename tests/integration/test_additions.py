"""Adding contacts, or those of a filter, to a campaign that was launched."""

from typing import Any

import pytest

from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched, status

KEY = {"idempotency-key": "once"}
CALLS = 10
"""The meter, the key, campaign, steps, contacts, what suppresses them (2), the transaction that
enrolls, the change of the campaign with the answer; one more where an answer was lost."""


def add(api: Api, campaign_id: str, headers: dict[str, str] | None = None, **body: Any) -> Answer:
    return api.post(f"/v1/campaigns/{campaign_id}/audience", body, headers=headers or {})


def more_contacts(api: Api, count: int, **fields: Any) -> list[str]:
    rows = [
        {"email": f"bob{number}@example.com", "first_name": "Bob", **fields}
        for number in range(count)
    ]
    return [each["id"] for each in api.post("/v1/contacts", {"contacts": rows}).json["results"]]


class TestContacts:
    def test_are_enrolled_and_written_to(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, STEP_TWO))
        cloud.run(hours=1)
        new = more_contacts(api, 2)

        answer = add(api, campaign.campaign_id, contact_ids=[*new, new[0], "con_none"])
        cloud.run(hours=4)

        assert (answer.status, answer.json["status"]) == (200, "done")
        assert answer.json["counts"] == {"added": 2, "skipped": 2}
        assert [each["reason"] for each in answer.json["results"]] == [
            None,
            None,
            "duplicate",
            "not_found",
        ]
        assert len(cloud.mails()) == 6
        assert status(api, campaign.campaign_id)["status"] == "completed"
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []

    def test_who_are_in_it_stay_as_they_are(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=2)

        answer = add(api, campaign.campaign_id, contact_ids=campaign.contact_ids)

        reasons = {each["reason"] for each in answer.json["results"]}
        assert reasons == {"already_in_sequence"}
        assert status(api, campaign.campaign_id)["audience"]["total"] == 2

    def test_wait_where_the_campaign_is_paused(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api).campaign_id
        api.post(f"/v1/campaigns/{campaign}/pause")

        answer = add(api, campaign, contact_ids=more_contacts(api, 1))
        cloud.run(hours=1)
        before = len(cloud.mails())
        api.post(f"/v1/campaigns/{campaign}/resume")
        cloud.run(hours=1)

        assert (answer.json["counts"]["added"], before) == (1, 0)
        assert len(cloud.mails()) == 2

    @pytest.mark.parametrize("state", ["draft", "completed"])
    def test_are_refused_where_nobody_is_written_to_any_more(
        self, api: Api, cloud: Cloud, state: str
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        cloud.run(hours=1)
        campaign_id = campaign.campaign_id
        if state == "draft":
            body = {"name": "Q2", "sequence_id": campaign.sequence_id}
            campaign_id = api.post("/v1/campaigns", body).json["id"]

        answer = add(api, campaign_id, contact_ids=more_contacts(api, 1))

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert state in answer.json["detail"]
        assert "launch it" in answer.json["detail"] or "POST" in answer.json["detail"]

    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_are_added_once_though_the_process_dies(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        campaign = launched(api).campaign_id
        new = more_contacts(api, 3)

        with cloud.wire.crash_at(number, when):
            add(api, campaign, KEY, contact_ids=new)
        cloud.clock.advance(seconds=60)
        answer = add(api, campaign, KEY, contact_ids=new)

        assert answer.json["counts"] == {"added": 3, "skipped": 0}
        cloud.drain()
        events = api.get("/v1/events?type=campaign.audience_added").json["data"]
        assert [event["data"]["enrolled"] for event in events] == [3]
        assert status(api, campaign)["audience"]["total"] == 4


class TestFilters:
    def test_are_enrolled_by_and_by_each_with_its_progress(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,), settings={"keep_running": True})
        more_contacts(api, 3, tags=["vip"])
        api.post("/v1/suppressions", {"address": "bob1@example.com", "reason": "manual"})
        cloud.drain()

        first = add(api, campaign.campaign_id, filter={"tag": "vip"})
        second = add(api, campaign.campaign_id, filter={})
        waiting = status(api, campaign.campaign_id)["additions"]
        cloud.run(hours=1)

        found = status(api, campaign.campaign_id)
        assert [answer.json["status"] for answer in (first, second)] == ["running", "running"]
        assert {each["status"] for each in waiting} == {"running"}
        progress = {each["id"]: each for each in found["additions"]}
        assert found["enrolling"] is False
        assert {each["status"] for each in found["additions"]} == {"done"}
        vip, everybody = (progress[answer.json["id"]] for answer in (first, second))
        assert (vip["added"], vip["skipped"], vip["filter"]) == (2, 1, {"tag": "vip"})
        assert (everybody["added"], everybody["skipped"]) == (0, 4)
        assert (found["audience"]["total"], len(cloud.mails())) == (3, 3)

    def test_keep_the_campaign_from_completing(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        more_contacts(api, 2)

        add(api, campaign.campaign_id, filter={})
        cloud.run(hours=1)

        assert status(api, campaign.campaign_id)["status"] == "completed"
        assert len(cloud.mails()) == 3

    def test_are_bounded(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api).campaign_id

        answers = [add(api, campaign, filter={}) for _ in range(11)]

        assert [answer.status for answer in answers] == [200] * 10 + [409]
        assert "wait until one" in answers[10].json["detail"]

    def test_or_contacts_are_asked_for(self, api: Api) -> None:
        campaign = launched(api).campaign_id

        answers = [add(api, campaign), add(api, campaign, contact_ids=[], filter={})]

        assert [answer.status for answer in answers] == [422, 422]
