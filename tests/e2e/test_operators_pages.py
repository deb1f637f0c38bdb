"""The commands of the pages for operators, as they stand there, on the local stack; and what the
parameters of alarms and dashboard make."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.processed import STACK
from tests.e2e.operators import PAGES, Operator
from tests.e2e.running import REPOSITORY, LocalStack
from tests.shell import Command, commands
from tools import templates

_ACTION = re.compile(r"`(admin '\{.+?\}')`")


@pytest.fixture(scope="module")
def operator(stack: LocalStack) -> Operator:
    """Somebody who has followed the page on deploying to its end."""
    stack.client("sesv2").create_email_identity(EmailIdentity="example.com")
    operator = Operator(stack)
    operator.follow("deploy")
    return operator


class TestDeploying:
    def test_ends_with_a_workspace_and_alarms_by_email(self, operator: Operator) -> None:
        assert operator.known["TOPIC"].startswith("arn:aws:sns:")
        assert "StepsAlarm" in operator.known["ALARM"]
        assert operator.created["workspace_id"].startswith("wsp_")


class TestAlarms:
    def test_lead_to_their_queues(self, operator: Operator) -> None:
        sqs = operator.stack.client("sqs")
        queue = sqs.list_queues(QueueNamePrefix=f"{STACK}-Messaging")["QueueUrls"]
        (url,) = (each for each in queue if "UndeliveredDeadLetters" in each)
        started = operator.stack.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId="CampaignsStartFunction"
        )["StackResourceDetail"]["PhysicalResourceId"]
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{started}"
        call = {"requestContext": {"functionArn": arn, "condition": "RetriesExhausted"}}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({**call, "requestPayload": {}}))

        listed, sent = operator.follow("alarms")

        assert operator.known["ARN"].endswith(operator.known["DLQ"].rpartition("/")[2])
        assert listed == f"1 waits, send it by --send: {started} (RetriesExhausted)\n"
        assert sent == f"1 sent again: {started} (RetriesExhausted)\n"


class TestUpgrades:
    def test_migrate_until_nothing_is_left(self, operator: Operator) -> None:
        assert operator.follow("upgrades") == ["Nothing is left to migrate.\n"] * 2


class TestOperations:
    def test_manage_and_delete_a_workspace(self, operator: Operator) -> None:
        operator.follow("operations", lambda command: command.program != "until")
        text = PAGES["operations"].read_text(encoding="utf-8")
        made: dict[str, str] = {}
        answers: dict[str, Any] = {}

        for action in _ACTION.findall(text):
            words = action.replace("wsp_…", made.get("workspace_id", ""))
            answer = json.loads(operator.shell(words).splitlines()[0])
            assert "error" not in answer, (words, answer)
            name = json.loads(words.removeprefix("admin ").strip("'"))["action"]
            answers[name] = answer
            made = made or answer

        assert len(answers) >= 10
        listed = {each["workspace_id"] for each in answers["list_workspaces"]["data"]}
        assert listed >= {made["workspace_id"], operator.stack.local["workspace_id"]}
        self._delete(operator, made["workspace_id"])

    def _delete(self, operator: Operator, workspace: str) -> None:
        suspend = json.dumps({"action": "suspend_workspace", "workspace_id": workspace})
        operator.shell(f"admin '{suspend}'")
        self._let_time_pass(operator, workspace)
        (loop,) = (each for each in commands(PAGES["operations"]) if each.program == "until")
        confirmed = loop.text.replace("wsp_…", workspace).replace('"Acme"', '"Acme Europe"')

        operator.shell(confirmed)

        show = json.dumps({"action": "show_workspace", "workspace_id": workspace})
        gone = json.loads(operator.shell(f"admin '{show}'").splitlines()[0])
        assert gone["error"]["code"] == "RESOURCE_NOT_FOUND"

    def _let_time_pass(self, operator: Operator, workspace: str) -> None:
        """Have the workspace suspended 15 minutes ago."""
        dynamodb = operator.stack.client("dynamodb")
        (table,) = (name for name in dynamodb.list_tables()["TableNames"] if "KeysTable" in name)
        ago = (datetime.now(UTC) - timedelta(minutes=16)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": workspace}, "sk": {"S": "#"}},
            UpdateExpression="SET suspended_at = :ago",
            ExpressionAttributeValues={":ago": {"S": ago}},
        )


@pytest.fixture
def leaving(stack: LocalStack) -> Iterator[Callable[[], str]]:
    """Makes stacks with tables, a bucket with a file, and a key."""
    body = (REPOSITORY / "infra" / "data.yaml").read_text(encoding="utf-8")
    formation, s3 = stack.client("cloudformation"), stack.client("s3")

    def make() -> str:
        name = f"leaving-{time.monotonic_ns()}"
        formation.create_stack(StackName=name, TemplateBody=body)
        formation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1}
        )
        outputs = formation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        (bucket,) = (o["OutputValue"] for o in outputs if o["OutputKey"] == "FilesBucketName")
        s3.put_object(Bucket=bucket, Key="imports/a", Body=b"email\n")
        return name

    yield make
    dynamodb = stack.client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        if table.startswith("leaving-"):
            dynamodb.delete_table(TableName=table)


def tables(operator: Operator, prefix: str) -> list[str]:
    names = operator.stack.client("dynamodb").list_tables()["TableNames"]
    return [name for name in names if name.startswith(prefix)]


class TestBackups:
    def test_restore_copies_and_tell_the_engine(self, operator: Operator) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        operator.known |= {"T": now, "F": now}
        try:
            printed = operator.follow("backups", lambda command: "restore" in command.text)
            copies = tables(operator, "restored-1-")
        finally:
            operator.make(Command('make restore ARGS="start --stack $STACK"', "", ""))
            for name in tables(operator, "restored-1-"):
                operator.stack.client("dynamodb").delete_table(TableName=name)

        stopped, copied, held, reread, started = printed
        assert stopped.startswith("No worker sends after ")
        assert len(copies) == len(
            templates.resources(templates.load("infra/data.yaml"), "AWS::DynamoDB::Table")
        )
        assert [line.partition("=")[0] for line in copied.splitlines()[-3:]] == [
            "RestoredTables",
            "RestoredStreams",
            "RestoredKeyArn",
        ]
        assert re.search(r"^campaigns paused: [1-9]", held)
        assert reread.startswith("Emails that are read again: ")
        assert started == "Steps are sent again.\n"

    def test_delete_a_stack_and_its_data(
        self, operator: Operator, leaving: Callable[[], str]
    ) -> None:
        printed, left = [], []
        for command in commands(PAGES["backups"]):
            if command.text.startswith("make delete"):
                operator.known["STACK"] = leaving()
                printed.append(operator.make(command))
                left.append(bool(tables(operator, operator.known["STACK"])))
        operator.known["STACK"] = STACK

        listed, deleted, for_ever = printed
        assert listed.startswith("Nothing was deleted. To delete the stack: --confirm leaving-")
        assert "stays: AWS::KMS::Key " in listed
        assert "stays: AWS::S3::Bucket " in deleted
        assert for_ever.endswith("is deleted, with its data.\n")
        assert left == [True, True, False]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("restore", "the following arguments are required: ACTION"),
            ("restore ARGS=hold", "are required: --prefix, --since, --until"),
            ('restore ARGS="copy --prefix x --at yesterday"', "'yesterday' is no time such as"),
            ('restore ARGS="copy --prefix x --tables Pets"', "no table Pets; there are Keys, "),
            ('restore ARGS="stop --stack nobody"', "nobody"),
            ("delete", "the following arguments are required: --stack"),
            ('delete ARGS="--stack $STACK --confirm other"', f"--confirm must be {STACK}"),
            ('migrate ARGS="--stack nobody"', "nobody"),
            ('redeliver ARGS="--stack nobody"', "nobody"),
        ],
    )
    def test_refuse_what_is_wrong_in_one_line(
        self, operator: Operator, words: str, said: str
    ) -> None:
        made = Command(f"make {words}", "", "").make(operator.known)

        done = operator.process(made)

        assert done.returncode == 2, "make passes on that the command failed"
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_hold_nothing_without_copies(self, operator: Operator) -> None:
        """Else a mistaken prefix would pause the campaigns of the stack in use."""
        times = "--since 2026-03-02T09:00:00Z --until 2026-03-02T09:00:00Z"
        hold = f"ARGS=hold --stack {STACK} --prefix no {times}"

        done = operator.process(["make", "restore", hold])

        assert done.returncode == 2
        assert "no table is named no-…" in done.stderr


class TestDashboard:
    def test_names_what_is_deployed(self, stack: LocalStack) -> None:
        body = stack.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
        queues = stack.client("sqs").list_queues()["QueueUrls"]

        shown = {
            metric[1]
            for widget in json.loads(body)["widgets"]
            for metric in widget["properties"].get("metrics", [])
            if metric[0] == "..."
        }
        messaging = templates.load("infra/messaging.yaml")
        declared = templates.resources(messaging, "AWS::SQS::Queue").keys()
        assert len(shown) == len([name for name in declared if name.endswith("Queue")]) - 1
        assert shown <= {url.rpartition("/")[2] for url in queues}
