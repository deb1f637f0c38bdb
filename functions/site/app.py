"""What needs no key: health, the API's description, and the answer to everything unknown."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from outrider.access.admission import admit
from outrider.kit import json
from outrider.kit.errors import MethodNotAllowed, OutriderError, ResourceNotFound
from outrider.kit.http import paths
from outrider.kit.http.edge import Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import JSON, TextContent

_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""Of a page whose style stands in it, and which has no script."""


def refuse(request: Request) -> OutriderError:
    """405 for a path that answers to other methods, else 404."""
    # Paths are sorted, so one that has a word where another has a parameter comes first.
    like_it = (
        methods
        for path, methods in _paths().items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)
    )
    allowed = next(like_it, None)
    if not allowed:
        meant = paths.like(request.path, _paths())
        instead = f"Did you mean {meant}? " if meant else ""
        return ResourceNotFound(
            f"There is nothing at this path. {instead}{request.api_url}/docs lists every path"
        )
    methods = ", ".join(sorted(method.upper() for method in allowed))
    return MethodNotAllowed(f"This path answers to {methods}", headers={"Allow": methods})


api = Api(admit, refuse)
handler = api.handler


@api.get("/health", scope=None)
def get_health() -> dict[str, str]:
    """Tell that the API answers"""
    return {"status": "ok"}


@api.get("/openapi.json", scope=None)
def get_openapi() -> TextContent:
    """Get this description as an OpenAPI document"""
    return TextContent(_file("openapi.json"), JSON)


@api.get("/docs", scope=None)
def get_docs() -> TextContent:
    """Read this description as a page"""
    return TextContent(_file("docs.html"), headers=_PAGE)


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = json.loads(_file("openapi.json"))["paths"]
    return paths
