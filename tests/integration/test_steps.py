"""What becomes of a step when it comes up: by the rules of its campaign, and by what happened since
it was read."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Enrollment
from outrider.campaigns.wiring import company_replies
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Table, transact
from outrider.kit.settings import settings as names
from outrider.messages.models import Message
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import (
    STEP_ONE,
    STEP_TWO,
    Launched,
    a_mailbox,
    a_task,
    launched,
    some_contacts,
    status,
)

CALL = {"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}", "timeout_days": 3}


def ruled(api: Api, *steps: dict[str, Any], contacts: int = 1, **settings: Any) -> Launched:
    """A sequence with these rules, launched over ada0@example.com and others."""
    a_mailbox(api)
    contact_ids = some_contacts(api, contacts)
    return again(api, contact_ids, *steps, **settings)


def again(api: Api, contact_ids: list[str], *steps: dict[str, Any], **settings: Any) -> Launched:
    """One more sequence over the same contacts."""
    body = {"name": "Ruled", "steps": list(steps or (STEP_ONE,)), "settings": settings}
    sequence = api.post("/v1/sequences", body).json
    answer = api.post(f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": contact_ids}).json
    return Launched(sequence["id"], answer["campaign_id"], contact_ids, answer)


def ruled_anew(api: Api, campaign: Launched, **settings: Any) -> None:
    """Other rules from now on: its launch did not look at them."""
    answer = api.patch(f"/v1/campaigns/{campaign.campaign_id}", {"settings": settings})
    assert answer.status == 200, answer.text


def enrollment(cloud: Cloud, api: Api, campaign: Launched) -> dict[str, Any]:
    (item,) = [
        item
        for item in cloud.items("enrollments", f"{api.workspace().id}#{campaign.campaign_id}")
        if item["sk"] == campaign.contact_ids[0]
    ]
    return item


def explained(cloud: Cloud, api: Api, campaign: Launched) -> dict[str, Any]:
    enrollment_id = Enrollment.from_item(enrollment(cloud, api, campaign)).id
    answer = api.get(f"/v1/enrollments/{enrollment_id}/explain")
    assert answer.status == 200, answer.text
    explanation: dict[str, Any] = answer.json
    return explanation


def closed(explanation: dict[str, Any]) -> list[str]:
    return [gate["reason"] for gate in explanation["gates"]]


def events(api: Api, name: str) -> list[dict[str, Any]]:
    page = api.get(f"/v1/events?limit=200&type={name}").json
    return [event["data"] for event in page["data"]]


def messages(cloud: Cloud, api: Api) -> list[Message]:
    items = cloud.items("messages", api.workspace().id)
    return [Message.from_item(item) for item in items if "state" in item]


@pytest.mark.both_transports
class TestClaim:
    @pytest.mark.parametrize("what", ["address", "domain", "unsubscribed", "bounce", "company"])
    def test_nothing_is_sent_to_whom_was_shut_out_since_the_step_was_read(
        self, api: Api, cloud: Cloud, what: str
    ) -> None:
        """Everything is read in call 1; whoever says stop behind it is not written to."""
        campaign = ruled(api, stop_for_company=True)
        workspace = WorkspaceId(api.workspace().id)
        contact_id = campaign.contact_ids[0]
        cloud.invoke(
            "campaigns_dispatch",
            {"workspace": workspace, "campaign_id": campaign.campaign_id, "run": 1, "round": 0},
        )
        (job,) = cloud.queue("StepsQueue").receive(10)

        def shut_out() -> None:
            match what:
                case "address":
                    api.post(
                        "/v1/suppressions", {"address": "ada0@example.com", "reason": "manual"}
                    )
                case "domain":
                    api.post("/v1/suppressions", {"domain": "example.com", "reason": "manual"})
                case "unsubscribed":
                    api.patch(f"/v1/contacts/{contact_id}", {"status": "unsubscribed"})
                case "bounce":
                    table = Table(names().contacts_table)
                    transact(GlobalBounces(table, workspace).add_action("ada0@example.com"))
                case "company":
                    replies = company_replies(workspace, campaign.campaign_id)
                    transact(replies.note_action("example.com", clock.timestamp()))

        with cloud.wire.once_after("BatchGetItem", shut_out):
            cloud.invoke("steps_run", {"Records": [{"messageId": "1", "body": job.body}]})

        ended = enrollment(cloud, api, campaign)["state"]
        assert cloud.mails() == []
        assert ended == {"bounce": "bounced", "company": "company_replied"}.get(what, "opted_out")

    def test_touches_the_contact(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        before = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json

        cloud.run(hours=1)

        after = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
        assert (before["status"], after["status"]) == ("new", "active")
        assert after["last_contacted_at"] is not None
        assert after["version"] == before["version"]
        listed = api.get("/v1/contacts?status=active").json["data"]
        assert [contact["id"] for contact in listed] == campaign.contact_ids

    def test_calls_aws_as_often_as_this(self, api: Api, cloud: Cloud) -> None:
        """Read, claim, look again, take a unit of each cap, note the contact, write what it
        says, send, record."""
        campaign = ruled(
            api,
            STEP_ONE,
            {**STEP_TWO, "wait_days": 2, "wait_before": None},
            stop_for_company=True,
            daily_limit=10,
            company_daily_limit=10,
            min_interval_hours=4,
        )
        workspace = api.workspace().id
        cloud.invoke(
            "campaigns_dispatch",
            {"workspace": workspace, "campaign_id": campaign.campaign_id, "run": 1, "round": 0},
        )
        (job,) = cloud.queue("StepsQueue").receive(10)

        with cloud.wire.recording() as calls:
            cloud.invoke("steps_run", {"Records": [{"messageId": "1", "body": job.body}]})

        assert [call.operation for call in calls] == [
            "BatchGetItem",
            "UpdateItem",
            "BatchGetItem",
            "UpdateItem",
            "PutItem",
            "SendEmail",
            "TransactWriteItems",
        ]


class TestRules:
    def test_a_paused_campaign_sends_nothing_that_lies_in_the_queue(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, contacts=3)
        cloud.invoke(
            "campaigns_dispatch",
            {
                "workspace": api.workspace().id,
                "campaign_id": campaign.campaign_id,
                "run": 1,
                "round": 0,
            },
        )
        api.post(f"/v1/campaigns/{campaign.campaign_id}/pause")

        cloud.run(hours=2)
        assert cloud.mails() == []
        assert closed(explained(cloud, api, campaign)) == ["campaign_paused"]

        api.post(f"/v1/campaigns/{campaign.campaign_id}/resume")
        cloud.run(hours=1)
        assert len(cloud.mails()) == 3

    def test_of_two_exclusive_campaigns_the_first_has_the_contact(
        self, api: Api, cloud: Cloud
    ) -> None:
        first = ruled(api, STEP_ONE, STEP_TWO)
        cloud.clock.advance(seconds=10)
        second = again(api, first.contact_ids, {**STEP_ONE, "text": "Second"})
        ruled_anew(api, second, exclusive=True)

        cloud.run(hours=0.5)
        assert len(cloud.mails()) == 1
        explanation = explained(cloud, api, second)
        assert closed(explanation) == ["in_other_active_campaign"]

        cloud.run(days=1)
        assert [mail.message.get_content().split()[0] for mail in cloud.mails()] == [
            "Hi",
            "Did",
            "Second",
        ]

    def test_the_interval_keeps_campaigns_apart_but_not_the_steps_of_one(
        self, api: Api, cloud: Cloud
    ) -> None:
        first = ruled(api, STEP_ONE, STEP_TWO, min_interval_hours=12)
        cloud.run(hours=0.5)
        second = again(api, first.contact_ids)
        ruled_anew(api, second, min_interval_hours=12)
        sent = cloud.clock.now

        cloud.run(hours=8)
        assert len(cloud.mails()) == 2

        cloud.run(hours=12)
        assert len(cloud.mails()) == 3
        assert cloud.clock.now - sent > timedelta(hours=12)

    def test_limits_of_a_day_hold_for_campaign_and_company(self, api: Api, cloud: Cloud) -> None:
        campaign = ruled(api, contacts=4, daily_limit=3, company_daily_limit=2)

        cloud.run(hours=6)

        assert len(cloud.mails()) == 2
        assert status(api, campaign.campaign_id)["audience"]["active"] == 2


class TestVersions:
    def test_those_under_way_go_on_with_newer_steps_when_told_to(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE, STEP_TWO, {**STEP_TWO, "text": "Third"}))
        cloud.run(hours=0.5)
        path = f"/v1/sequences/{campaign.sequence_id}/steps"
        one, _, three = api.get(path).json["steps"]

        changed = [
            {**STEP_ONE, "id": one["id"]},
            {**STEP_TWO, "id": three["id"], "text": "Last, and new"},
        ]
        answer = api.put(path, {"steps": changed, "migrate": True})
        cloud.run(hours=8)

        assert answer.status == 200, answer.text
        assert [mail.message.get_content().split()[0] for mail in cloud.mails()] == ["Hi", "Last,"]
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    @pytest.mark.parametrize("then", ["a task", "the end"])
    def test_those_who_need_no_mailbox_any_more_wait_for_none(
        self, api: Api, cloud: Cloud, then: str
    ) -> None:
        """They waited for their first email, which the new steps do not have."""
        campaign = launched(api, steps=(STEP_ONE, CALL))
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "paused"})
        cloud.run(hours=0.5)
        path = f"/v1/sequences/{campaign.sequence_id}/steps"
        _, call = api.get(path).json["steps"]

        steps = [call if then == "a task" else CALL]
        answer = api.put(path, {"steps": steps, "migrate": True})
        cloud.run(hours=0.5)

        assert answer.status == 200, answer.text
        audience = status(api, campaign.campaign_id)["audience"]
        found = (len(events(api, "task.due")), audience["completed"])
        assert found == ((1, 0) if then == "a task" else (0, 1))


class TestUnknown:
    def lost(self, api: Api, cloud: Cloud) -> tuple[Launched, Message]:
        """The first mail's outcome is lost: its worker dies behind SendEmail."""
        campaign = launched(api)
        cloud.invoke(
            "campaigns_dispatch",
            {
                "workspace": api.workspace().id,
                "campaign_id": campaign.campaign_id,
                "run": 1,
                "round": 0,
            },
        )
        (job,) = cloud.queue("StepsQueue").receive(10)
        records = {"Records": [{"messageId": "1", "body": job.body}]}
        with cloud.wire.crash_at("SendEmail", "after"):
            cloud.invoke("steps_run", records)
        cloud.clock.advance(minutes=3)
        cloud.invoke("steps_run", records)
        (message,) = messages(cloud, api)
        return campaign, message

    def test_is_shown_to_a_person_and_not_sent_again(self, api: Api, cloud: Cloud) -> None:
        campaign, message = self.lost(api, cloud)

        cloud.run(days=1)

        listed = api.get("/v1/messages?status=unknown").json["data"]
        assert [shown["id"] for shown in listed] == [message.id]
        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["paused"] == 1
        assert closed(explained(cloud, api, campaign)) == ["unknown_outcome"]


