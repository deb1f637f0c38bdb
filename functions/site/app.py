"""Routes without an API key: health, OpenAPI document, documentation for people and for models, and
errors of unknown paths."""

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

_MCP: dict[str, dict[str, Any]] = {"/mcp": {"post": {}}, "/": {"post": {}}}
"""Paths of the MCP server, which the OpenAPI document does not describe: it has no streams and no
sessions, for which clients ask with GET and DELETE."""
_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""Security headers of an HTML page with inline styles and without scripts."""
_PLAIN = "text/plain; charset=utf-8"
_EXAMPLE = "https://api.example.com"
"""Address that documents for models have in place of this API's."""


def refuse(request: Request) -> OutriderError:
    """Return error 405 if the path exists with other methods, else 404."""
    # Paths are sorted, so a literal segment is matched before a parameter.
    matching = (
        methods
        for path, methods in _paths().items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)
    )
    allowed = next(matching, None)
    if not allowed:
        similar = paths.like(request.path, _paths())
        hint = f"Did you mean {similar}? " if similar else ""
        return ResourceNotFound(
            f"There is nothing at this path. {hint}{request.api_url}/docs lists every path"
        )
    head = {"head"} if "get" in allowed else set()
    methods = ", ".join(sorted(method.upper() for method in allowed.keys() | head))
    return MethodNotAllowed(f"This path accepts only {methods}", headers={"Allow": methods})


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


@api.get("/llms.txt", scope=None, media=_PLAIN, errors=(304,))
def get_llms(request: Request) -> Answer:
    """Get what a model needs to know for a first outreach"""
    return _document("llms.txt", _PLAIN, request.api_url).answer(request)


@api.get("/llms-full.txt", scope=None, media=_PLAIN, errors=(304,))
def get_llms_full(request: Request) -> Answer:
    """Get all documentation as one text, for models"""
    return _document("llms-full.txt", _PLAIN, request.api_url).answer(request)


@cache
def _document(name: str, media: str, url: str = "") -> Document:
    """Return a document; `url` is this API's, where the document has it."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    text = text.replace(_EXAMPLE, url) if url else text
    return Document(text, media, _PAGE if media == HTML else {})


@cache
def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = json.loads(_document("openapi.json", JSON).text)["paths"]
    return paths | _MCP
