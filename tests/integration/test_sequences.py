"""Sequences over the API: their steps, their rules, and what may change when."""

from typing import Any

import pytest

from outrider.kit.aws.dynamodb import Table
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, launched, some_contacts

STEPS: list[dict[str, Any]] = [STEP_ONE, STEP_TWO]


def a_sequence(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/sequences", {"name": "First", "steps": STEPS, **fields})
    assert answer.status == 201, answer.text
    created: dict[str, Any] = answer.json
    return created


def steps_of(api: Api, sequence_id: str, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/v1/sequences/{sequence_id}/steps{query}")
    steps: list[dict[str, Any]] = answer.json["steps"]
    return steps


class TestList:
    def test_is_newest_first_and_filtered(self, api: Api) -> None:
        running = launched(api).sequence_id
        drafts = [a_sequence(api)["id"] for _ in range(3)]

        first = api.get("/v1/sequences?limit=2&status=draft").json
        more = api.get(f"/v1/sequences?limit=2&status=draft&cursor={first['next_cursor']}").json

        assert [each["id"] for each in first["data"] + more["data"]] == drafts[::-1]
        assert first["data"][0]["steps"] == 2
        assert [each["id"] for each in api.get("/v1/sequences?status=active").json["data"]] == [
            running
        ]


class TestUpdate:
    def test_changes_what_is_given_of_the_rules(self, api: Api) -> None:
        window = {"days": ["mon"], "from": "09:00", "to": "17:00"}
        path = f"/v1/sequences/{a_sequence(api, settings={'windows': [window]})['id']}"
        api.post("/v1/mailbox-pools", {"id": "pool_two", "name": "Two"})

        answer = api.patch(path, {"settings": {"daily_limit": 5}, "mailbox_pool": "pool_two"})

        settings = answer.json["settings"]
        assert (settings["windows"], settings["daily_limit"]) == ([window], 5)
        assert api.get(path).json == answer.json
        assert api.patch(path, {"settings": {"daily_limit": None}}).json["version"] == 3
        assert api.get(path).json["settings"]["daily_limit"] is None

    def test_honours_if_match(self, api: Api) -> None:
        path = f"/v1/sequences/{a_sequence(api)['id']}"
        api.patch(path, {"name": "Second"})

        answer = api.patch(path, {"name": "Third"}, headers={"if-match": '"1"'})

        assert (answer.status, api.get(path).json["name"]) == (412, "Second")

    def test_keeps_the_pool_of_those_written_to(self, api: Api) -> None:
        path = f"/v1/sequences/{launched(api).sequence_id}"

        answer = api.patch(path, {"mailbox_pool": "pool_two"})

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert api.patch(path, {"name": "Second"}).status == 200


class TestUnknownPool:
    def test_is_refused_wherever_a_pool_is_named(self, api: Api) -> None:
        sequence_id = a_sequence(api)["id"]
        named = {"mailbox_pool": "pool_nope"}
        of_sequence = {"name": "New", "sequence_id": sequence_id}
        draft = api.post("/v1/campaigns", of_sequence).json["id"]

        answers = [
            api.post("/v1/sequences", {"name": "New", "steps": [STEP_ONE], **named}),
            api.post("/v1/campaigns", {**of_sequence, **named}),
            api.patch(f"/v1/sequences/{sequence_id}", named),
            api.patch(f"/v1/campaigns/{draft}", named),
        ]

        assert {answer.status for answer in answers} == {422}
        assert {answer.json["errors"][0]["pointer"] for answer in answers} == {"/mailbox_pool"}
        assert "POST /v1/mailbox-pools" in answers[0].json["detail"]

    def test_stops_the_launch_with_its_name(self, api: Api) -> None:
        api.post("/v1/mailbox-pools", {"id": "pool_two", "name": "Two"})
        sequence_id = a_sequence(api, mailbox_pool="pool_two")["id"]
        api.delete("/v1/mailbox-pools/pool_two")

        answer = api.post(f"/v1/sequences/{sequence_id}/launch", {})

        assert answer.status == 409
        assert "There is no mailbox pool pool_two" in answer.json["detail"]


class TestPutSteps:
    def test_takes_back_what_it_shows(self, api: Api) -> None:
        variants = [{"subject": "A", "text": "a"}, {"id": "a", "subject": "B", "html": "<p>b</p>"}]
        call = {"channel": "call", "text": "Ask", "if": "replied:objection", "timeout_days": 2}
        given = [{"channel": "email", "variants": variants}, call]
        path = f"/v1/sequences/{a_sequence(api, steps=given)['id']}/steps"
        shown = api.get(path).json

        again = api.put(path, {"steps": shown["steps"]})

        assert again.json == shown
        assert [variant["id"] for variant in shown["steps"][0]["variants"]] == ["b", "a"]

    def test_keeps_ids_and_earlier_versions(self, api: Api) -> None:
        sequence_id = a_sequence(api)["id"]
        one, two = steps_of(api, sequence_id)

        answer = api.put(
            f"/v1/sequences/{sequence_id}/steps",
            {"steps": [two, {"channel": "task", "text": "Look"}, {**one, "text": "Hello"}]},
        )

        ids = [step["id"] for step in answer.json["steps"]]
        assert (ids[0], ids[2], answer.json["steps_version"]) == (two["id"], one["id"], 2)
        assert steps_of(api, sequence_id) == answer.json["steps"]
        assert steps_of(api, sequence_id, "?version=1") == [one, two]
        assert api.get(f"/v1/sequences/{sequence_id}").json["steps"] == 3
        assert api.get(f"/v1/sequences/{sequence_id}/steps?version=3").status == 404

    def test_points_at_ids_that_are_not_there(self, api: Api) -> None:
        sequence_id = a_sequence(api)["id"]
        one, _ = steps_of(api, sequence_id)
        unknown = {**one, "id": "stp_other"}

        answer = api.put(f"/v1/sequences/{sequence_id}/steps", {"steps": [one, unknown, one]})

        pointers = [error["pointer"] for error in answer.json["errors"]]
        assert (answer.status, pointers) == (422, ["/steps/1/id", "/steps/2/id"])


class TestDelete:
    def test_takes_the_steps_along_and_may_be_cut_short(self, api: Api, cloud: Cloud) -> None:
        sequence_id = a_sequence(api)["id"]
        path = f"/v1/sequences/{sequence_id}"
        for number in range(3):
            api.put(f"{path}/steps", {"steps": [{"channel": "email", "text": str(number)}]})
        with cloud.wire.crash_at(4):
            api.delete(path)
        assert api.get(f"{path}/steps").status == 200

        answer = api.delete(path)

        assert answer.json == {"id": sequence_id, "object": "sequence", "deleted": True}
        assert api.get(path).status == 404

    def test_not_while_it_runs(self, api: Api) -> None:
        answer = api.delete(f"/v1/sequences/{launched(api).sequence_id}")

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")

    def test_not_while_campaigns_carry_it_out(self, api: Api) -> None:
        path = f"/v1/sequences/{(sequence_id := a_sequence(api)['id'])}"
        campaign = api.post("/v1/campaigns", {"name": "Q2", "sequence_id": sequence_id}).json

        refused = api.delete(path)

        assert (refused.status, "campaigns" in refused.json["detail"]) == (409, True)
        api.delete(f"/v1/campaigns/{campaign['id']}")
        assert api.delete(path).status == 200


class TestWhileItRuns:
    def test_its_campaign_keeps_the_rules_that_are_given(self, api: Api) -> None:
        running = launched(api)
        campaign = f"/v1/campaigns/{running.campaign_id}"
        api.patch(campaign, {"settings": {"exclusive": True}})

        api.patch(f"/v1/sequences/{running.sequence_id}", {"settings": {"daily_limit": 5}})

        settings = api.get(campaign).json["settings"]
        assert (settings["exclusive"], settings["daily_limit"]) == (True, 5)

    def test_new_steps_are_for_who_comes_then_or_for_all(self, api: Api, cloud: Cloud) -> None:
        running = launched(api)
        path = f"/v1/sequences/{running.sequence_id}/steps"
        table, workspace = Table(cloud.stack.data["CampaignsTableName"]), api.workspace().id
        steps = steps_of(api, running.sequence_id)

        api.put(path, {"steps": steps[:1]})
        campaign = table.get(workspace, running.campaign_id) or {}
        assert (campaign["steps_version"], campaign["least_steps_version"]) == (2, 1)

        api.put(path, {"steps": steps[:1], "migrate": True})
        campaign = table.get(workspace, running.campaign_id) or {}
        assert (campaign["steps_version"], campaign["least_steps_version"]) == (3, 3)

    @pytest.mark.parametrize(("migrate", "text"), [(True, "Something new"), (False, "Did you")])
    def test_who_is_under_way_moves_when_told(
        self, api: Api, cloud: Cloud, migrate: bool, text: str
    ) -> None:
        path = f"/v1/sequences/{launched(api).sequence_id}/steps"
        cloud.run(hours=1)
        one, two = api.get(path).json["steps"]
        ahead = {"channel": "email", "if": "opened", "text": "Not for you"}

        api.put(path, {"steps": [one, ahead, {**two, "text": "Something new"}], "migrate": migrate})
        cloud.run(hours=3)

        _, follow_up = cloud.mails()
        assert text in follow_up.message.get_content()


class TestLint:
    def test_tells_what_it_finds(self, api: Api) -> None:
        steps = [{**STEP_ONE, "subject": "Re: {{ nothing }}"}, STEP_TWO]
        sequence = a_sequence(api, steps=steps)

        answer = api.post(f"/v1/sequences/{sequence['id']}/lint")

        rules = {(each["rule"], each["where"]): each for each in answer.json["findings"]}
        assert answer.json["ok"] is False
        assert rules["unknown_variable", "/steps/0/subject"]["severity"] == "error"
        assert ("postal_address", "/settings/postal_address") in rules

    def test_keeps_deception_from_being_launched(self, api: Api) -> None:
        a_mailbox(api)
        steps = [{**STEP_ONE, "subject": "Re: your order"}, STEP_TWO]
        path = f"/v1/sequences/{a_sequence(api, steps=steps)['id']}"

        answer = api.post(f"{path}/launch", {"contact_ids": some_contacts(api, 1)})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/steps/0/subject")
        assert api.get(path).json["status"] == "draft"

    def test_keeps_it_out_of_what_runs(self, api: Api) -> None:
        path = f"/v1/sequences/{launched(api).sequence_id}/steps"

        answer = api.put(path, {"steps": [{**STEP_ONE, "text": "{{ nothing }}"}]})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/steps/0/text")
        assert api.get(path).json["steps_version"] == 1
