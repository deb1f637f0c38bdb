"""What the emulator has when it ends and what it has when it starts again, without the product."""

import io
import json
import os
import signal
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local import generations, processes
from local.emulator import Emulator
from local.errors import LocalStackError
from tests.e2e.running import an_emulator

_TABLE = "things"
_SLOW = """
import os, time, boto3
def handler(event, _):
    time.sleep(2)
    client = boto3.client("dynamodb", endpoint_url=event["endpoint"])
    client.put_item(TableName="things", Item={"id": {"S": "late"}})
"""
_INNER = {
    "Parameters": {"Patience": {"Type": "String"}},
    "Resources": {
        "Stays": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "stays"}},
        "Changes": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": {"Ref": "Patience"}},
        },
    },
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Stays", "Arn"]}}},
}
_OUTER = {
    "Parameters": {"Patience": {"Type": "String"}},
    "Resources": {
        "Inner": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
                "TemplateURL": "https://s3.amazonaws.com/files/inner",
                "Parameters": {"Patience": {"Ref": "Patience"}},
            },
        }
    },
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Arn"]}}},
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator with a table that has a stream, and a queue."""
    with an_emulator(tmp_path_factory.mktemp("keeper")) as emulator:
        emulator.client("dynamodb").create_table(
            TableName=_TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        emulator.client("sqs").create_queue(QueueName="jobs")
        emulator.client("s3").create_bucket(Bucket="files")
        yield emulator


def _put(emulator: Emulator, name: str) -> None:
    """Put something of this name in the table, the queue and the bucket."""
    emulator.client("dynamodb").put_item(TableName=_TABLE, Item={"id": {"S": name}})
    queues = emulator.client("sqs")
    url = queues.get_queue_url(QueueName="jobs")["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody=name)
    emulator.client("s3").put_object(Bucket="files", Key=name, Body=name.encode())


def _has(emulator: Emulator, name: str) -> list[bool]:
    """Whether this name is in the table, the stream of the table, the queue and the bucket."""
    queues = emulator.client("sqs")
    url = queues.get_queue_url(QueueName="jobs")["QueueUrl"]
    received = queues.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
    ).get("Messages", [])
    objects = emulator.client("s3").list_objects_v2(Bucket="files").get("Contents", [])
    return [
        name in _items(emulator),
        name in _stream(emulator),
        name in [message["Body"] for message in received],
        name in [each["Key"] for each in objects],
    ]


def _items(emulator: Emulator) -> list[str]:
    return [item["id"]["S"] for item in emulator.client("dynamodb").scan(TableName=_TABLE)["Items"]]


def _stream(emulator: Emulator) -> list[str]:
    streams = emulator.client("dynamodbstreams")
    (found,) = streams.list_streams(TableName=_TABLE)["Streams"]
    described = streams.describe_stream(StreamArn=found["StreamArn"])["StreamDescription"]
    at = streams.get_shard_iterator(
        StreamArn=found["StreamArn"],
        ShardId=described["Shards"][0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=at)["Records"]
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in records]


_SHARED = """
import os, time, shared
def handler(event, _):
    time.sleep(0.5)
    return [os.getpid(), shared.__file__, os.nice(0)]
