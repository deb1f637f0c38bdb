"""A client of the HTTP API: finds the function in template.yaml, gives it a true event."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal
from urllib.parse import unquote
from uuid import uuid4

from outrider.kit import clock
from tests.harness.clock import Clock
from tests.harness.contract import Contract
from tests.harness.failures import Call
from tests.harness.functions import Functions
from tests.harness.wire import Wire
from tools import templates
from tools.templates import DEFAULT_ROUTE, Endpoint

Mode = Literal["live", "test"]
ANONYMOUS = ""
"""As `key`: no Authorization header at all."""


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    live_key: str
    test_key: str

    def key(self, mode: Mode) -> str:
        return self.live_key if mode == "live" else self.test_key

    def partition(self, mode: Mode = "live") -> str:
        """What its items' keys begin with."""
        return self.id if mode == "live" else f"{self.id}~test"


class Headers(dict[str, str]):
    """Names in any case."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    text: str
    calls: list[Call] = field(repr=False)
    """The AWS calls the request made."""
    operation: str = ""
    """The route that took the request: `GET /v1/contacts/{contact_id}`."""

    @cached_property
    def json(self) -> Any:
        return json.loads(self.text)


class Api:
    """Requests go to workspace `acme`, live, with a key of every scope, unless said otherwise.

    Each request takes `tick_ms` of the test's clock, so that ids made one after another sort so.
    """

    domain = "outrider.test"
    """Of the mailboxes that tests make."""

    def __init__(self, functions: Functions, wire: Wire, clock: Clock, contract: Contract) -> None:
        self.tick_ms = 1
        self._functions = functions
        self._contract = contract
        self._wire = wire
        self._clock = clock
        self._workspaces: dict[str, Workspace] = {}

    def workspace(
        self,
        name: str = "acme",
        *,
        plan: str = "enterprise",
        scopes: list[str] | None = None,
        sandbox: Literal["examples", "empty"] = "empty",
    ) -> Workspace:
        """The workspace of this name in this test, created on first use."""
        if name not in self._workspaces:
            event = {"action": "create_workspace", "name": name, "plan": plan, "sandbox": sandbox}
            answer = self._admin(event | {"scopes": scopes or ["*"]})
            self._workspaces[name] = Workspace(
                answer["workspace_id"], answer["live_key"], answer["test_key"]
            )
        return self._workspaces[name]

    def key(self, *scopes: str, workspace: str = "acme", mode: Mode = "live") -> str:
        """A new key with these scopes."""
        return str(self.create_key(*scopes, workspace=workspace, mode=mode)["key"])

    def create_key(
        self, *scopes: str, workspace: str = "acme", mode: Mode = "live"
    ) -> dict[str, Any]:
        """A new key with these scopes, as the operator's function gives it."""
        return self._admin(
            {
                "action": "create_key",
                "workspace_id": self.workspace(workspace).id,
                "mode": mode,
                "name": "made by a test",
                "scopes": list(scopes),
            }
        )

    def grant(self, workspace: str = "acme", **what: str) -> None:
        """Say as the operator that an `address` or a `domain` is the workspace's own."""
        workspace_id = self.workspace(workspace).id
        self._admin({"action": "grant_address", "workspace_id": workspace_id, **what})

    def own_domain(self) -> None:
        """Have `acme` own its `domain`: here a mailbox is whose it was first."""

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.request("DELETE", path, **options)

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
        """`path` may carry a query string; `body` is a value for JSON, or what is sent as it is.

        `authorizer` goes into the event's context, where only API Gateway, or who may invoke the
        function, can write.
        """
        if key is None:
            key = self.workspace(workspace).key(mode)
        authorization = {"authorization": f"Bearer {key}"} if key else {}
        endpoint, event = event_of(method, path, body, {**authorization, **(headers or {})})
        if authorizer is not None:
            event["requestContext"]["authorizer"] = dict(authorizer)
        self._clock.advance(ms=self.tick_ms)
        with self._wire.recording() as calls:
            answer = self._functions.invoke(endpoint.function, event)
        body = answer.get("body") or ""
        if answer.get("isBase64Encoded"):
            body = base64.b64decode(body).decode(errors="surrogateescape")
        headers_out = Headers(answer.get("headers") or {})
        self._contract.answered(endpoint, answer["statusCode"], headers_out["content-type"])
        return Answer(answer["statusCode"], headers_out, body, calls, endpoint.key)

    def _admin(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._functions.invoke("admin", event)
        assert "error" not in answer, answer
        return answer


def event_of(
    method: str, path: str, body: Any, headers: dict[str, str]
) -> tuple[Endpoint, dict[str, Any]]:
    """The route that takes a request, and the event that API Gateway makes of it."""
    raw_path, _, query = path.partition("?")
    endpoint, parameters = _route(method, raw_path)
    encoded = isinstance(body, bytes)
    if encoded:
        body = base64.b64encode(body).decode()
    elif body is not None and not isinstance(body, str):
        body = json.dumps(body)
    if body is not None:
        headers = {"content-type": "application/json", **headers}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": endpoint.key,
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": {"host": "api.outrider.test", **headers},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "harness",
            "domainName": "api.outrider.test",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "harness",
            },
            "requestId": f"req-{uuid4()}",
            "routeKey": endpoint.key,
            "stage": "$default",
            "time": clock.now().strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": clock.epoch_ms(),
        },
        "isBase64Encoded": encoded,
    }
    if parameters:
        event["pathParameters"] = parameters
    if body is not None:
        event["body"] = body
    return endpoint, event


def _route(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    """As API Gateway chooses: a path without parameters first, then one whose parameters take a
    segment each, then a greedy one; `$default` last.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    for endpoint, pattern in _patterns():
        if endpoint.method in (method, "ANY") and (found := pattern.fullmatch(path)):
            return endpoint, {name: unquote(text) for name, text in found.groupdict().items()}
    return next(each for each in templates.endpoints() if each.path == DEFAULT_ROUTE), {}


@cache
def _patterns() -> list[tuple[Endpoint, re.Pattern[str]]]:
    """Return the routes with a path, in the order in which API Gateway tries them."""
    candidates = sorted(
        templates.endpoints(), key=lambda endpoint: (endpoint.is_greedy, "{" in endpoint.path)
    )
    patterns = []
    for endpoint in candidates:
        if endpoint.path != DEFAULT_ROUTE:
            pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", endpoint.path)
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
            patterns.append((endpoint, re.compile(pattern)))
    return patterns
