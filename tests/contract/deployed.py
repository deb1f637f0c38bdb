"""A deployed stack in the place of the harness: the same cases, with requests through its gateway,
emails through its SES, and the time of this machine."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from local.processed import STACK
from outrider.kit import clock
from outrider.kit.aws import clients
from outrider.kit.aws.attributes import Item, decode_item
from outrider.kit.aws.dynamodb import Table
from tests.e2e import running
from tests.e2e.running import LocalStack, send
from tests.harness import stack as harness
from tests.harness.api import Answer, Api, Headers, Mode, Workspace, event_of
from tests.harness.contract import Contract
from tests.harness.mail import Mail
from tools import templates

_LONGEST_WAIT = 10
_MOMENT = len("2026-03-02T09:00:00.000Z")
_MOMENTS = {"credits": ("started_at", "resets_at"), "enrollments": ("due_at", "by_due_sk")}
"""What is waited for, in items of each table."""


class DeployedApi(Api):
    """Each has workspaces of its own. Their mailboxes are of a domain that `acme` owns."""

    def __init__(self, stack: LocalStack) -> None:
        self.tick_ms = 0
        self.domain = f"{uuid4().hex[:12]}.outrider.test"
        self.contract = Contract()
        self._stack = stack
        self._base_url = stack.local["base_url"]
        self._workspaces: dict[str, Workspace] = {}
        self._owned = False

    def own_domain(self) -> None:
        if not self._owned:
            self._owned = True
            _client(self._stack, "sesv2").create_email_identity(EmailIdentity=self.domain)
            self.grant(domain=self.domain)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        workspace: str = "acme",
        mode: Mode = "live",
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        authorizer: Mapping[str, Any] | None = None,
    ) -> Answer:
        if key is None:
            key = self.workspace(workspace).key(mode)
        sent = {"authorization": f"Bearer {key}"} if key else {}
        endpoint, event = event_of(method, path, body, {**sent, **(headers or {})})
        if authorizer is None:
            answer = self._send(method, path, body, event)
        else:
            event["requestContext"]["authorizer"] = dict(authorizer)
            answer = self._invoke(endpoint.function, event)
        found = Headers(answer["headers"])
        self.contract.answered(endpoint, answer["statusCode"], found.get("content-type", ""))
        return Answer(answer["statusCode"], found, answer["body"], [], endpoint.key)

    def _send(self, method: str, path: str, body: Any, event: dict[str, Any]) -> dict[str, Any]:
        content = event.get("body")
        raw = body if event["isBase64Encoded"] else content and content.encode()
        reply = send(method, self._base_url + path, raw, event["headers"])
        text = reply.body.decode(errors="surrogateescape")
        return {"statusCode": reply.status, "headers": dict(reply.headers), "body": text}

    def _admin(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._invoke("admin", event)
        assert "error" not in answer, answer
        return answer

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        name = _deployed(self._stack)[function]["FunctionName"]
        functions = _client(self._stack, "lambda")
        reply = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.loads(reply["Payload"].read())


class DeployedClock:
    """The time of this machine, which passes by itself."""

    def __init__(self, pass_days: Callable[[float], None]) -> None:
        self._pass_days = pass_days

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        assert seconds <= _LONGEST_WAIT, "a case on the stack does not wait that long"
        self._pass_days(days)
        time.sleep(seconds)


class DeployedCloud:
    """What cases look at beside the API."""

    def __init__(self, stack: LocalStack) -> None:
        self.api = DeployedApi(stack)
        self.clock = DeployedClock(self._age)
        self._stack = stack

    def run(self, *, days: float) -> None:
        """Have active campaigns do at once what is due within so many days."""
        self._age(days)
        for campaign in self.api.get("/v1/campaigns?status=active").json["data"]:
            for call in ("pause", "resume"):
                self.api.post(f"/v1/campaigns/{campaign['id']}/{call}")

    def mails(self) -> list[Mail]:
        """What SES accepted from the domain of the case, oldest first."""
        return [
            _mail(each)
            for each in self._stack.inbox()
            if str(each["Source"]).endswith(f"@{self.api.domain}")
        ]

    def put_file(self, key: str, body: bytes) -> None:
        """Put an object into the bucket of files, which tells of it."""
        bucket = _environment(self._stack)["FILES_BUCKET"]
        _client(self._stack, "s3").put_object(Bucket=bucket, Key=key, Body=body)

    def items(self, table: str, prefix: str = "") -> list[Item]:
        """The items of a table whose partition key begins with `prefix`."""
        database = _client(self._stack, "dynamodb")
        name = _environment(self._stack)[f"{table.upper()}_TABLE"]
        pages = database.get_paginator("scan").paginate(TableName=name)
        items = (decode_item(item) for page in pages for item in page["Items"])
        return [item for item in items if str(item["pk"]).startswith(prefix)]

    def _age(self, days: float) -> None:
        """Have so many days less pass until what `acme` waits for."""
        for name, moments in _MOMENTS.items() if days else ():
            table = Table(_environment(self._stack)[f"{name.upper()}_TABLE"])
            for item in self.items(name, self.api.workspace().id):
                earlier = {
                    moment: _earlier(item[moment], days) for moment in moments if moment in item
                }
                if earlier:
                    sets = ", ".join(f"#{moment} = :{moment}" for moment in earlier)
                    table.write(
                        table.update_action(item["pk"], item["sk"], f"SET {sets}", **earlier)
                    )


def eventually(cloud: Any, look: Callable[[], Any], *, hours: float = 1) -> Any:
    """What `look` sees when so much time has passed on the harness, or on the stack once it sees
    something."""
    if isinstance(cloud, DeployedCloud):
        return running.eventually(look)
    cloud.run(hours=hours)
    return look()


@contextmanager
def deployed_cloud(stack: LocalStack) -> Iterator[DeployedCloud]:
    """A case's view of the stack. What it does with the library is done to the stack too."""
    account = {
        "AWS_ENDPOINT_URL": stack.local["aws_endpoint_url"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    with (
        patch.dict(os.environ, _environment(stack) | account),
        patch.object(clients, "connect_dynamodb", clients.connect),
    ):
        harness.forget()
        cloud = DeployedCloud(stack)
        try:
            yield cloud
        finally:
            harness.forget()
    assert cloud.api.contract.undocumented == []


def _earlier(text: str, days: float) -> str:
    """A moment, or a key that ends with one, so many days earlier."""
    key, moment = text[:-_MOMENT], text[-_MOMENT:]
    return key + clock.to_text(clock.from_text(moment) - timedelta(days=days))


def _mail(sent: dict[str, Any]) -> Mail:
    message = EmailMessage()
    message["Subject"] = sent["Subject"]
    message.set_content(sent["BodyText"] or "")
    return Mail(sent["MessageId"], sent["Source"], sent["To"], message.as_bytes(), {})


@cache
def _client(stack: LocalStack, service: str) -> Any:
    return stack.client(service)


@cache
def _deployed(stack: LocalStack) -> dict[str, dict[str, Any]]:
    """The functions, by the names of their folders."""
    pages = _client(stack, "lambda").get_paginator("list_functions").paginate()
    found = {each["FunctionName"]: each for page in pages for each in page["Functions"]}
    return {
        function.name: next(
            each
            for name, each in found.items()
            if f"-{function.logical_id}-" in name or name == f"{STACK}-{function.name}"
        )
        for function in templates.functions()
    }


@cache
def _environment(stack: LocalStack) -> dict[str, str]:
    """The variables of all functions."""
    found: dict[str, str] = {}
    for each in _deployed(stack).values():
        found |= each["Environment"]["Variables"]
    return found
