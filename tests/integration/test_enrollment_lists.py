"""Lists of enrollments: a page costs what it shows, however large the campaign is."""

from collections import Counter
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.campaigns.wiring import contact_enrollments
from outrider.kit.aws.dynamodb import transact
from outrider.messages.wiring import endings
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, Launched, a_mailbox, launched

LATER: dict[str, Any] = {**STEP_ONE, "wait_days": 1}
PAGE_CALLS = 4
"""The meter, the campaign, a page of keys, what they name."""


def end(api: Api, contact_id: str, state: Any) -> None:
    workspace = Caller.engine(api.workspace().id)
    [enrollment] = contact_enrollments(workspace.workspace).all(contact_id)
    transact(*endings(workspace).end_actions(enrollment, state, f"for_a_test: {state}"))


def listed(api: Api, campaign: Launched, query: str) -> Answer:
    answer = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments?{query}")
    assert answer.status == 200, answer.text
    return answer


def everything(api: Api, campaign: Launched, query: str) -> list[str]:
    """The contacts of all pages of a list."""
    found, cursor = [], ""
    while True:
        page = listed(api, campaign, f"{query}{cursor}").json
        found += [each["contact_id"] for each in page["data"]]
        if not page["has_more"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


class TestByState:
    def test_finds_the_few_among_many_at_once(self, api: Api) -> None:
        campaign = launched(api, contacts=300, steps=(LATER,))
        few = sorted(campaign.contact_ids)[10:290:130]
        for contact_id in few:
            end(api, contact_id, "bounced")

        answer = listed(api, campaign, "status=bounced")

        assert [each["contact_id"] for each in answer.json["data"]] == few
        assert {each["status"] for each in answer.json["data"]} == {"bounced"}
        assert (answer.json["has_more"], len(answer.calls)) == (False, PAGE_CALLS)

    @pytest.mark.parametrize("limit", [1, 7, 200])
    def test_shows_each_once_over_all_pages(self, api: Api, limit: int) -> None:
        campaign = launched(api, contacts=21, steps=(LATER,))
        replied = campaign.contact_ids[:14]
        for contact_id in replied:
            end(api, contact_id, "replied")

        ended = everything(api, campaign, f"status=replied&limit={limit}")
        active = everything(api, campaign, f"status=active&limit={limit}")

        assert ended == sorted(replied)
        assert Counter(active) == Counter(campaign.contact_ids[14:])

    def test_does_not_show_what_stands_otherwise_since(self, api: Api) -> None:
        campaign = launched(api, contacts=2, steps=(LATER,))
        first, second = listed(api, campaign, "status=active").json["data"]
        path = f"/v1/enrollments/{first['id']}"

        api.post(f"{path}/pause")
        paused = everything(api, campaign, "status=paused")
        api.post(f"{path}/resume")

        assert paused == [first["contact_id"]]
        assert everything(api, campaign, "status=paused") == []
        assert Counter(everything(api, campaign, "status=active")) == Counter(
            [first["contact_id"], second["contact_id"]]
        )

    def test_refuses_a_state_and_a_contact_that_cannot_be(self, api: Api) -> None:
        campaign = launched(api)
        path = f"/v1/campaigns/{campaign.campaign_id}/enrollments"

        answers = [api.get(f"{path}?status=asleep"), api.get(f"{path}?contact_id=ada@example.com")]

        assert [answer.status for answer in answers] == [422, 422]
        assert [answer.json["errors"][0]["pointer"] for answer in answers] == [
            "/query/status",
            "/query/contact_id",
        ]


class TestOfContact:
    def test_in_a_campaign_is_read_alone(self, api: Api) -> None:
        campaign = launched(api, contacts=3, steps=(LATER,))
        contact_id = campaign.contact_ids[1]

        found = listed(api, campaign, f"contact_id={contact_id}")
        other_state = listed(api, campaign, f"contact_id={contact_id}&status=failed")

        assert [each["contact_id"] for each in found.json["data"]] == [contact_id]
        assert other_state.json["data"] == []
        assert len(found.calls) == PAGE_CALLS - 1

    def test_lists_its_campaigns_one_call_from_their_explanations(self, api: Api) -> None:
        first = launched(api, steps=(LATER,))
        contact_id = first.contact_ids[0]
        sequence = api.post("/v1/sequences", {"name": "Second", "steps": [LATER]}).json["id"]
        second = api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": [contact_id]}).json
        path = f"/v1/enrollments?contact_id={contact_id}"
        api.post(f"/v1/enrollments/{api.get(path).json['data'][0]['id']}/pause")

        both = api.get(path).json["data"]
        paused = api.get(f"{path}&status=paused").json["data"]
        one = api.get(f"{path}&campaign_id={second['campaign_id']}").json["data"]

        assert [each["campaign_id"] for each in both] == [
            first.campaign_id,
            second["campaign_id"],
        ]
        assert [each["campaign_id"] for each in paused] == [first.campaign_id]
        assert [each["campaign_id"] for each in one] == [second["campaign_id"]]
        assert api.get(f"/v1/enrollments/{one[0]['id']}/explain").status == 200

    def test_asks_for_the_contact_and_tells_nothing_about_others(self, api: Api) -> None:
        a_mailbox(api, workspace="globex", email="bob@globex.example")
        contact_id = launched(api, steps=(LATER,)).contact_ids[0]

        without = api.get("/v1/enrollments")
        theirs = api.get(f"/v1/enrollments?contact_id={contact_id}", workspace="globex")

        assert without.json["errors"][0]["pointer"] == "/query/contact_id"
        assert (theirs.status, theirs.json["data"]) == (200, [])


class TestIndex:
    def test_costs_a_step_nothing(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, {**LATER, "if": "always"}))

        cloud.run(hours=1)

        workspace = f"{api.workspace().id}#{campaign.campaign_id}"
        [item] = cloud.items("enrollments", workspace)
        assert (item["state"], "by_state_pk" in item) == ("active", False)
        cloud.run(days=2)
        [item] = cloud.items("enrollments", workspace)
        assert item["by_state_pk"] == f"{workspace}#finished"

    def test_that_is_behind_shows_nobody_in_a_state_they_left(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=2, steps=(LATER,))
        for contact_id in campaign.contact_ids:
            end(api, contact_id, "failed")
        with cloud.indexes.behind(minutes=5):
            retried = {"contact_ids": campaign.contact_ids[:1]}
            api.post(f"/v1/campaigns/{campaign.campaign_id}/retry", retried)

            failed = everything(api, campaign, "status=failed")

        assert failed == campaign.contact_ids[1:]
