"""Calls the product's functions as Lambda does: through JSON, with their environment and role."""

import base64
import importlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from uuid import uuid4

from outrider.kit import clock
from outrider.kit.settings import Environment, Setting, settings
from tests.harness.permissions import Permissions
from tests.harness.stack import Stack, arn, environment
from tests.harness.wire import Wire


@dataclass(frozen=True, slots=True)
class LambdaContext:
    function_name: str
    deadline_ms: int
    """When Lambda ends the process, whatever it does."""
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return arn("lambda", f"function:{self.function_name}")

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.deadline_ms - clock.epoch_ms())


class Functions:
    def __init__(self, stack: Stack, permissions: Permissions, wire: Wire) -> None:
        self._stack = stack
        self._wire = wire
        self._permissions = permissions
        self.overrides: dict[str, str] = {}
        """Environment variables that a test has changed."""

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        """The answer of `functions/<name>/app.py`. Raises TimedOut at the first AWS call behind its
        timeout."""
        handler = importlib.import_module(f"functions.{name}.app").handler
        before, self._permissions.acting = self._permissions.acting, name
        try:
            with (
                environment(self._stack.environment(name) | self.overrides),
                declared(getattr(handler, "needs", ())),
                self._wire.until(clock.epoch_ms() + self._timeout(name) * 1_000) as deadline_ms,
            ):
                answer = handler(_over_the_wire(event), LambdaContext(name, deadline_ms))
        finally:
            self._permissions.acting = before
        return _over_the_wire(answer)

    def answer(self, operation: str, sent: dict[str, Any]) -> dict[str, Any]:
        """What Lambda answers to a call of a function by its deployed name."""
        assert operation == "Invoke"
        (name,) = (
            name
            for name, function in self._stack.functions.items()
            if self._stack.name_of(function.logical_id) == sent["FunctionName"]
        )
        failed = {}
        try:
            answer = self.invoke(name, json.loads(sent["Payload"]))
        except Exception as error:  # whatever a function does not catch
            answer = {"errorMessage": str(error), "errorType": type(error).__name__}
            failed = {"FunctionError": "Unhandled"}
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(answer).encode()), **failed}

    def may_loop(self, name: str) -> bool:
        """Whether the template lets a function call itself through a queue again and again."""
        return bool(self._stack.functions[name].properties.get("RecursiveLoop") == "Allow")

    def _timeout(self, name: str) -> int:
        """Seconds, as the template gives them to the function or to all."""
        common = self._stack.template["Globals"]["Function"]["Timeout"]
        return int(self._stack.functions[name].properties.get("Timeout", common))


@contextmanager
def declared(needs: Collection[Setting[Any]]) -> Iterator[None]:
    """Of the required variables only those that a function declares are set for a while."""
    seen = settings()
    before = seen.environment
    hidden = {each.name for each in required()} - {each.name for each in needs}
    # Of the process: `before` is another function's, where one is called while another runs.
    seen.environment = {
        name: value for name in known() - hidden if (value := os.environ.get(name)) is not None
    }
    try:
        yield
    finally:
        seen.environment = before


@cache
def known() -> frozenset[str]:
    """The variables that the library reads."""
    return frozenset(each.name for each in _variables())


@cache
def required() -> tuple[Setting[Any], ...]:
    """The variables that a function has to declare."""
    return tuple(each for each in _variables() if each.source)


def _variables() -> Iterator[Setting[Any]]:
    return (each for each in vars(Environment).values() if isinstance(each, Setting))


def _over_the_wire(value: Any) -> Any:
    return json.loads(json.dumps(value, default=_as_json))


def _as_json(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.timestamp()
        case _:
            raise TypeError(f"Lambda carries no {type(value).__name__}")