class TestExplain:
    def test_names_all_that_is_in_the_way(self, api: Api, cloud: Cloud) -> None:
        window = {"days": ["sat"], "from": "09:00", "to": "17:00"}
        campaign = ruled(api, {**STEP_ONE, "text": "{{ company }}"}, windows=[window])
        api.post("/v1/suppressions", {"address": "ada0@example.com", "reason": "manual"})

        explanation = explained(cloud, api, campaign)

        assert [gate["gate"] for gate in explanation["gates"]] == [
            "suppression",
            "window",
            "content",
        ]
        assert all(gate["remedy"] for gate in explanation["gates"])
        assert explanation["earliest_send_at"] is None

    def test_says_when_the_next_step_can_come(self, api: Api, cloud: Cloud) -> None:
        window = {"days": ["sat"], "from": "09:00", "to": "17:00"}
        campaign = ruled(api, windows=[window])

        explanation = explained(cloud, api, campaign)

        assert closed(explanation) == ["outside_window"]
        assert explanation["earliest_send_at"] == "2026-03-07T09:00:00.000Z"

    def test_names_no_moment_where_somebody_has_to_act(self, api: Api) -> None:
        later = {**STEP_ONE, "wait_days": 1}
        campaign = launched(api, steps=(later,))
        [mailbox] = api.get("/v1/mailboxes").json["data"]
        path = f"/v1/mailboxes/{mailbox['id']}"
        api.patch(path, {"status": "paused"})
        enrollment_id = f"enr_{campaign.campaign_id[4:]}{campaign.contact_ids[0][4:]}"

        paused = api.get(f"/v1/enrollments/{enrollment_id}/explain").json
        api.patch(path, {"status": "active"})
        resumed = api.get(f"/v1/enrollments/{enrollment_id}/explain").json

        assert closed(paused) == ["mailbox_paused"]
        assert (paused["earliest_send_at"], paused["gates"][0]["until"]) == (None, None)
        assert (closed(resumed), resumed["earliest_send_at"]) == ([], resumed["due_at"])

    def test_of_one_that_is_over_begins_with_its_end(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=({**STEP_ONE, "wait_days": 1},))
        enrollment_id = f"enr_{campaign.campaign_id[4:]}{campaign.contact_ids[0][4:]}"
        api.post(f"/v1/enrollments/{enrollment_id}/stop")
        api.post(f"/v1/campaigns/{campaign.campaign_id}/pause")

        assert closed(explained(cloud, api, campaign)) == ["by_person", "campaign_paused"]

    def test_tells_nothing_about_others(self, api: Api) -> None:
        job = a_task(api)
        enrollment_id = f"enr_{job.campaign_id[4:]}{job.contact_id[4:]}"

        mine = api.get(f"/v1/enrollments/{enrollment_id}/explain")
        theirs = api.get(f"/v1/enrollments/{enrollment_id}/explain", workspace="globex")

        assert (mine.status, mine.json["status"]) == (200, "waiting")
        assert (theirs.status, theirs.json["code"]) == (404, "RESOURCE_NOT_FOUND")
