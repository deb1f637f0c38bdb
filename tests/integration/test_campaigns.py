"""Campaigns: made of a sequence, changed, paused, resumed and deleted."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.example_data import a_draft, a_sequence
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched, status

_SOON = {**STEP_TWO, "wait_before": {"value": 20, "unit": "minutes"}}


def told(api: Api, *names: str) -> list[str]:
    """The names of the events among these that the feed has, oldest first."""
    page = api.get("/v1/events?limit=200").json
    return [event["event"] for event in page["data"] if event["event"] in names]


class TestCreate:
    def test_takes_the_rules_of_its_sequence_but_for_those_given(self, api: Api) -> None:
        sequence = a_sequence(api)
        body = {"name": "Q2", "sequence_id": sequence, "settings": {"exclusive": True}}

        created = api.post("/v1/campaigns", body)
        again = api.post("/v1/campaigns", body)

        assert (created.status, created.json["status"]) == (201, "draft")
        assert created.json["settings"]["exclusive"] is True
        assert created.json["settings"]["timezone"] == "UTC"
        assert again.json["id"] != created.json["id"]

    def test_refuses_windows_that_end_before_they_begin(self, api: Api) -> None:
        window = {"days": ["mon"], "from": "17:00", "to": "09:00"}
        body = {"name": "Q2", "sequence_id": a_sequence(api), "settings": {"windows": [window]}}

        answer = api.post("/v1/campaigns", body)

        assert answer.status == 422
        pointers = [error["pointer"] for error in answer.json["errors"]]
        assert pointers == [f"/settings/windows/0/{end}" for end in ("from", "to")]


class TestUpdate:
    def test_changes_what_is_given_at_the_version_named(self, api: Api) -> None:
        path = f"/v1/campaigns/{a_draft(api)}"
        body = {"settings": {"daily_limit": 5}}

        changed = api.patch(path, body, headers={"if-match": "1"})
        late = api.patch(path, {"name": "Q4"}, headers={"if-match": "1"})

        assert (changed.json["settings"]["daily_limit"], changed.json["name"]) == (5, "Q2")
        assert (changed.json["version"], late.status) == (2, 412)
        assert api.get(path).json == changed.json

    def test_needs_the_pool_that_a_running_one_is_to_send_from(self, api: Api) -> None:
        path = f"/v1/campaigns/{launched(api).campaign_id}"
        api.post("/v1/mailbox-pools", {"name": "There"})

        answers = [
            api.patch(path, {"mailbox_pool": pool})
            for pool in ("pool_gone", "pool_there", "pool_default")
        ]

        assert [answer.status for answer in answers] == [422, 200, 200]
        assert answers[0].json["errors"][0]["pointer"] == "/mailbox_pool"

    def test_of_a_completed_one_changes_only_the_name(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        cloud.run(hours=1)
        path = f"/v1/campaigns/{campaign.campaign_id}"

        rules = api.patch(path, {"name": "Over", "settings": {"daily_limit": 5}})
        name = api.patch(path, {"name": "Over"})

        assert (rules.status, name.status, name.json["status"]) == (409, 200, "completed")


class TestPause:
    def test_parks_everybody_until_it_goes_on_and_names_the_backlog(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, contacts=3, steps=(STEP_ONE, _SOON))
        cloud.run(hours=0.1)
        path = f"/v1/campaigns/{campaign.campaign_id}"

        paused = api.post(f"{path}/pause")
        cloud.run(days=1)
        sent_while_paused = len(cloud.mails())
        resumed = api.post(f"{path}/resume")
        cloud.run(hours=1)

        assert (paused.json["status"], paused.json["paused_reason"]) == ("paused", "person")
        assert sent_while_paused == 3
        assert resumed.json["backlog"]["overdue"] == 3
        assert resumed.json["backlog"]["oldest_due_at"] is not None
        assert len(cloud.mails()) == 6
        assert f"{campaign.campaign_id}-2" in cloud.executions.all
        assert (
            told(
                api,
                "campaign.launched",
                "campaign.paused",
                "campaign.resumed",
                "sequence.paused",
                "sequence.resumed",
                "sequence.finished",
                "campaign.completed",
            ).count("campaign.completed")
            == 1
        )

    def test_of_a_sequence_is_that_of_its_campaign(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        path = f"/v1/sequences/{campaign.sequence_id}"

        paused = api.post(f"{path}/pause").json
        of_campaign = status(api, campaign.campaign_id)["status"]
        resumed = api.post(f"{path}/resume").json
        cloud.drain()

        assert (paused["status"], of_campaign, resumed["status"]) == ("paused", "paused", "active")
        names = ("sequence.paused", "campaign.paused", "sequence.resumed", "campaign.resumed")
        assert sorted(told(api, *names)) == sorted(names)

    def test_needs_a_campaign_that_runs(self, api: Api) -> None:
        answers = [
            api.post(f"/v1/campaigns/{a_draft(api)}/pause"),
            api.post(f"/v1/sequences/{a_sequence_without_mailbox(api)}/pause"),
        ]

        assert [(answer.status, answer.json["code"]) for answer in answers] == [
            (409, "CONFLICT"),
            (409, "CONFLICT"),
        ]


class TestDelete:
    def test_sends_nothing_more(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, _SOON))
        cloud.run(hours=0.1)
        path = f"/v1/campaigns/{campaign.campaign_id}"

        refused = api.delete(path)
        api.post(f"{path}/pause")
        deleted = api.delete(path)
        cloud.run(days=1)

        assert (refused.status, deleted.status) == (409, 200)
        assert (len(cloud.mails()), api.get(path).status) == (1, 404)
        assert told(api, "sequence.finished") == ["sequence.finished"]


def a_sequence_without_mailbox(api: Api) -> str:
    return str(api.post("/v1/sequences", {"name": "Two", "steps": [STEP_ONE]}).json["id"])


_CALLS: dict[str, dict[str, Any]] = {
    "launch": {},
    "pause": {},
    "resume": {},
    "retry": {},
    "trigger": {"email": "ada@example.com"},
    "audience": {"filter": {}},
}
_REFUSED = {
    "draft": ("pause", "resume", "retry", "trigger", "audience"),
    "active": ("launch",),
    "paused": ("launch", "trigger"),
    "completed": ("launch", "pause", "resume", "trigger", "audience"),
}


def _that_is(api: Api, cloud: Cloud, wanted: str) -> str:
    if wanted == "draft":
        return a_draft(api)
    campaign = launched(api, steps=(STEP_ONE,)).campaign_id
    if wanted == "paused":
        api.post(f"/v1/campaigns/{campaign}/pause")
    if wanted == "completed":
        cloud.run(hours=1)
    assert status(api, campaign)["status"] == wanted
    return campaign


@pytest.mark.parametrize("wanted", _REFUSED)
def test_what_a_status_refuses_names_a_call_that_it_takes(
    api: Api, cloud: Cloud, wanted: str
) -> None:
    path = f"/v1/campaigns/{_that_is(api, cloud, wanted)}"

    refused = {call: api.post(f"{path}/{call}", _CALLS[call]) for call in _REFUSED[wanted]}

    assert {answer.status for answer in refused.values()} <= {400, 409}
    for answer in refused.values():
        named = answer.json["detail"].rpartition("POST /v1/campaigns")[2]
        call = named.removeprefix("/{id}/")
        assert call not in _REFUSED[wanted]
        assert f" is {wanted}" in answer.json["detail"]
        assert call in _CALLS or (call, wanted) == ("", "completed")


@pytest.mark.parametrize(
    ("text", "leads_on"), [("Hi", "/trigger and re_enroll"), ("{{ title }}", "/retry")]
)
def test_an_enrollment_that_is_over_names_what_leads_on(
    api: Api, cloud: Cloud, text: str, leads_on: str
) -> None:
    campaign = launched(api, steps=({**STEP_ONE, "text": text},)).campaign_id
    cloud.run(hours=1)
    [enrollment] = api.get(f"/v1/campaigns/{campaign}/enrollments").json["data"]

    answer = api.post(f"/v1/enrollments/{enrollment['id']}/resume")

    assert answer.status == 409
    assert answer.json["detail"].endswith(leads_on)
