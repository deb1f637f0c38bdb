"""The commands of the pages for operators, as they stand there, on the local stack; and what the
parameters of alarms and dashboard make."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from local.processed import STACK
from tests.curls import Curl, curls
from tests.e2e.running import REPOSITORY, LocalStack, eventually, send
from tests.shell import Command, commands
from tools import templates

DEPLOY, ALARMS = REPOSITORY / "docs" / "deploy.md", REPOSITORY / "docs" / "alarms.md"


class Operator:
    """Person at a terminal; `known` are the variables of the shell, `created` is workspace.json."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.known: dict[str, str] = {}
        self.created: dict[str, str] = {}

    def follow(self, page: Path) -> None:
        """Run every command of a page that not only AWS can run."""
        requests = iter(curls(page))
        for command in commands(page):
            if command.only_aws:
                continue
            curl = command.program == "curl"
            printed = self._call(next(requests)) if curl else self._run(command)
            if command.kept:
                self.known[command.kept] = str(printed)

    def _run(self, command: Command) -> Any:
        if command.program == "jq":
            name = command.text.split()[2].removeprefix(".")
            return self.created[name] if name in self.created else int(time.time() - 3600) * 1000
        text = re.sub(r"\boutrider\b", STACK, command.text)
        call = Command(text, "", "").aws(self.known)
        printed = call.run(self.stack.client)
        if call.operation == "invoke":
            self.created = printed
            self._own("example.com")
        if command.kept == "BASE":
            return self.stack.local["base_url"]  # the gateway, for the API's own name is AWS's
        return printed

    def _call(self, curl: Curl) -> Any:
        asked = curl.request(self.known)

        def as_shown() -> Any:
            reply = send(asked.method, asked.url, asked.body, asked.headers)
            assert reply.status < 300 or reply.status == 429, (curl.command, reply.body)
            seen["differences"] = curl.differences(reply.json)
            return reply.json if reply.status < 300 and not seen["differences"] else None

        seen: dict[str, list[str]] = {}
        answer = eventually(as_shown)
        assert answer, (curl.command, seen)
        return answer.get(curl.filter.removeprefix("."))

    def _own(self, domain: str) -> None:
        """Have the new workspace send from a domain: this stack is deployed for several parties."""
        grant = {"action": "grant_address", "domain": domain}
        payload = json.dumps({**grant, "workspace_id": self.created["workspace_id"]})
        self.stack.client("lambda").invoke(FunctionName=self.known["ADMIN"], Payload=payload)


@pytest.fixture(scope="module")
def operator(stack: LocalStack) -> Operator:
    """Somebody who has followed the page on deploying to its end."""
    stack.client("sesv2").create_email_identity(EmailIdentity="example.com")
    operator = Operator(stack)
    operator.follow(DEPLOY)
    return operator


class TestDeploying:
    def test_ends_with_a_workspace_and_alarms_by_email(self, operator: Operator) -> None:
        assert operator.known["TOPIC"].startswith("arn:aws:sns:")
        assert "StepsAlarm" in operator.known["ALARM"]
        assert operator.created["workspace_id"].startswith("wsp_")


class TestAlarms:
    def test_lead_to_their_queues(self, operator: Operator) -> None:
        operator.follow(ALARMS)

        assert operator.known["ARN"].endswith(operator.known["DLQ"].rpartition("/")[2])


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
