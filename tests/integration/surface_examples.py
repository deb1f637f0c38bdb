"""The routes of the surfaces with their examples: those of the native calls that they translate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from outrider.surfaces.autoreach.names import taken
from tests.harness.api import Answer, Api
from tests.integration.example import Example
from tests.integration.examples import EXAMPLES, Endpoint
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
        example, of = EXAMPLES[self.of.native(str(self))], self.of
        name = example.name
        return replace(
            example,
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
}

ENDPOINTS = [
    SurfaceEndpoint(route, name) for name in SURFACES for route in routes.surfaces()[name].routes
]
