"""One call of a function: its keys on every line of the log, and its metrics at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger

Result = TypeVar("Result")
_TOO_LONG = ["function_arn", "function_memory_size"]
"""What Powertools puts on each line besides the name of the function, and nobody asks for."""


def observed(handler: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result]:
    """Decorate a Lambda handler: its lines have the function, its request id and whether it starts
    cold, and nothing of the call before; its metrics are written once, also where it fails."""

    def without_long_keys(event: Any, context: Any) -> Result:
        logger().remove_keys(_TOO_LONG)
        return handler(event, context)

    @wraps(handler)
    def observe(event: Any, context: Any) -> Result:
        metrics.forget()
        try:
            inject = logger().inject_lambda_context(without_long_keys, clear_state=True)
            result: Result = inject(event, context)
            return result
        finally:
            metrics.flush()

    return observe


@contextmanager
def keys_of_its_own() -> Iterator[None]:
    """Drop at the end what was added to the keys of lines: one record's never stand on the lines of
    the next."""
    before = set(logger().get_current_keys())
    try:
        yield
    finally:
        logger().remove_keys([key for key in logger().get_current_keys() if key not in before])


def workspace_of(message: object) -> str | None:
    """Return whose a job, an event of the bus or a notice of SES is, if it says so."""
    match message:
        case {"workspace": str(workspace)} | {"detail": {"workspace_id": str(workspace)}}:
            return workspace
        case {"detail": {"mail": {"tags": {"workspace_id": [str(workspace), *_]}}}}:
            return workspace
        case _:
            return None
