"""What operators see: the keys of log lines, and metrics in the embedded metric format."""

import json
import logging
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_args

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger
from outrider.kit.observability.metrics import Metric
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import create_contact, register
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.replying import a_reply, take
from tests.receivers import answering, receiver
from tools import routes, templates

on_this_machine = endpoints.on_this_machine
Line = dict[str, Any]
CANARY = "canary-4711"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The lines of the log that the functions write."""
    written: list[Line] = []

    def emit(handler: logging.Handler, record: logging.LogRecord) -> None:
        if isinstance(handler.formatter, LambdaPowertoolsFormatter):
            written.append(json.loads(handler.format(record)))

    monkeypatch.setattr(logging.StreamHandler, "emit", emit)
    return written


def emitted(capsys: pytest.CaptureFixture[str]) -> dict[str, Counter[str]]:
    """Sums of the metrics that were written to standard output, by service."""
    sums: dict[str, Counter[str]] = {}
    for line in capsys.readouterr().out.splitlines():
        if '"_aws"' not in line:
            continue
        found = json.loads(line)
        (directive,) = found["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Outrider"
        assert directive["Dimensions"] == [["service"]]
        for metric in directive["Metrics"]:
            assert metric["Unit"] == ("Seconds" if metric["Name"] == "OldestDueStep" else "Count")
            of_service = sums.setdefault(found["service"], Counter())
            of_service[metric["Name"]] += int(sum(found[metric["Name"]]))
    return sums


def records(*bodies: Mapping[str, Any] | str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(number),
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


class TestLinesOfRequests:
    def test_say_who_called_what_and_where(
        self, api: Api, lines: list[Line], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workspace = api.workspace()
        monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
        answer = api.get("/v1/contacts")

        (line,) = (line for line in lines if line["message"] == "request")
        assert line["workspace"] == workspace.id
        assert line["key_id"].startswith("key_")
        assert line["request_id"] == answer.headers["x-request-id"]
        assert (line["service"], line["function_name"]) == ("contacts", "contacts")
        assert line["cold_start"] in (True, False)
        assert line["function_request_id"]
        assert line["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
        assert not {"function_arn", "function_memory_size"} & line.keys()

    def test_say_nothing_of_the_call_before(self, api: Api, lines: list[Line]) -> None:
        api.get("/v1/contacts")
        logger().append_keys(contact_id="con_1")
        api.get("/v1/contacts", headers={"authorization": ""})

        before, after = (line for line in lines if line["message"] == "request")
        assert "workspace" in before
        assert not {"workspace", "key_id", "contact_id"} & after.keys()
        assert after["request_id"] != before["request_id"]

    def test_never_have_the_key(self, api: Api, lines: list[Line]) -> None:
        secret = api.workspace().key("live")

        api.get("/v1/contacts")
        api.post("/v1/contacts", {"email": "no address"})

        assert lines
        assert secret not in json.dumps(lines)


class TestLinesOfRecords:
    def test_say_whose_record_it_was_and_nothing_of_the_one_before(
        self, cloud: Cloud, lines: list[Line]
    ) -> None:
        job = {"workspace": "wsp_1", "import_id": "imp_1"}
        happened = {"detail": {"workspace_id": "wsp_2", "mode": "live"}}

        answer = cloud.invoke("imports_run", records(job, happened, "no JSON", {"neither": 1}))

        failed = [line for line in lines if line["message"] == "record failed"]
        assert [(line["record_id"], line.get("workspace")) for line in failed[-3:]] == [
            ("1", "wsp_2"),
            ("2", None),
            ("3", None),
        ]
        of_the_first = [line for line in lines if line.get("workspace") == "wsp_1"]
        assert {line["record_id"] for line in of_the_first} == {"0"}
        assert not {"record_id", "workspace"} & lines[-1].keys()
        assert {each["itemIdentifier"] for each in answer["batchItemFailures"]} >= {"1", "2", "3"}


class TestRejectedInput:
    """Of a body, a query and a message of a queue: it is in no line of the log."""

    def test_of_a_request_is_not_logged(self, api: Api, lines: list[Line]) -> None:
        contact = {"email": [CANARY], "first_name": 7, "canary": CANARY}

        answers = [
            api.post("/v1/contacts", contact),
            api.post("/v1/contacts", {"contacts": [contact]}),
            api.post("/v1/mailboxes", {"kind": "smtp", "smtp": {"password": [CANARY]}}),
            api.get(f"/v1/contacts?status={CANARY}"),
        ]

        assert {answer.status for answer in answers} == {200, 422}
        assert lines
        assert CANARY not in json.dumps(lines)

    @pytest.mark.parametrize(
        ("function", "message"),
        [
            ("steps_run", {"enrollment_id": [CANARY]}),
            ("webhooks_deliver", {"kind": "delivery", "delivery_id": [CANARY]}),
            ("webhooks_fanout", {"detail": {"data": CANARY, "contact": {"email": CANARY}}}),
            ("inbound_receive", {"detail": {"object": {"key": [CANARY]}}}),
        ],
    )
    def test_of_a_message_is_not_logged(
        self, cloud: Cloud, lines: list[Line], function: str, message: dict[str, Any]
    ) -> None:
        cloud.invoke(function, records({"workspace": "wsp_1", **message}))

        assert "record failed" in [line["message"] for line in lines]
        assert CANARY not in json.dumps(lines)


class TestMetrics:
    def test_count_what_was_sent_and_answered(
        self, api: Api, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        launched(api, 3, steps=(STEP_ONE,))
        cloud.run(hours=1)
        take(cloud, a_reply(cloud.mails()[0], "I am not interested."))

        found = emitted(capsys)
        assert found["steps_run"] == {"MessagesSent": 3}
        assert found["inbound_receive"] == {"RepliesReceived.not_interested": 1}
        assert found["campaigns_dispatch"].keys() == {"OldestDueStep"}

    def test_count_an_outcome_that_nobody_knows(
        self, api: Api, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
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
        with cloud.wire.crash_at("SendEmail", "after"):
            cloud.invoke("steps_run", records(job.body))
        killed = emitted(capsys)
        cloud.clock.advance(minutes=3)
        cloud.invoke("steps_run", records(job.body))

        assert "steps_run" not in killed
        assert emitted(capsys)["steps_run"] == {"OutcomesUnknown": 1}

    def test_count_nothing_that_was_not_committed(
        self, api: Api, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        launched(api, steps=(STEP_ONE,))
        cloud.ses.strict = True
        cloud.run(hours=0.2)

        found = emitted(capsys)["steps_run"]
        assert found.keys() == {"ProviderFailures"}

    def test_count_deliveries_that_were_given_up(
        self, api: Api, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with receiver(
            answering("422 No", headers="webhook-delivery: abort-message\r\n")
        ) as endpoint:
            register(api, endpoint.url, "contact.created")
            create_contact(api)
            cloud.run(days=1)

        assert emitted(capsys)["webhooks_deliver"]["DeliveriesFailed"] == 1

    def test_are_written_once_a_call_also_where_it_fails(
        self, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        metrics.count("MessagesSent")  # left by a call that was ended

        with pytest.raises(KeyError):
            cloud.invoke("inbound_receive", {})

        assert emitted(capsys) == {}


class TestPage:
    def test_has_a_row_for_every_metric(self) -> None:
        page = (templates.REPOSITORY / "docs" / "observability.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| `(\w+)` \| (?:`(\w+)` )?\| (?:Count|Seconds) ", page, re.MULTILINE)

        of_lines = {"MeteringFailures"}
        assert {name for name, _ in rows} == {*get_args(Metric), "OldestDueStep", *of_lines}
        assert {service for _, service in rows if service} <= set(routes.names())


class TestServices:
    def test_are_named_like_the_folders_of_the_functions(self) -> None:
        for function in templates.functions():
            variables = function.properties["Environment"]["Variables"]
            assert variables["POWERTOOLS_SERVICE_NAME"] == function.name

    def test_of_alarms_are_functions(self) -> None:
        alarms = templates.resources(
            templates.load("infra/observability.yaml"), "AWS::CloudWatch::Alarm"
        )
        named = {
            dimension["Value"]
            for alarm in alarms.values()
            for dimension in alarm["Properties"].get("Dimensions", [])
            if dimension["Name"] == "service"
        }

        assert named
        assert named <= {function.name for function in templates.functions()}
