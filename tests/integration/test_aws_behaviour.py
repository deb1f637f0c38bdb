"""What AWS does and moto does not, as the harness plays it when told: each of these bites code that
takes no care, and the product takes it."""

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Query, StoreFailed, Table, transact
from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud, WorkFailed
from tests.harness.failures import TimedOut
from tests.integration.outreach import STEP_ONE, launched, status
from tools import templates

ITEM = {"pk": "p", "sk": "s", "by_due_pk": "due", "by_due_sk": "s"}


@pytest.fixture(autouse=True)
def no_waiting(clock: Clock) -> Iterator[None]:
    """What would wait moves the test's clock instead."""
    with patch("time.sleep", lambda seconds: clock.advance(seconds=seconds)):
        yield


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.stack.data["EnrollmentsTableName"])


@pytest.mark.both_transports
class TestConflicts:
    def test_cancel_transactions_which_are_tried_again(self, cloud: Cloud, table: Table) -> None:
        with cloud.wire.conflict(times=2), cloud.wire.recording() as calls:
            transact(table.put_action(ITEM))

        assert (len(calls), table.get("p", "s")) == (3, ITEM)

    def test_meet_checks_of_what_is_not_there(self, cloud: Cloud, table: Table) -> None:
        check = table.check_action("p", "none", "attribute_not_exists(#pk)")

        with cloud.wire.conflict(("p", "none"), times=100), pytest.raises(StoreFailed):
            transact(table.put_action(ITEM), check)

        assert table.get("p", "s") is None

    def test_meet_single_writes(self, cloud: Cloud, table: Table) -> None:
        with cloud.wire.conflict(("p", "s"), times=2):
            table.write(table.put_action(ITEM))

        assert table.get("p", "s") == ITEM

    def test_of_other_items_are_nothing_to_a_write(self, cloud: Cloud, table: Table) -> None:
        with cloud.wire.conflict(("p", "other"), times=100):
            transact(table.put_action(ITEM))

        assert table.get("p", "s") == ITEM


@pytest.mark.both_transports
class TestThrottling:
    def test_of_two_attempts_is_outlived(self, cloud: Cloud, table: Table) -> None:
        with cloud.wire.throttle_at(1, attempts=2):
            table.write(table.put_action(ITEM))

        assert table.get("p", "s") == ITEM

    def test_of_three_is_not(self, cloud: Cloud, table: Table) -> None:
        with cloud.wire.throttle_at(1, attempts=3), pytest.raises(StoreFailed):
            table.write(table.put_action(ITEM))

        assert table.get("p", "s") is None

    def test_meets_other_services_in_their_words(self, cloud: Cloud) -> None:
        with cloud.wire.throttle_at(1), pytest.raises(ClientError, match="RequestThrottled"):
            clients.client("sqs").send_message(
                QueueUrl=cloud.queue("StepsQueue").url, MessageBody="{}"
            )


class TestIdentities:
    def test_that_are_not_verified_are_refused_as_senders(self, api: Api, cloud: Cloud) -> None:
        cloud.ses.strict = True
        cloud.verify_identity("globex.example")

        with pytest.raises(ClientError, match=r"not verified.*: ada@acme\.example$"):
            _send("ada@acme.example", "bob@globex.example")
        _send("ada@globex.example", "bob@acme.example")

        assert [mail.sender for mail in cloud.mails()] == ["ada@globex.example"]

    def test_are_asked_for_of_recipients_in_the_sandbox(self, cloud: Cloud) -> None:
        cloud.ses.sandbox = True
        cloud.verify_identity("acme.example")

        with pytest.raises(ClientError, match=r"not verified.*: bob@globex\.example$"):
            _send("ada@acme.example", "bob@globex.example")


class TestTags:
    def test_of_other_signs_are_refused(self, cloud: Cloud) -> None:
        with pytest.raises(ClientError, match="BadRequestException"):
            _send("ada@outrider.test", "bob@example.com", tags={"contact": "con_1/2"})


class TestRecursion:
    def test_ends_after_sixteen_turns_where_it_is_not_allowed(self, cloud: Cloud) -> None:
        properties = cloud.stack.functions["steps_run"].properties
        with patch.dict(properties, RecursiveLoop="Terminate"):
            turns = _turn_forever(cloud, "StepsQueue", 20)

        assert (turns, len(cloud.queue("StepsDeadLetters").messages)) == (16, 1)

    def test_goes_on_where_it_is(self, cloud: Cloud) -> None:
        assert _turn_forever(cloud, "StepsQueue", 20) == 20


