"""Lambda handlers of the operator's commands."""

from collections.abc import Callable
from typing import Any

from outrider.kit.errors import OutriderError
from outrider.kit.models import Model
from outrider.kit.observability.logs import logger


def command(
    handle: Callable[[dict[str, Any], Any], Model],
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Have a handler answer with the content of its model, or with `{"error": {"code", "detail",
    "errors"}}` if it raises an OutriderError (decorator)."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return handle(event, context).model_dump()
        except OutriderError as error:
            logger().warning("refused", code=error.code, detail=error.detail)
            return {"error": _shown(error)}

    return handler


def _shown(error: OutriderError) -> dict[str, Any]:
    return {
        "code": error.code,
        "detail": error.detail,
        "errors": [
            {"pointer": violation.pointer, "detail": violation.detail}
            for violation in error.violations
        ],
    }
