"""What rules, streams and Lambda could not hand over is listed, and sent again without doing it
twice."""

import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.stack import arn
from tests.integration.outreach import STEP_ONE, launched
from tools.deployments import Deployment
from tools.redeliver import Redelivery, redeliver

BUCKET_NOTICE = {"source": "aws.s3", "detail-type": "Object Created"}


@dataclass(frozen=True, slots=True)
class Account(Deployment):
    """The harness as a deployment; `letters` is what `UndeliveredDeadLetters` has."""

    cloud: Cloud
    letters: list[dict[str, Any]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    def client(self, service: str) -> Any:
        match service:
            case "sqs":
                return SimpleNamespace(
                    receive_message=self._receive,
                    delete_message=self._delete,
                    change_message_visibility=self._show_again,
                    get_queue_url=lambda QueueName: {"QueueUrl": QueueName},  # noqa: N803
                    send_message=self._send,
                )
            case "lambda":
                return SimpleNamespace(invoke=self._invoke)
        return self.session.create_client(service)

    def nested(self, logical_id: str) -> str:
        return "contacts_index" if logical_id == "ContactsIndexFunction" else logical_id

    def outputs(self, stack: str = "") -> dict[str, str]:
        assert stack == "Data"
        return self.cloud.stack.data

    def messaging(self) -> "Account":
        return self

    def undelivered(self, body: Any, **attributes: str) -> None:
        id_ = uuid4().hex
        values = {name: {"StringValue": value} for name, value in attributes.items()}
        self.letters.append(
            {
                "MessageId": id_,
                "ReceiptHandle": id_,
                "Body": json.dumps(body),
                "MessageAttributes": values,
            }
        )

    def given_up(self, function: str, records: list[Any]) -> None:
        """Keep records of a stream as Lambda does: in the bucket, with a notice to the queue."""
        key, bucket = f"aws/lambda/{uuid4().hex}", self.cloud.stack.data["FilesBucketName"]
        body = {**failed_call(function), "payload": json.dumps({"Records": records})}
        s3 = self.session.create_client("s3")
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(body).encode())
        detail = {"bucket": {"name": bucket}, "object": {"key": key}}
        self.undelivered({**BUCKET_NOTICE, "detail": detail})

    def _receive(self, **asked: Any) -> dict[str, Any]:
        assert asked["MessageAttributeNames"] == ["All"]
        seen = [each for each in self.letters if each["MessageId"] not in self.hidden]
        found = seen[: asked["MaxNumberOfMessages"]]
        self.hidden.update(each["MessageId"] for each in found)
        return {"Messages": found}

    def _show_again(self, **asked: Any) -> None:
        assert asked["VisibilityTimeout"] == 0
        self.hidden.remove(asked["ReceiptHandle"])

    def _delete(self, **asked: Any) -> None:
        (found,) = (each for each in self.letters if each["MessageId"] == asked["ReceiptHandle"])
        self.letters.remove(found)

    def _send(self, **asked: Any) -> None:
        (queue,) = (
            each
            for each in self.cloud.queues().values()
            if each.arn.rpartition(":")[2] == asked["QueueUrl"]
        )
        queue.send(asked["MessageBody"])

    def _invoke(self, **asked: Any) -> Mapping[str, Any]:
        name, answer = asked["FunctionName"].split(":")[6], {}
        try:
            payload = self.cloud.invoke(name, json.loads(asked["Payload"]))
        except Exception as error:
            payload, answer = {"errorMessage": str(error)}, {"FunctionError": "Unhandled"}
        return {**answer, "Payload": io.BytesIO(json.dumps(payload).encode())}


def function(name: str) -> str:
    return arn("lambda", f"function:{name}")


def failed_call(name: str) -> dict[str, Any]:
    """What Lambda tells of a call that failed each time."""
    context = {"functionArn": f"{function(name)}:$LATEST", "condition": "RetriesExhausted"}
    return {"version": "1.0", "requestContext": context}


@pytest.fixture
def account(cloud: Cloud) -> Account:
    return Account("outrider", cloud.stack.session, cloud)


def sent(account: Account) -> bool:
    return redeliver(Redelivery(account), send=True)


