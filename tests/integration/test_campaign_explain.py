"""Why a campaign sends nothing: the reason, what to do about it, and when it goes on."""

from datetime import timedelta
from typing import Any

from outrider.kit.aws.dynamodb import Table
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, Launched, launched
from tests.integration.test_audiences import a_campaign


def explained(api: Api, campaign: Launched) -> dict[str, Any]:
    answer = api.get(f"/v1/campaigns/{campaign.campaign_id}/explain")
    assert answer.status == 200, answer.text
    explanation: dict[str, Any] = answer.json
    return explanation


def closed(explanation: dict[str, Any]) -> list[str]:
    return [gate["reason"] for gate in explanation["gates"]]


def mailbox_path(api: Api) -> str:
    return f"/v1/mailboxes/{api.get('/v1/mailboxes').json['data'][0]['id']}"


class TestExplain:
    def test_finds_nothing_in_the_way_of_one_that_sends(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=3)

        explanation = explained(api, campaign)

        assert closed(explanation) == []
        assert explanation["earliest_send_at"][:19] == explanation["due"]["oldest_due_at"][:19]
        assert (explanation["due"]["count"], explanation["due"]["more"]) == (3, False)
        [mailbox] = explanation["mailboxes"]
        assert (mailbox["cap_today"], mailbox["used_today"], mailbox["reason"]) == (1000, 0, None)

    def test_of_a_paused_mailbox_names_it_and_no_moment(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=3)
        api.patch(mailbox_path(api), {"status": "paused", "paused_reason": "Holidays"})
        cloud.run(hours=2)

        explanation = explained(api, campaign)

        assert (closed(explanation), explanation["earliest_send_at"]) == (["mailbox_paused"], None)
        assert "PATCH /v1/mailboxes/" in explanation["gates"][0]["remedy"]
        [mailbox] = explanation["mailboxes"]
        assert (mailbox["status"], mailbox["paused_reason"]) == ("paused", "Holidays")

    def test_of_a_day_that_is_used_up_names_the_next(self, api: Api, cloud: Cloud) -> None:
        settings = {"daily_limit": 2}
        campaign = launched(api, contacts=5, steps=(STEP_ONE,), settings=settings)
        cloud.run(hours=1)

        explanation = explained(api, campaign)

        assert "campaign_limit" in closed(explanation)
        assert explanation["limit"] == {"daily_limit": 2, "used_today": 2, "room_today": 0}
        assert explanation["gates"][0]["until"] == "2026-03-03T00:00:00.000Z"
        assert explanation["earliest_send_at"] >= "2026-03-03T00:00:00.000Z"

    def test_waits_for_the_window_and_for_what_is_due(self, api: Api, cloud: Cloud) -> None:
        window = {"days": ["sat"], "from": "09:00", "to": "17:00"}
        closed_one = launched(api, settings={"windows": [window]})
        sequence = api.post(
            "/v1/sequences", {"name": "Slow", "steps": [{**STEP_ONE, "wait_days": 3}]}
        )
        slow = api.post(
            f"/v1/sequences/{sequence.json['id']}/launch",
            {"contact_ids": closed_one.contact_ids},
        ).json["campaign_id"]

        window_closed = explained(api, closed_one)
        not_due = api.get(f"/v1/campaigns/{slow}/explain").json

        assert closed(window_closed)[0] == "outside_window"
        assert window_closed["window"]["open"] is False
        assert window_closed["earliest_send_at"] == "2026-03-07T09:00:00.000Z"
        assert closed(not_due) == ["nothing_due"]
        assert not_due["earliest_send_at"] == not_due["next_due_at"]

    def test_of_one_whose_contacts_failed_leads_to_the_retry(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=({**STEP_ONE, "text": "{{ company }}"},))
        cloud.run(hours=1)

        explanation = explained(api, campaign)

        assert closed(explanation) == ["campaign_completed", "nobody_has_a_step_to_come"]
        assert "/retry" in explanation["gates"][1]["remedy"]
        assert (explanation["earliest_send_at"], explanation["next_look_at"]) == (None, None)

    def test_of_a_draft_says_how_to_launch_it(self, api: Api) -> None:
        draft = a_campaign(api)

        explanation = api.get(f"/v1/campaigns/{draft}/explain").json

        assert closed(explanation) == ["campaign_draft", "no_mailbox"]

    def test_names_no_moment_before_the_clock_looks(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        table = Table(cloud.stack.data["CampaignsTableName"])
        looks = "2026-03-04T05:06:07.000Z"
        key = (api.workspace().id, campaign.campaign_id)
        table.write(table.update_action(*key, "SET #wakes_at = :at", at=looks))
        enrollment = api.get(f"/v1/enrollments?contact_id={campaign.contact_ids[0]}").json["data"]

        of_campaign = explained(api, campaign)
        of_contact = api.get(f"/v1/enrollments/{enrollment[0]['id']}/explain").json

        assert (of_campaign["next_look_at"], of_campaign["earliest_send_at"]) == (looks, looks)
        assert of_contact["earliest_send_at"] == looks

    def test_tells_the_slots_of_what_lies_in_the_queue(self, api: Api, cloud: Cloud) -> None:
        mailbox = {"min_gap_seconds": 120, "daily_cap": 3}
        campaign = launched(api, contacts=3, steps=(STEP_ONE,), mailbox=mailbox)
        cloud.run(hours=1 / 60)

        of_campaign = explained(api, campaign)
        listed = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments?status=active").json
        told = [api.get(f"/v1/enrollments/{each['id']}/explain").json for each in listed["data"]]
        slots = sorted(each["earliest_send_at"] for each in told)
        cloud.run(hours=1)

        messages = api.get(f"/v1/messages?campaign_id={campaign.campaign_id}").json["data"]
        sent = sorted(each["sent_at"] for each in messages)[1:]
        assert [at[:19] for at in slots] == [at[:19] for at in sent]
        assert sorted(each["due_at"] for each in (*told, *listed["data"])) == sorted(slots * 2)
        assert [each["gates"] for each in told] == [[], []]
        assert {each["blocked_reason"] for each in told} == {"queued"}
        assert (of_campaign["due"]["count"], of_campaign["due"]["queued"]) == (0, 2)
        assert of_campaign["earliest_send_at"] == of_campaign["next_due_at"] == slots[0]

    def test_of_a_step_lost_from_the_queue_tells_when_it_comes_up_again(
        self, api: Api, cloud: Cloud
    ) -> None:
        mailbox = {"min_gap_seconds": 120}
        campaign = launched(api, contacts=2, steps=(STEP_ONE,), mailbox=mailbox)
        listed = f"/v1/campaigns/{campaign.campaign_id}/enrollments?status=active"
        cloud.run(hours=1 / 60)
        cloud.queue("StepsQueue").messages.clear()

        [queued] = api.get(listed).json["data"]
        cloud.clock.set(cloud.clock.now + timedelta(minutes=5))
        [lost] = api.get(listed).json["data"]

        assert queued["due_at"] < lost["due_at"] == explained(api, campaign)["next_due_at"]
        cloud.run(hours=1)
        assert len(cloud.mails()) == 2
