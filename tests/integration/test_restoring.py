"""Restores: the copies have what AWS leaves out, and a campaign goes on without sending twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from outrider.kit.aws.dynamodb import Table
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import ANONYMOUS
from tests.harness.cloud import Cloud
from tests.integration.feedback import tell
from tests.integration.outreach import (
    HTML_STEP,
    STEP_TWO,
    a_mailbox,
    launched,
    status,
    tracking_path,
)
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.running_workflows import a_lead, a_workflow, run, statuses, the_run
from tests.releases import recording
from tools.restore import switch
from tools.restoring.inbound import reread
from tools.restoring.sends import Gap
from tools.restoring.tables import ALL, DECLARED, NAME, Copies

KEPT = ("Contacts", "Messages", "Enrollments")


@pytest.fixture
def dynamodb(cloud: Cloud) -> Iterator[Any]:
    """A client; the tables that a test creates are deleted after it."""
    client = cloud.stack.session.create_client("dynamodb")
    before = set(client.list_tables()["TableNames"])
    yield client
    for name in set(client.list_tables()["TableNames"]) - before:
        client.delete_table(TableName=name)


def copies(cloud: Cloud, dynamodb: Any, prefix: str = "restored") -> Copies:
    return Copies(dynamodb, cloud.stack.data, prefix, sleep=lambda _: None)


def restored(cloud: Cloud, dynamodb: Any, before: Any) -> dict[str, Table]:
    """Keep what the failed stack knows in tables of its own; the stack gets what was before."""
    failed = copies(cloud, dynamodb, "failed")
    failed.restore(None, KEPT)
    put_back(cloud, before)
    return {f"{name.lower()}_table": Table(failed.copy_of(name)) for name in KEPT}


def put_back(cloud: Cloud, before: dict[str, list[Any]]) -> None:
    tables = {table.name: table for table in cloud.streams.tables}
    for name, items in before.items():
        table = tables[cloud.stack.data[f"{name}{NAME}"]]
        table.items.clear()
        for item in items:
            table.put_item(item)
    cloud.skip()


class TestCopies:
    def test_have_what_the_template_declares(self, cloud: Cloud, dynamodb: Any) -> None:
        cloud.api.post("/v1/contacts", {"email": "ada@example.com"})
        made, names = copies(cloud, dynamodb), ("Contacts", "Leads", "Events")

        for _ in range(2):  # again after an interruption
            made.restore(None, names)

        for name in names:
            table, declared = made.copy_of(name), DECLARED[name]
            found = dynamodb.describe_table(TableName=table)["Table"]
            expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
            backups = dynamodb.describe_continuous_backups(TableName=table)
            assert found.get("StreamSpecification", {}).get("StreamEnabled", False) == (
                "StreamSpecification" in declared
            )
            assert expiry.get("AttributeName") == declared.get("TimeToLiveSpecification", {}).get(
                "AttributeName"
            )
            recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        assert dynamodb.scan(TableName=made.copy_of("Contacts"))["Count"] > 0

    def test_take_the_place_of_the_tables(self, cloud: Cloud, dynamodb: Any) -> None:
        made = copies(cloud, dynamodb)
        made.restore(None, ("Contacts",))

        given = made.parameters()

        tables, streams = (given[each].split(",") for each in ("RestoredTables", "RestoredStreams"))
        expected = {**cloud.stack.data, f"Contacts{NAME}": "restored-contacts"}
        assert tables == [expected[f"{name}{NAME}"] for name in ALL]
        assert streams[ALL.index("Events")] == "-"
        assert "restored-contacts/stream" in streams[ALL.index("Contacts")]


class TestSending:
    def test_is_stopped_by_the_mapping_of_the_queue(self) -> None:
        """A function without concurrency would have its messages end among the dead letters."""
        states, switched = iter(["Disabling", "Disabled"]), []
        client = SimpleNamespace(
            list_event_source_mappings=lambda **_: {"EventSourceMappings": [{"UUID": "one"}]},
            update_event_source_mapping=lambda **given: switched.append(given),
            get_event_source_mapping=lambda **_: {"State": next(states)},
        )
        deployment = SimpleNamespace(client=lambda _: client, nested=lambda name: name)

        switch(deployment, enabled=False, sleep=lambda _: None)  # type: ignore[arg-type]

        assert switched == [{"UUID": "one", "Enabled": False}]
        assert next(states, None) is None


class TestInbound:
    def test_emails_of_the_lost_time_are_read_again(self, cloud: Cloud) -> None:
        campaign = launched(cloud.api, 1)
        cloud.run(hours=0.1)
        self._empty_bucket(cloud)
        put_into_bucket(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))
        cloud.bus.pending.clear()
        session, bucket = cloud.stack.session, cloud.stack.data["FilesBucketName"]
        sent: list[str] = []

        count = reread(
            session.create_client("s3"),
            SimpleNamespace(send_message=lambda **sending: sent.append(sending["MessageBody"])),
            bucket,
            "queue",
            datetime.now(UTC) - timedelta(minutes=1),
        )

        assert count == len(sent) >= 1
        for body in sent:
            cloud.queue("InboundQueue").send(body)
        cloud.drain()
        assert status(cloud.api, campaign.campaign_id)["audience"]["completed"] == 1

    def _empty_bucket(self, cloud: Cloud) -> None:
        s3, bucket = cloud.stack.session.create_client("s3"), cloud.stack.data["FilesBucketName"]
        for each in s3.list_objects_v2(Bucket=bucket, Prefix="inbound/").get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=each["Key"])


class TestCampaign:
    """Three contacts have the first email at the restored moment. Until the failure the second one
    goes to two of them and arrives, the third is in the worker that dies, and one recipient
    unsubscribes. The executions of that time are still there, as they are on the same stack."""

    @pytest.mark.parametrize("readable", [True, False])
    def test_goes_on_without_sending_twice(
        self, cloud: Cloud, dynamodb: Any, readable: bool
    ) -> None:
        api = cloud.api
        campaign = launched(api, 3, steps=(HTML_STEP, STEP_TWO, {**STEP_TWO, "if": "always"}))
        cloud.run(hours=1)
        since, before = cloud.clock.now, recording.items(cloud)
        self._until_the_failure(cloud, campaign.campaign_id)
        sent = Counter(mail.tags["message_id"] for mail in cloud.mails())
        assert len(sent) == 6

        earlier = restored(cloud, dynamodb, before) if readable else {}
        if not readable:
            put_back(cloud, before)
        broken_off = patch.object(Gap, "_held", side_effect=KeyboardInterrupt)
        with broken_off, pytest.raises(KeyboardInterrupt):
            Gap(since, cloud.clock.now, earlier).close()
        counts = Gap(since, cloud.clock.now, earlier).close()
        assert (counts["campaigns paused"], counts["clocks renewed"]) == (0, 1)
        assert not any(Gap(since, cloud.clock.now, earlier).close().values())
        cloud.run(hours=1)
        assert Counter(mail.tags["message_id"] for mail in cloud.mails()) == sent
        assert api.get(f"/v1/campaigns/{campaign.campaign_id}").json["status"] == "paused"

        api.post(f"/v1/campaigns/{campaign.campaign_id}/resume")
        cloud.run(hours=0.05)  # shorter than until stopped clocks are looked for
        unknown = api.get("/v1/messages?status=unknown").json["data"]
        assert len(unknown) == (1 if readable else 3)
        body = {"outcome": "sent", "message_ids": [each["id"] for each in unknown]}
        assert api.post("/v1/messages/settle", body).status == 200
        cloud.run(days=1)

        twice = Counter(mail.tags["message_id"] for mail in cloud.mails())
        assert set(twice.values()) == {1}
        unsubscribed = 1 if readable else 0
        assert len(twice) == 9 - unsubscribed
        books = Books(cloud, api.workspace().id)
        ended = Counter(each.state for each in books.enrollments)
        assert ended == Counter(finished=3 - unsubscribed, opted_out=unsubscribed)
        assert list(wrong_at_rest(books)) == []

    def _until_the_failure(self, cloud: Cloud, campaign_id: str) -> None:
        first = cloud.mails()[0]
        for action in ("pause", "resume"):
            cloud.api.post(f"/v1/campaigns/{campaign_id}/{action}")
        cloud.run(hours=0.9)
        cloud.clock.advance(minutes=6)
        for execution in cloud.executions.running():
            cloud.executions.step(execution, cloud.invoke)
        for when in (None, None, "after"):
            records = cloud.take("StepsQueue", 1)
            with cloud.wire.crash_at("SendEmail" if when else 1_000, "after"):
                cloud.invoke("steps_run", records)
        for second in cloud.mails()[3:5]:
            tell(cloud, second, "Delivery")
        cloud.api.post(tracking_path(first, "u"), key=ANONYMOUS)
        cloud.queue("StepsQueue").messages.clear()


class TestWorkflow:
    """All leads wait at the restored moment. Until the failure they are scored and get the first
    email. The execution of that time is still there."""

    def test_goes_on_with_each_lead_once(self, cloud: Cloud, dynamodb: Any) -> None:
        api = cloud.api
        a_mailbox(api)
        workflow = a_workflow(api, "qualify", "contact", auto_review=True)
        for number in range(3):
            a_lead(api, workflow, f"a{number}@acme.example")
        run(api, workflow)
        cloud.drain()
        since, before = cloud.clock.now, recording.items(cloud)
        cloud.run(hours=1)
        sent = Counter(mail.tags["message_id"] for mail in cloud.mails())
        assert len(sent) == 3

        earlier = restored(cloud, dynamodb, before)
        counts = Gap(since, cloud.clock.now, earlier).close()
        assert (counts["messages carried over"], counts["clocks renewed"]) == (3, 2)
        cloud.invoke("workflows_start", {})
        cloud.run(hours=1)
        campaign_id = api.get(f"/v1/workflows/{workflow}").json["campaign_id"]
        assert api.post(f"/v1/campaigns/{campaign_id}/resume").status == 200
        cloud.run(hours=2)

        assert Counter(mail.tags["message_id"] for mail in cloud.mails()) == sent
        assert statuses(api, workflow) == {"contacted": 3}
        done = the_run(api, workflow)
        assert (done["status"], done["counts"]["enrolled"]) == ("completed", 3)
        books = Books(cloud, api.workspace().id)
        assert len(books.enrollments) == 3
        assert list(wrong_at_rest(books)) == []
