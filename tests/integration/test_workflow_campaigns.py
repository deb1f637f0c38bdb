"""The campaign of a workflow once a run has launched it."""

from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.test_workflows import (
    a_sequence,
    a_workflow,
    campaign_of,
    sequence_of,
)

BETTER = {"steps": [{**STEP_ONE, "subject": "Better"}]}


def run(api: Api, workflow: dict[str, Any]) -> None:
    answer = api.post(f"/v1/workflows/{workflow['id']}/run")
    assert answer.status == 200, answer.text


def put_steps(api: Api, workflow: dict[str, Any], steps: dict[str, Any] = BETTER) -> None:
    answer = api.put(f"/v1/sequences/{workflow['sequence_id']}/steps", steps)
    assert answer.status == 200, answer.text


class TestRun:
    def test_launches_it_with_its_sequence(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)

        run(api, workflow)

        assert campaign_of(api, workflow)["status"] == "active"
        assert sequence_of(api, workflow)["status"] == "active"

    def test_needs_a_mailbox_that_can_send(self, api: Api) -> None:
        workflow = a_workflow(api)

        refused = api.post(f"/v1/workflows/{workflow['id']}/run")

        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert campaign_of(api, workflow)["status"] == "draft"
        assert api.get(f"/v1/workflows/{workflow['id']}").json["status"] == "idle"

    def test_needs_steps_with_content(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        put_steps(api, workflow, {"steps": [{"channel": "email", "subject": "Hi"}]})

        refused = api.post(f"/v1/workflows/{workflow['id']}/run")

        assert refused.json["errors"][0]["detail"] == "The step has nothing to send"

    def test_gives_its_own_sequence_new_steps_at_once(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        run(api, workflow)

        put_steps(api, workflow)

        assert campaign_of(api, workflow)["steps_version"] == 2

    def test_gives_a_given_sequence_new_steps_with_the_next_run(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api)
        workflow = a_workflow(api, sequence_id=a_sequence(api)["id"])
        run(api, workflow)
        put_steps(api, workflow)
        assert campaign_of(api, workflow)["steps_version"] == 1
        cloud.run(hours=0.5)

        run(api, workflow)

        assert campaign_of(api, workflow)["steps_version"] == 2


class TestExplain:
    def test_says_what_the_workflow_needs(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        explain = f"/v1/campaigns/{workflow['campaign_id']}/explain"

        draft = api.get(explain).json["gates"][0]
        run(api, workflow)
        api.post(f"/v1/workflows/{workflow['id']}/pause")
        paused = api.get(explain).json["gates"][0]

        assert draft["remedy"].endswith(f"POST /v1/workflows/{workflow['id']}/run")
        assert paused["remedy"].endswith(f"POST /v1/workflows/{workflow['id']}/resume")


class TestUpdate:
    def test_reaches_a_campaign_that_is_active(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        run(api, workflow)

        changed = api.patch(f"/v1/workflows/{workflow['id']}", {"settings": {"daily_limit": 7}})

        assert changed.status == 200
        assert campaign_of(api, workflow)["settings"]["daily_limit"] == 7
        assert sequence_of(api, workflow)["settings"]["daily_limit"] == 7

    def test_keeps_the_stages_of_a_run(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        run(api, workflow)
        refused = api.patch(f"/v1/workflows/{workflow['id']}", {"stages": ["research"]})
        assert (refused.status, refused.json["code"]) == (409, "CONFLICT")


class TestDelete:
    def test_pauses_and_keeps_what_was_launched(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        run(api, workflow)

        assert api.delete(f"/v1/workflows/{workflow['id']}").status == 200

        campaign, sequence = campaign_of(api, workflow), sequence_of(api, workflow)
        assert (campaign["status"], campaign["paused_reason"]) == ("paused", "workflow_deleted")
        assert (sequence["status"], sequence["workflow_id"]) == ("paused", None)
        cloud.drain()
        feed = api.get("/v1/events?limit=200").json["data"]
        paused = [each["event"] for each in feed if each["event"].endswith(".paused")]
        assert sorted(paused) == ["campaign.paused", "sequence.paused"]

    def test_leaves_a_campaign_like_any_other(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        run(api, workflow)
        api.delete(f"/v1/workflows/{workflow['id']}")
        campaign = f"/v1/campaigns/{workflow['campaign_id']}"
        sequence = f"/v1/sequences/{workflow['sequence_id']}"

        answers = [
            api.post(f"{campaign}/resume"),
            api.post(f"{campaign}/pause"),
            api.delete(campaign),
            api.delete(sequence),
        ]

        assert [answer.status for answer in answers] == [200, 200, 200, 200]