class TestStreams:
    def test_that_bring_everything_twice_change_nothing(self, api: Api, cloud: Cloud) -> None:
        cloud.streams.repeat()

        api.post("/v1/contacts", {"email": "ada@example.com"})
        cloud.drain()

        published = [
            each for each in cloud.bus.published if each["detail-type"] != "api_key.created"
        ]
        assert [each["detail-type"] for each in published] == ["contact.created"] * 2
        assert len({each["detail"]["sequence"] for each in published}) == 1

    def test_of_two_shards_know_no_common_order(self, cloud: Cloud) -> None:
        table = Table(cloud.stack.data["ContactsTableName"])
        written = [(f"p{number}", sk) for sk in ("first", "second") for number in range(4)]
        cloud.streams.split()

        for pk, sk in written:
            table.write(table.put_action({"pk": pk, "sk": sk, "id": "con_1"}))
        keys = [
            (record["dynamodb"]["Keys"]["pk"]["S"], record["dynamodb"]["Keys"]["sk"]["S"])
            for each in cloud.streams.subscriptions
            if each.function == "contacts_index"
            for record in cloud.streams.batch(each)[0]
        ]

        assert keys != written
        assert sorted(keys) == sorted(written)
        assert all(keys.index((pk, "first")) < keys.index((pk, "second")) for pk, _ in written)


class TestIndexes:
    def test_are_behind_their_tables(self, cloud: Cloud, clock: Clock, table: Table) -> None:
        table.write(table.put_action(ITEM))
        with cloud.indexes.behind(minutes=5):
            table.write(table.put_action({**ITEM, "sk": "later", "by_due_sk": "later"}))
            table.write(table.delete_action("p", "s"))
            early = _due(table)
            clock.advance(minutes=6)
            late = _due(table)

        assert (early, late) == (["s"], ["later"])


class TestFrozenProcess:
    def test_finds_its_connections_closed(self, cloud: Cloud, clock: Clock) -> None:
        client = clients.client("sesv2")
        _send("ada@acme.example", "bob@acme.example", client)
        clock.advance(minutes=6)

        with pytest.raises(ConnectionClosedError):
            _send("ada@acme.example", "bob@acme.example", client)

    def test_connects_anew(self, cloud: Cloud, clock: Clock) -> None:
        for _ in range(3):
            _send("ada@acme.example", "bob@acme.example")
            clock.advance(minutes=6)

        assert len(cloud.mails()) == 3

    def test_keeps_connections_that_are_in_use(self, cloud: Cloud, clock: Clock) -> None:
        _send("ada@acme.example", "bob@acme.example")
        with patch.object(type(clients.client("sesv2")), "close") as close:
            clock.advance(seconds=10)
            _send("ada@acme.example", "bob@acme.example")

        close.assert_not_called()


class TestTimeout:
    def test_ends_the_process_at_its_call(self, api: Api, cloud: Cloud) -> None:
        with (
            cloud.wire.once_after("UpdateItem", lambda: cloud.clock.advance(seconds=30)),
            pytest.raises(TimedOut),
        ):
            api.post("/v1/contacts", {"email": "ada@example.com"})

        assert cloud.items("contacts") == []

    def test_of_a_worker_brings_its_records_again(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        with (
            cloud.wire.once_after("BatchGetItem", lambda: None),
            cloud.wire.once_after("SendEmail", lambda: cloud.clock.advance(seconds=130)),
            pytest.raises(WorkFailed),
        ):
            cloud.run(hours=0.1)
        cloud.run(hours=1)

        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["sent"] <= 1


class TestEnvironment:
    def test_has_room_for_longer_names(self, cloud: Cloud) -> None:
        """A function may have 4 KB of it; CloudFormation gives nested stacks names of their own."""
        for name in cloud.stack.functions:
            variables = cloud.stack.environment(name)
            assert sum(len(each) + len(value) for each, value in variables.items()) < 2_048


class TestPolicies:
    def test_of_each_function_fit_its_role(self, cloud: Cloud) -> None:
        """The policies of a role have 10,240 characters; names on AWS are twice as long as here."""
        for function in templates.functions():
            own = [
                policy for policy in function.properties.get("Policies", []) if "Ref" not in policy
            ]
            policies = cloud.stack.resolve(own)
            assert len(json.dumps(policies, separators=(",", ":"))) < 5_120, function.name


def _send(
    sender: str, recipient: str, client: Any = None, tags: dict[str, str] | None = None
) -> None:
    (client or clients.client("sesv2")).send_email(
        EmailTags=[{"Name": name, "Value": value} for name, value in (tags or {}).items()],
        FromEmailAddress=sender,
        Destination={"ToAddresses": [recipient]},
        Content={"Raw": {"Data": b"Subject: Hi\n\nHi"}},
    )


def _due(table: Table) -> list[str]:
    return [item["sk"] for item in table.query(Query("due", index="by_due")).items]


def _turn_forever(cloud: Cloud, name: str, most: int) -> int:
    """How often a worker that feeds its own queue was called, at most `most` times."""
    queue, turns = cloud.queue(name), 0

    def handle(function: str, event: dict[str, Any]) -> dict[str, Any]:
        nonlocal turns
        turns += 1
        if turns < most:
            clients.client("sqs").send_message(QueueUrl=queue.url, MessageBody="{}")
        return {"batchItemFailures": []}

    queue.send("{}")
    with patch.object(cloud._functions, "invoke", handle):
        cloud.drain()
    return turns