class TestRules:
    def test_events_reach_their_queues_and_functions_after_all(
        self, cloud: Cloud, account: Account
    ) -> None:
        campaign = launched(cloud.api, 2, steps=(STEP_ONE,))
        while cloud._carry_streams():
            pass
        events = list(cloud.bus.pending)
        cloud.bus.pending.clear()
        targets = {target for target, _ in events}
        assert "campaigns_start" in targets
        assert cloud.queue("WebhookFanoutQueue").arn in targets

        for _ in range(2):
            for target, event in events:
                to = target if target.startswith("arn:") else function(target)
                account.undelivered(event, RULE_ARN="rule", TARGET_ARN=to, ERROR_CODE="THROTTLING")
            assert sent(account)
            assert account.letters == []
            cloud.run(hours=0.5)

        recipients = Counter(mail.recipients[0] for mail in cloud.mails())
        assert sorted(recipients.values()) == [1, 1]
        shown = cloud.api.get(f"/v1/campaigns/{campaign.campaign_id}/status").json
        assert shown["status"] == "completed"

    def test_calls_of_schedules_and_failed_calls_are_made_again(
        self, cloud: Cloud, account: Account
    ) -> None:
        launched(cloud.api, steps=(STEP_ONE,))
        cloud.take("StepsQueue", 0)
        cloud.executions.clear()
        schedule = {"SCHEDULE_ARN": "check", "TARGET_ARN": function("campaigns_start")}
        account.undelivered({}, ERROR_CODE="AWS.Lambda.ThrottlingException", **schedule)
        account.undelivered({**failed_call("campaigns_start"), "requestPayload": {}})

        assert sent(account)
        assert account.letters == []


class TestStreams:
    def test_changes_that_the_relay_gave_up_reach_the_feed(
        self, api: Api, cloud: Cloud, account: Account
    ) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        account.given_up("events_relay", self._records(cloud, "events_relay", contact))
        cloud.skip()

        assert sent(account)
        cloud.drain()

        told = api.get("/v1/events?type=contact.created").json["data"]
        assert [event["data"]["contact_id"] for event in told] == [contact]

    def test_contacts_are_indexed_as_they_are_now(
        self, api: Api, cloud: Cloud, account: Account
    ) -> None:
        contact = api.post("/v1/contacts", {"email": "a@example.com", "first_name": "Grace"})
        lost = self._records(cloud, "contacts_index", contact.json["id"])
        cloud.skip()
        api.patch(f"/v1/contacts/{contact.json['id']}", {"first_name": "Dorothy"})
        cloud.drain()
        account.given_up("contacts_index", lost)

        assert sent(account)

        found = {name: self._found(api, name) for name in ("Grace", "Dorothy")}
        assert found == {"Grace": 0, "Dorothy": 1}
        api.delete(f"/v1/contacts/{contact.json['id']}")
        cloud.drain()
        account.given_up("contacts_index", lost)
        assert sent(account)
        tokens = [each for each in cloud.items("contacts") if "#tok#" in each["pk"]]
        assert tokens == []

    def _records(self, cloud: Cloud, function: str, contact_id: str) -> list[Any]:
        (subscription,) = (
            each
            for each in cloud.streams.subscriptions
            if each.function == function and "Contacts" in each.stream
        )
        records, _ = cloud.streams.batch(subscription)
        found = [each for each in records if contact_id in json.dumps(each["dynamodb"]["Keys"])]
        assert found
        return found

    def _found(self, api: Api, name: str) -> int:
        return len(api.get(f"/v1/contacts?search={name}").json["data"])


class TestCommand:
    def test_lists_and_changes_nothing(
        self, cloud: Cloud, account: Account, capsys: pytest.CaptureFixture[str]
    ) -> None:
        account.undelivered({**failed_call("campaigns_start"), "requestPayload": {}})

        assert redeliver(Redelivery(account), send=False)

        assert capsys.readouterr().out == (
            "1 waits, send it by --send: campaigns_start (RetriesExhausted)\n"
        )
        assert len(account.letters) == 1
        assert sent(account), "it is not hidden from who sends it next"
        assert account.letters == []

    @pytest.mark.parametrize(
        "body", [{}, [], "text", {**BUCKET_NOTICE, "detail": {}}, failed_call("campaigns_start")]
    )
    def test_leaves_what_it_does_not_understand(
        self, account: Account, body: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        account.undelivered(body)

        assert not sent(account)

        assert json.dumps(body) in capsys.readouterr().out
        assert len(account.letters) == 1

    def test_leaves_what_fails_again(
        self, account: Account, capsys: pytest.CaptureFixture[str]
    ) -> None:
        failing = {**failed_call("contacts_index"), "requestPayload": {"Records": [{}]}}
        account.undelivered(failing)
        account.undelivered({**failed_call("campaigns_start"), "requestPayload": {}})

        assert not sent(account)

        assert [json.loads(each["Body"]) for each in account.letters] == [failing]
        assert account.hidden.isdisjoint(each["MessageId"] for each in account.letters)
        assert "failed again" in capsys.readouterr().out

    def test_says_that_there_is_nothing(
        self, account: Account, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert sent(account)
        assert capsys.readouterr().out == "Nothing is undelivered.\n"
