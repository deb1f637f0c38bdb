"""The OpenAPI document, against which every answer of every test is held."""

import json
from functools import cache
from typing import Any

from tools import routes
from tools.templates import DEFAULT_ROUTE, REPOSITORY, Endpoint

_RESPONSE = "#/components/responses/"


def undocumented(endpoint: Endpoint, status: int, media: str) -> str | None:
    """What the document does not say of an answer: that it may have this status, or this media
    type. None where it says so."""
    if endpoint.path == DEFAULT_ROUTE or endpoint.function in ("mcp", *routes.surfaces()):
        return None
    operations = _document()["paths"][endpoint.path]
    method = endpoint.method.lower()
    operation = operations[method if method in operations else {"head": "get"}[method]]
    response = operation["responses"].get(str(status))
    if response is None:
        return f"{endpoint.key} answers {status}, which openapi.json does not say"
    named = response.get("$ref", "").removeprefix(_RESPONSE)
    content = _document()["components"]["responses"][named] if named else response
    said = content.get("content", {})
    if said and media not in said:
        return f"{endpoint.key} answers {status} as {media}, openapi.json says {', '.join(said)}"
    return None


@cache
def _document() -> dict[str, Any]:
    document = REPOSITORY / "functions" / "site" / "openapi.json"
    found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    return found