"""


def _function(emulator: Emulator, name: str, source: str, **more: Any) -> None:
    roles = emulator.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    may = {"Effect": "Allow", "Action": ["dynamodb:PutItem", "sqs:*"], "Resource": "*"}
    role = roles.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=_policy(trust | {"Action": "sts:AssumeRole"}),
    )["Role"]["Arn"]
    roles.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_policy(may))
    emulator.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": _packed("app.py", source)},
        **more,
    )


def _layer(emulator: Emulator) -> str:
    """A layer with a module `shared`."""
    content = {"ZipFile": _packed("python/shared.py", "")}
    functions = emulator.client("lambda")
    return str(
        functions.publish_layer_version(LayerName="shared", Content=content)["LayerVersionArn"]
    )


def _packed(name: str, text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def _call(emulator: Emulator, function: str) -> Any:
    answer = emulator.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    return json.loads(answer["Payload"].read())


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _crash(emulator: Emulator) -> None:
    processes.ask(emulator.home.pid("emulator"), signal.SIGKILL)
    assert processes.wait_until(lambda: not emulator.running, seconds=10)


class TestStop:
    def test_keeps_what_nobody_has_read_or_received(self, emulator: Emulator) -> None:
        _put(emulator, "unread")

        emulator.stop(lambda _: None)
        emulator.start()

        assert _has(emulator, "unread") == [True] * 4

    def test_waits_for_the_functions_that_run(self, emulator: Emulator) -> None:
        _function(emulator, "slow", _SLOW)
        payload = json.dumps({"endpoint": emulator.url}).encode()
        emulator.client("lambda").invoke(
            FunctionName="slow", InvocationType="Event", Payload=payload
        )
        told: list[str] = []

        emulator.stop(told.append)
        emulator.start()

        assert "late" in _items(emulator)
        assert "waiting for 1 running function(s)" in told

    def test_that_cannot_save_goes_on_with_all_data(self, emulator: Emulator) -> None:
        _put(emulator, "unsaved")
        state = emulator.home.state
        aside = state.with_name("aside")
        state.rename(aside)
        state.write_text("no folder")

        with pytest.raises(LocalStackError, match=r"not saved: .*Not a directory"):
            emulator.stop(lambda _: None)

        state.unlink()
        aside.rename(state)
        assert _has(emulator, "unsaved") == [True] * 4
        emulator.stop(lambda _: None)
        emulator.start()
        assert _has(emulator, "unsaved") == [True] * 4


class TestCrash:
    def test_takes_everything_back_to_one_moment(self, emulator: Emulator) -> None:
        _put(emulator, "saved")
        emulator.save(lambda _: None)
        _put(emulator, "lost")

        _crash(emulator)
        assert emulator.crashed
        emulator.start()

        assert _has(emulator, "saved") == [True] * 4
        assert _has(emulator, "lost") == [False] * 4

    def test_in_the_middle_of_a_save_leaves_the_state_before(self, emulator: Emulator) -> None:
        _put(emulator, "before")
        emulator.save(lambda _: None)
        (part := generations.begin(emulator.home.state)).joinpath("dynamodb.json").write_text("{")

        _crash(emulator)
        emulator.start()

        assert part.exists()
        assert _has(emulator, "before") == [True] * 4


class TestStart:
    def test_does_not_begin_with_a_part_of_the_data(self, emulator: Emulator) -> None:
        emulator.stop(lambda _: None)
        last = generations.newest(emulator.home.state)
        assert last is not None
        whole = (last / "dynamodb.json").read_bytes()
        (last / "dynamodb.json").write_bytes(whole[:-10])

        with pytest.raises(LocalStackError, match="ended at once"):
            emulator.start()

        assert (last / "dynamodb.json").read_bytes() == whole[:-10]
        (last / "dynamodb.json").write_bytes(whole)
        emulator.start()
        assert "saved" in _items(emulator)


class TestProcesses:
    def test_of_a_function_share_its_layers(self, emulator: Emulator) -> None:
        _function(emulator, "shared", _SHARED, Layers=[_layer(emulator)])

        with ThreadPoolExecutor() as callers:
            one, other = callers.map(lambda _: _call(emulator, "shared"), range(2))

        assert one[0] != other[0]
        assert one[1] == other[1]

    def test_give_way_when_they_work_for_a_queue(self, emulator: Emulator) -> None:
        queues = emulator.client("sqs")
        url = queues.create_queue(QueueName="chores")["QueueUrl"]
        queue = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        _function(emulator, "chores", _SHARED, Layers=[_layer(emulator)])
        emulator.client("lambda").create_event_source_mapping(
            FunctionName="chores", EventSourceArn=queue["Attributes"]["QueueArn"]
        )

        assert _call(emulator, "chores")[2] == os.nice(0) + 10


class TestNestedStacks:
    def test_keep_what_an_update_does_not_change(self, emulator: Emulator) -> None:
        formation = emulator.client("cloudformation")
        emulator.client("s3").put_object(Bucket="files", Key="inner", Body=json.dumps(_INNER))
        outer = {"StackName": "outer", "TemplateBody": json.dumps(_OUTER)}

        for seconds, done in (("10", "create"), ("20", "update")):
            patience = {"ParameterKey": "Patience", "ParameterValue": seconds}
            getattr(formation, f"{done}_stack")(**outer, Parameters=[patience])
            formation.get_waiter(f"stack_{done}_complete").wait(
                StackName="outer", WaiterConfig={"Delay": 1}
            )

        (output,) = formation.describe_stacks(StackName="outer")["Stacks"][0]["Outputs"]
        assert output["OutputValue"].endswith(":stays")
