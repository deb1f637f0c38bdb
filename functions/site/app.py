"""What needs no key: health, the API's description, and the answer to everything unknown."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from outrider.access.admission import admit
from outrider.kit import json
from outrider.kit.errors import MethodNotAllowed, OutriderError, ResourceNotFound
from outrider.kit.http import paths
from outrider.kit.http.documents import Document
from outrider.kit.http.edge import Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import HTML, JSON, Answer

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
    head = {"head"} if "get" in allowed else set()
    methods = ", ".join(sorted(method.upper() for method in allowed.keys() | head))
    return MethodNotAllowed(f"This path answers to {methods}", headers={"Allow": methods})


api = Api(admit, refuse)
handler = api.handler


@api.get("/health", scope=None)
def get_health() -> dict[str, str]:
    """Check that the API is up"""
    return {"status": "ok"}


@api.get("/openapi.json", scope=None, errors=(304,))
def get_openapi(request: Request) -> Answer:
    """Get the OpenAPI document"""
    return _document("openapi.json", JSON).answer(request)


@api.get("/docs", scope=None, errors=(304,))
def get_docs(request: Request) -> Answer:
    """Get the documentation as a web page"""
    return _document("docs.html", HTML).answer(request)


@cache
def _document(name: str, media: str) -> Document:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return Document(text, media, _PAGE if media == HTML else {})


@cache
def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = json.loads(_document("openapi.json", JSON).text)["paths"]
    return paths
