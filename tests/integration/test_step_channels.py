"""Steps that are no email: text messages, and tasks of a person."""

from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import (
    STEP_ONE,
    a_task,
    some_contacts,
    status,
)
from tests.integration.test_steps import CALL, again, events, messages, ruled

PHONE = "+4915112345678"

SMS = {"channel": "sms", "wait_days": 0, "text": "Hi {{ first_name }}"}


class TestTexts:
    def test_a_short_message_goes_to_the_phone(self, api: Api, cloud: Cloud) -> None:
        campaign = ruled(api, SMS)
        api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"phone": PHONE})

        cloud.run(hours=1)

        assert [(text.phone, text.text) for text in cloud.texts()] == [(PHONE, "Hi Ada0")]
        (sent,) = messages(cloud, api)
        assert (sent.state, sent.channel, sent.recipient) == ("sent", "sms", PHONE)
        assert [event["message_id"] for event in events(api, "sms.sent")] == [sent.id]

    def test_needs_no_mailbox_as_long_as_nothing_is_a_mail(self, api: Api, cloud: Cloud) -> None:
        contact_ids = some_contacts(api, 1)
        api.patch(f"/v1/contacts/{contact_ids[0]}", {"phone": PHONE})

        again(api, contact_ids, SMS, {**CALL, "if": "always"})
        cloud.run(hours=1)

        assert len(cloud.texts()) == len(events(api, "task.due")) == 1

    def test_whoever_unsubscribes_by_one_gets_no_mail_either(self, api: Api, cloud: Cloud) -> None:
        said = {**SMS, "text": "Hi {{ unsubscribe_url }}"}
        campaign = ruled(api, said)
        api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"phone": PHONE})
        cloud.run(hours=1)
        (text,) = cloud.texts()

        path = "/t/u/" + text.text.rpartition("/")[2]
        form = {"content-type": "application/x-www-form-urlencoded"}
        api.post(path, b"List-Unsubscribe=One-Click", key=ANONYMOUS, headers=form)

        suppressed = [each["address"] for each in api.get("/v1/suppressions").json["data"]]
        assert suppressed == ["ada0@example.com"]

    def test_without_a_phone_it_fails_and_says_so(self, api: Api, cloud: Cloud) -> None:
        campaign = ruled(api, SMS)

        cloud.run(hours=1)

        assert cloud.texts() == []
        assert [event["reason"] for event in events(api, "sms.failed")] == ["no_phone"]
        assert status(api, campaign.campaign_id)["audience"]["failed"] == 1


class TestTasks:
    def test_a_task_is_due_and_its_completion_brings_the_next_step(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = ruled(api, CALL, STEP_ONE)
        cloud.run(hours=1)
        (due,) = events(api, "task.due")
        assert due["channel"] == "call"
        assert api.get(f"/v1/messages/{due['message_id']}").json["text"] == "Call Ada0"
        assert cloud.mails() == []

        path = f"/v1/messages/{due['message_id']}/complete"
        answers = [api.post(path, {"outcome": "Left word"}) for _ in range(2)]
        cloud.run(hours=1)

        assert [answer.status for answer in answers] == [200, 200]
        assert answers[0].json == answers[1].json
        assert answers[0].json["outcome"] == "Left word"
        assert len(cloud.mails()) == 1
        assert len(events(api, "task.completed")) == 1
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    def test_one_that_nobody_does_expires(self, api: Api, cloud: Cloud) -> None:
        ruled(api, CALL, STEP_ONE)

        cloud.run(days=2)
        assert cloud.mails() == []

        cloud.run(days=2)
        (task,) = [message for message in messages(cloud, api) if message.channel == "call"]
        assert task.state == "expired"
        assert len(cloud.mails()) == 1
        late = api.post(f"/v1/messages/{task.id}/complete", {})
        assert (late.status, late.json["code"]) == (409, "CONFLICT")

    def test_one_whose_enrollment_ends_is_nobodys_any_more(self, api: Api, cloud: Cloud) -> None:
        ruled(api, CALL, STEP_ONE)
        cloud.run(hours=1)
        (task,) = api.get("/v1/messages?status=pending").json["data"]

        stopped = api.post(f"/v1/enrollments/{task['enrollment_id']}/stop", {})
        late = api.post(f"/v1/messages/{task['id']}/complete", {})
        cloud.run(hours=1)

        assert (stopped.status, late.status) == (200, 409), late.text
        assert api.get("/v1/messages?status=pending").json["data"] == []
        assert api.get(f"/v1/messages/{task['id']}").json["status"] == "cancelled"
        assert [event["message_id"] for event in events(api, "task.cancelled")] == [task["id"]]

    def test_one_of_somebody_else_is_not_there(self, api: Api) -> None:
        task = a_task(api)

        answer = api.post(f"/v1/messages/{task.message_id}/complete", {}, workspace="globex")

        assert (answer.status, answer.json["code"]) == (404, "RESOURCE_NOT_FOUND")
