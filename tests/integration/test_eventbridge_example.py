"""The application of docs/examples/eventbridge: its rules see real events, its functions keep
them."""

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from local.tools import SAM
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.patterns import matches
from tests.integration.endpoints import publish
from tests.integration.outreach import launched
from tests.integration.replying import a_reply, take
from tools import templates
from tools.templates import REPOSITORY

FOLDER = Path("docs") / "examples" / "eventbridge"
TEMPLATE = templates.load(str(FOLDER / "template.yaml"))
TABLE = "interested"


def pattern(function: str = "InterestedFunction") -> dict[str, Any]:
    (rule,) = TEMPLATE["Resources"][function]["Properties"]["Events"].values()
    found: dict[str, Any] = rule["Properties"]["Pattern"]
    return found


@pytest.fixture
def app() -> ModuleType:
    spec = importlib.util.spec_from_file_location("app", REPOSITORY / FOLDER / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kept(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The application's table."""
    monkeypatch.setenv("TABLE", TABLE)
    properties = TEMPLATE["Resources"]["InterestedTable"]["Properties"]
    table = boto3.resource("dynamodb").create_table(TableName=TABLE, **properties)
    yield table
    table.delete()


class TestTemplate:
    def test_is_one_that_can_be_deployed(self) -> None:
        lint = [str(SAM.bin / "cfn-lint"), "--regions", "us-east-1", "--template"]

        linted = subprocess.run(
            [*lint, str(REPOSITORY / FOLDER / "template.yaml")],
            capture_output=True,
            text=True,
            check=False,
        )

        assert (linted.returncode, linted.stdout) == (0, "")

    @pytest.mark.parametrize("name", ["InterestedFunction", "ClickedFunction"])
    def test_keeps_what_cannot_be_handed_over_and_what_the_function_fails_at(
        self, name: str
    ) -> None:
        """EventBridge calls a function without waiting: it never learns that one has failed."""
        function = TEMPLATE["Resources"][name]["Properties"]
        (rule,) = function["Events"].values()
        (statement,) = TEMPLATE["Resources"]["MissedEventsPolicy"]["Properties"]["PolicyDocument"][
            "Statement"
        ]

        queue = rule["Properties"]["DeadLetterConfig"]["Arn"]
        failed = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

        assert failed == {"Type": "SQS", "Destination": queue}
        assert statement["Resource"] == queue
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}


class TestExample:
    def test_keeps_who_is_interested(
        self, api: Api, cloud: Cloud, app: ModuleType, kept: Any
    ) -> None:
        campaign = launched(api, contacts=2)
        cloud.run(hours=1)
        keen, bored = sorted(cloud.mails(), key=lambda mail: mail.recipients)
        take(cloud, a_reply(keen, "Sounds good, tell me more!"))
        take(cloud, a_reply(bored, "No thanks, not for us.", Message_ID="<answer-2@example.com>"))
        cloud.drain()

        seen = [event for event in cloud.bus.published if matches(pattern(), event)]
        for event in [*seen, *seen]:
            app.interested(event, None)

        assert len(cloud.bus.published) > 10
        (row,) = kept.scan()["Items"]
        (event,) = seen
        assert row["contact_id"] in campaign.contact_ids
        assert (row["says"], row["sequence"]) == ("interested", event["detail"]["sequence"])

    def test_keeps_the_newest_word_whatever_comes_last(
        self, cloud: Cloud, app: ModuleType, kept: Any
    ) -> None:
        data = {"contact_id": "con_1", "message_id": "msg_1"}
        for sequence, says in ((7, "interested_later"), (9, "interested"), (8, "interested_later")):
            detail = {
                "sequence": sequence,
                "created_at": "2026-03-02T09:00:00.000Z",
                "data": {**data, "classification": says},
            }
            app.interested({"detail": detail}, None)

        (row,) = kept.scan()["Items"]
        assert (row["says"], row["sequence"]) == ("interested", 9)

    @pytest.mark.parametrize(
        ("detail_type", "mode", "classification", "seen"),
        [
            ("reply.classified", "live", "interested", True),
            ("reply.classified", "test", "interested", False),
            ("reply.classified", "live", "objection", False),
            ("reply.received", "live", "interested", False),
        ],
    )
    def test_sees_what_it_asks_for(
        self, detail_type: str, mode: str, classification: str, seen: bool
    ) -> None:
        event = {
            "source": "outrider",
            "detail-type": detail_type,
            "detail": {"mode": mode, "data": {"classification": classification}},
        }

        assert matches(pattern(), event) is seen


class TestPackedExample:
    def test_keeps_the_last_click_of_each_contact(
        self, api: Api, cloud: Cloud, kept: Any, app: ModuleType
    ) -> None:
        publish(api, "email.sent", "email.clicked", "email.delivered")
        publish(api, "email.sent", "email.delivered")
        (last,) = publish(api, "email.clicked")

        seen = [
            event for event in cloud.bus.published if matches(pattern("ClickedFunction"), event)
        ]
        for event in reversed(seen * 2):
            app.clicked(event, None)

        assert len(seen) == 2
        (row,) = kept.scan()["Items"]
        assert (row["contact_id"], row["sequence"]) == (last.data["contact_id"], last.sequence)
