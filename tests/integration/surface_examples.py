"""The routes of the surfaces with their examples: those of the native calls that they translate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from outrider.surfaces.autoreach.names import taken
from tests.harness.api import Answer, Api
from tests.integration.example import Example
from tests.integration.examples import EXAMPLES, Endpoint
from tests.integration.webhooks import a_webhook
from tools import routes


@dataclass(frozen=True, slots=True)
class Surface:
    """How a surface is called and refuses; `refusals` are status and code by the native code."""

    native: Callable[[str], str]
    """The native operation that an operation translates."""
    translated: Callable[[Any], Any]
    """A native body as the surface takes it."""
    code: Callable[[Answer], str]
    """The code of an error, whose shape it checks."""
    refusals: Mapping[str, tuple[int, str]]
    own: Mapping[str, Example] = field(default_factory=dict)
    """Examples of operations that name their resource in another way than the native ones."""
    more: Callable[[str], int] = lambda _: 0
    """How many DynamoDB calls an operation makes beside those of the native one."""


@dataclass(frozen=True, slots=True)
class SurfaceEndpoint(Endpoint):
    """A route of a surface, with the example of the native call that it translates."""

    surface: str

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.path}"

    @property
    def of(self) -> Surface:
        return SURFACES[self.surface]

    @property
    def example(self) -> Example:
        of = self.of
        example = of.own.get(str(self)) or EXAMPLES[of.native(str(self))]
        name = example.name
        return replace(
            example,
            calls=example.calls + of.more(str(self)),
            body=of.translated(example.body),
            name=(lambda api: of.translated(name(api))) if name else None,
        )

    def refusal(self, native: str) -> tuple[int, str]:
        return self.of.refusals[native]

    def call(self, api: Api, path: str, **options: Any) -> Answer:
        body = options.pop("body", self.example.body)
        return api.request(self.route.method, path, body, **options)


def _autoreach_native(operation: str) -> str:
    method, path = operation.split(" ")
    path = path.replace("/api/account/credits", "/v1/credits").replace("/api/", "/v1/")
    return f"{'PATCH' if method == 'PUT' else method} {path}"


def _autoreach_code(answer: Answer) -> str:
    assert sorted(answer.json) == ["details", "error", "message"]
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(answer.json["message"], str)
    assert isinstance(answer.json["details"], dict)
    return str(answer.json["error"])


def _outreachpilot_code(answer: Answer) -> str:
    assert sorted(answer.json) == ["error", "meta", "ok"]
    assert answer.headers["Content-Type"] == "application/json"
    error, meta = answer.json["error"], answer.json["meta"]
    assert (answer.json["ok"], sorted(meta)) == (False, ["request_id", "timestamp"])
    assert sorted(error) == ["code", "details", "docs_url", "message"]
    assert error["docs_url"] == f"/docs#{error['code'].lower()}"
    return str(error["code"])


def _outreachpilot_more(operation: str) -> int:
    """The credits left, which the credits are themselves; and the number of a list's entities."""
    if operation.endswith("/credits"):
        return 0
    return 2 if operation in ("GET /api/v1/contacts", "GET /api/v1/companies") else 1


SURFACES: dict[str, Surface] = {
    "autoreach": Surface(
        native=_autoreach_native,
        translated=taken,
        code=_autoreach_code,
        refusals={
            "MISSING_AUTH": (401, "unauthorized"),
            "INVALID_API_KEY": (401, "unauthorized"),
            "PLAN_REQUIRED": (403, "forbidden"),
            "SCOPE_DENIED": (403, "forbidden"),
            "RESOURCE_NOT_FOUND": (404, "not_found"),
            "VALIDATION_ERROR": (400, "validation_error"),
            "IDEMPOTENCY_MISMATCH": (400, "validation_error"),
        },
    ),
    "outreachpilot": Surface(
        native=lambda operation: operation.replace(" /api/v1/", " /v1/"),
        translated=lambda body: body,
        code=_outreachpilot_code,
        refusals={
            "MISSING_AUTH": (401, "MISSING_AUTH"),
            "INVALID_API_KEY": (401, "INVALID_API_KEY"),
            "PLAN_REQUIRED": (403, "PLAN_REQUIRED"),
            "SCOPE_DENIED": (403, "SCOPE_DENIED"),
            "RESOURCE_NOT_FOUND": (404, "RESOURCE_NOT_FOUND"),
            "VALIDATION_ERROR": (422, "VALIDATION_ERROR"),
            "IDEMPOTENCY_MISMATCH": (422, "IDEMPOTENCY_MISMATCH"),
        },
        own={
            "DELETE /api/v1/webhooks": Example(2, query=lambda api: {"id": a_webhook(api)}),
        },
        more=_outreachpilot_more,
    ),
}

ENDPOINTS = [
    SurfaceEndpoint(route, name)
    for name in SURFACES
    for route in routes.surfaces()[name].routes
    if route.scopes
]
"""All but the chat, which hands its requests on to a native route: test_outreachpilot_chat.py."""
