"""Local stack of a benchmark, called over HTTP and measured from inside."""

import itertools
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.session import Session

from bench.events import Context, event
from bench.loading import PATIENT, Loading, follow
from outrider.contacts.search.wiring import index
from outrider.kit import json as kit_json
from outrider.kit.aws import clients, dynamodb_http
from outrider.kit.aws.dynamodb_http import HttpDynamoDB
from outrider.kit.settings import settings
from tests.e2e.running import LocalStack, Reply, free_port

CALLS_OF_A_KEY = 100
"""Calls made with one key; the demo workspace's plan allows bursts of 120."""
_UNIT = 4_096
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
Handler = Callable[[dict[str, Any], Any], Any]
Connection = TypeVar("Connection", bound=HttpDynamoDB)


@dataclass(slots=True)
class Measured:
    """Usage of one request: DynamoDB calls, billed read units, and time."""

    calls: int = 0
    read_units: float = 0
    milliseconds: float = 0


class _Counting(HttpDynamoDB):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.seen = Measured()

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(operation, params)
        self.seen.calls += 1
        match operation:
            case "GetItem":
                self._add([answer.get("Item", {})], consistent=params["ConsistentRead"])
            case "Query":
                size = sum(map(_size, answer["Items"]))
                self._add_bytes(size, consistent=params.get("ConsistentRead", False))
            case "BatchGetItem":
                for items in answer["Responses"].values():
                    self._add(items, consistent=True)
        return answer

    def _add(self, items: list[Any], *, consistent: bool) -> None:
        for item in items:
            self._add_bytes(_size(item), consistent=consistent)

    def _add_bytes(self, size: int, *, consistent: bool) -> None:
        self.seen.read_units += max(1, -(-size // _UNIT)) * (1 if consistent else 0.5)


def _size(item: Any) -> int:
    return len(kit_json.dumps(item))


@dataclass(slots=True)
class Stack:
    local: LocalStack
    workspace: str = ""
    """Workspace whose keys are used; empty for a new one."""
    _key: str = ""
    _left: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Stack"]:
        with tempfile.TemporaryDirectory(prefix="outrider-bench-") as home:
            local = LocalStack(Path(home), free_port())
            local.up()
            try:
                yield cls(local)
            finally:
                local.command("reset")

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, 200)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, body, 201)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path, None, 200)

    def reply(self, method: str, path: str, body: Any, **headers: str) -> Reply:
        """Return the response, whatever its status; `mcp_name=` becomes the header mcp-name. Raises
        OSError if there is none."""
        return self.local.call(method, path, body, key=self._next_key(), **headers)

    def measure_get(self, path: str) -> Measured:
        bare, _, query = path.partition("?")
        return self._measure(self._request("GET", bare, query=query))

    def measure_post(self, path: str, body: Any) -> Measured:
        return self._measure(self._request("POST", path, body=body))

    def let_work(self, function: str, workers: int) -> None:
        """Set the maximum concurrency of a function on its queue; the default is the number of
        processors."""
        mappings = self._lambda.list_event_source_mappings(FunctionName=self._named(function))
        for mapping in mappings["EventSourceMappings"]:
            self._lambda.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": workers}
            )

    def stop_workers(self) -> None:
        """Disconnect the functions that read the stream of contacts."""
        mappings = self._lambda.get_paginator("list_event_source_mappings").paginate()
        for mapping in [each for page in mappings for each in page["EventSourceMappings"]]:
            if "ContactsTable" in mapping["EventSourceArn"]:
                self._lambda.delete_event_source_mapping(UUID=mapping["UUID"])

    def load(self, batches: Iterator[dict[str, Any]]) -> None:
        """Load contacts directly into the tables, as if they had existed for long."""
        for batch in batches:
            with self._inside(Loading) as (handler, connection):
                handler(self._request("POST", "/v1/contacts", body=batch), Context())
                follow(index(), connection.flush())

    def until_found(self, number: int) -> float:
        """Create a contact, and return the seconds until a search finds it."""
        word = f"fresh{number}x"
        self.post("/v1/contacts", {"email": f"{word}@found.example", "last_name": word})
        return self.wait_for(word)

    def wait_for(self, word: str) -> float:
        """Return the seconds until a search for the word finds a contact."""
        started = time.perf_counter()
        while not self.get(f"/v1/contacts?search={word}")["data"]:
            time.sleep(0.05)
        return time.perf_counter() - started

    def _call(self, method: str, path: str, body: Any, expected: int) -> Any:
        reply = self.reply(method, path, body)
        assert reply.status == expected, (reply.status, reply.body[:500])
        return reply.json

    def _next_key(self) -> str:
        if not self._left:
            self._left = CALLS_OF_A_KEY
            self._key = self._new_key()
        self._left -= 1
        return self._key

    def _new_key(self) -> str:
        if not self.workspace:
            made = self._admin(
                action="create_workspace", name="Bench", plan="enterprise", sandbox="empty"
            )
            self.workspace = made["workspace_id"]
            return str(made["live_key"])
        made = self._admin(
            action="create_key",
            workspace_id=self.workspace,
            mode="live",
            name=f"bench {next(self._numbers)}",
            scopes=["*"],
        )
        return str(made["key"])

    def _admin(self, **asked: Any) -> dict[str, Any]:
        reply = self._lambda.invoke(
            FunctionName=self._named("AdminFunction"), Payload=json.dumps(asked).encode()
        )
        answer: dict[str, Any] = json.loads(reply["Payload"].read())
        return answer

    def _request(self, method: str, path: str, *, query: str = "", body: Any = None) -> Any:
        made = event(method, path, body, query)
        made["headers"]["authorization"] = f"Bearer {self._next_key()}"
        return made

    def _measure(self, made: dict[str, Any]) -> Measured:
        """Measure one request with the handler in this process, on the stack's tables."""
        with self._inside(_Counting) as (handler, connection):
            started = time.perf_counter()
            answer = handler(made, Context())
            connection.seen.milliseconds = (time.perf_counter() - started) * 1_000
        assert answer["statusCode"] in (200, 201), answer
        return connection.seen

    @contextmanager
    def _inside(self, kind: type[Connection]) -> Iterator[tuple[Handler, Connection]]:
        """Yield the contacts handler and a connection of this kind to the stack's tables."""
        configured = self._lambda.get_function_configuration(
            FunctionName=self._named("ContactsFunction")
        )
        variables = configured["Environment"]["Variables"] | _CREDENTIALS
        variables["AWS_ENDPOINT_URL"] = self.local.local["aws_endpoint_url"]
        with _environment(variables):
            from functions.contacts.app import handler  # noqa: PLC0415

            dynamodb_http.TIMEOUT = PATIENT
            connection = kind(clients.session())
            clients.connect_dynamodb = lambda _: connection
            try:
                yield handler, connection
            finally:
                clients.connect_dynamodb = clients.connect
                connection.close()

    @property
    def _lambda(self) -> Any:
        return boto3.client(
            "lambda",
            endpoint_url=self.local.local["aws_endpoint_url"],
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def _named(self, logical_id: str) -> str:
        pages = self._lambda.get_paginator("list_functions").paginate()
        return next(
            str(each["FunctionName"])
            for page in pages
            for each in page["Functions"]
            if logical_id in each["FunctionName"]
        )


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    os.environ["POWERTOOLS_LOG_LEVEL"] = "WARNING"
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    from outrider.access import admission  # noqa: PLC0415

    clients.reset()
    settings.cache_clear()
    admission._meter.cache_clear()
