"""Answers that a person has to read: they may ask to stop, or nobody understands them."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, Launched, status
from tests.integration.replying import a_reply, take
from tests.integration.test_automatic_replies import enrollment
from tests.integration.test_feedback import events
from tests.integration.test_replies import ALWAYS, FOR_REPLIES, begun, contact


class TestReview:
    def held(
        self, api: Api, cloud: Cloud, text: str = "Hm.", **options: Any
    ) -> tuple[Launched, str]:
        campaign, mail = begun(api, cloud, **options)
        taken = take(cloud, a_reply(mail, text))
        cloud.run(days=3)
        return campaign, taken["reply_id"]

    def say(self, api: Api, reply_id: str, value: str) -> None:
        answer = api.patch(f"/v1/messages/{reply_id}/classification", {"value": value})
        assert answer.status == 200

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("Hm.", "unclassified"),
            ("We have a supplier already. Are you spamming us?", "may_ask_to_stop"),
        ],
    )
    @pytest.mark.parametrize("settings", [{}, {"stop_on_reply": False}])
    def test_asks_a_person_and_holds(
        self, api: Api, cloud: Cloud, text: str, reason: str, settings: dict[str, Any]
    ) -> None:
        campaign, mail = begun(api, cloud, steps=(STEP_ONE, ALWAYS))
        path = f"/v1/campaigns/{campaign.campaign_id}"
        assert api.patch(path, {"settings": settings}).status == 200

        taken = take(cloud, a_reply(mail, text))
        cloud.run(days=3)

        (told,) = events(api, "reply.needs_review")
        assert (told["message_id"], told["reason"]) == (taken["reply_id"], reason)
        assert len(cloud.mails()) == 1
        explained = api.get(f"/v1/enrollments/{told['enrollment_id']}/explain").json
        assert [gate["reason"] for gate in explained["gates"]] == ["needs_review"]
        assert status(api, campaign.campaign_id)["audience"]["active"] == 1

    def test_goes_on_where_a_machine_wrote_it(self, api: Api, cloud: Cloud) -> None:
        campaign, reply_id = self.held(api, cloud)

        self.say(api, reply_id, "auto_reply")
        cloud.run(hours=1)

        assert len(cloud.mails()) == 2
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    def test_waits_for_who_is_away(self, api: Api, cloud: Cloud) -> None:
        _, reply_id = self.held(api, cloud)

        self.say(api, reply_id, "out_of_office")
        cloud.run(days=5)
        before = len(cloud.mails())
        cloud.run(days=7)

        assert (before, len(cloud.mails())) == (1, 2)

    @pytest.mark.parametrize(
        ("steps", "mails"), [((STEP_ONE, ALWAYS), 1), ((STEP_ONE, FOR_REPLIES), 2)]
    )
    def test_ends_or_goes_on_as_after_any_answer(
        self, api: Api, cloud: Cloud, steps: tuple[dict[str, Any], ...], mails: int
    ) -> None:
        campaign, reply_id = self.held(api, cloud, steps=steps)

        self.say(api, reply_id, "interested")
        cloud.run(hours=1)

        assert len(cloud.mails()) == mails
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1
        assert contact(api, campaign)["status"] == "interested"

    def test_may_be_found_to_ask_to_stop(self, api: Api, cloud: Cloud) -> None:
        campaign, reply_id = self.held(api, cloud)

        for _ in range(2):
            self.say(api, reply_id, "stop")
        late = api.patch(f"/v1/messages/{reply_id}/classification", {"value": "interested"})

        reply = api.get(f"/v1/messages/{reply_id}").json
        assert contact(api, campaign)["status"] == "unsubscribed"
        assert enrollment(api, cloud, campaign)["state"] == "opted_out"
        assert late.status == 200
        assert (reply["reason"], len(cloud.mails())) == ("stop_request", 1)

    def test_is_over_with_a_request_to_stop(self, api: Api, cloud: Cloud) -> None:
        campaign, _ = self.held(api, cloud)

        take(cloud, a_reply(cloud.mails()[0], "I said stop!", Message_ID="<2@example.com>"))

        assert contact(api, campaign)["status"] == "unsubscribed"
        assert enrollment(api, cloud, campaign)["state"] == "opted_out"
        assert "in_review" not in enrollment(api, cloud, campaign)

    def test_lasts_while_machines_write(self, api: Api, cloud: Cloud) -> None:
        self.held(api, cloud)

        away = {"Auto_Submitted": "auto-replied", "Message_ID": "<2@example.com>"}
        take(cloud, a_reply(cloud.mails()[0], "I am on vacation.", **away))
        cloud.run(days=20)

        assert len(cloud.mails()) == 1
