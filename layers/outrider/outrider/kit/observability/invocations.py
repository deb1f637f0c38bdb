"""Log context and metrics of one Lambda invocation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from outrider.kit.observability import metrics
from outrider.kit.observability.logs import logger

Result = TypeVar("Result")
_TOO_LONG = ["function_arn", "function_memory_size"]
"""Keys that Powertools adds to every log line and that are not needed."""


def observed(handler: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result]:
    """Decorate a Lambda handler with log context and metrics.

    Each log line gets the function name, the request id and `cold_start`; keys of the previous
    invocation are cleared. Metrics are written once at the end, also if the handler fails.
    """

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
    """Remove log keys added in this context when it ends, so that keys of one record do not appear
    on the log lines of the next."""
    before = set(logger().get_current_keys())
    try:
        yield
    finally:
        logger().remove_keys([key for key in logger().get_current_keys() if key not in before])


def workspace_of(message: object) -> str | None:
    """Return the workspace id in a queue message, an EventBridge event or an SES notification, or
    None."""
    match message:
        case {"workspace": str(workspace)} | {"detail": {"workspace_id": str(workspace)}}:
            return workspace
        case {"detail": {"mail": {"tags": {"workspace_id": [str(workspace), *_]}}}}:
            return workspace
        case _:
            return None
