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
from outrider.kit.http.documents import FOR_GOOD, FRESH, Document
from outrider.kit.http.edge import Api
from outrider.kit.http.forms import NativeForm
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import HTML, JSON, Answer
from outrider.surfaces.autoreach.form import AutoReachForm

_MCP: dict[str, dict[str, Any]] = {"/mcp": {"post": {}}, "/": {"post": {}}}
"""Paths of the MCP server, which the OpenAPI document does not describe: it has no streams and no
sessions, for which clients ask with GET and DELETE."""
_EVENT_STREAM = "text/event-stream"
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
_PAGE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    **_NOSNIFF,
}
"""Security headers of the pages: scripts and requests only of and to this API. The renderer of the
reference writes its styles into the page."""
_MEDIA = {".js": "text/javascript", ".css": "text/css", ".json": JSON}
_FOLDER = Path(__file__).parent
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


api = Api(
    admit,
    refuse,
    form_of=lambda request: (
        AutoReachForm(lambda: ()) if request.path.rstrip("/") == "/api" else NativeForm()
    ),
)
handler = api.handler


@api.get("/health", scope=None)
def get_health() -> dict[str, str]:
    """Check that the API is up"""
    return {"status": "ok"}


@api.get("/", scope=None, status=302, errors=(405,))
def get_start(request: Request) -> Answer:
    """Lead a person to the documentation"""
    if _EVENT_STREAM in request.headers.get("accept", ""):
        raise MethodNotAllowed(
            "The MCP server at this path has no event stream: send messages with POST",
            headers={"Allow": "POST"},
        )
    return Answer(302, "", HTML, {"Location": "/docs", "Cache-Control": FRESH})


@api.get("/openapi.json", scope=None, errors=(304,))
def get_openapi(request: Request) -> Answer:
    """Get the OpenAPI document"""
    return _document("openapi.json", JSON).answer(request)


@api.get("/openapi/outreachpilot.json", scope=None, errors=(304,))
def get_outreachpilot_openapi(request: Request) -> Answer:
    """Get the OpenAPI document of the calls for clients of OutreachPilot"""
    return _document("openapi-outreachpilot.json", JSON).answer(request)


@api.get("/openapi/autoreach.json", scope=None, errors=(304,))
def get_autoreach_openapi(request: Request) -> Answer:
    """Get the OpenAPI document of the calls for clients of AutoReach"""
    return _document("openapi-autoreach.json", JSON).answer(request)


@api.get("/docs", scope=None, errors=(304,))
def get_docs(request: Request) -> Answer:
    """Get the documentation as a web page"""
    return _page("outrider.html", request.api_url).answer(request)


@api.get("/docs/{page}", scope=None, media=HTML, errors=(304, 404))
def get_docs_page(request: Request, page: str) -> Answer:
    """Get a guide, or the reference of another API that is served here"""
    if f"{page}.html" not in _pages():
        raise ResourceNotFound(f"There is no such page. {request.api_url}/docs lists all")
    return _page(f"{page}.html", request.api_url).answer(request)


@api.get("/docs/assets/{file}", scope=None, media=", ".join(_MEDIA.values()), errors=(304, 404))
def get_docs_asset(request: Request, file: str) -> Answer:
    """Get a script, a style sheet or data that the documentation loads"""
    if file not in _assets():
        raise ResourceNotFound("There is no such file")
    return _asset(file).answer(request)


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
    text = (_FOLDER / name).read_text(encoding="utf-8")
    headers = _PAGE if media == HTML else {}
    return Document.of(text.replace(_EXAMPLE, url) if url else text, media, headers)


def _page(name: str, url: str) -> Document:
    return _document(f"pages/{name}", HTML, url)


@cache
def _asset(name: str) -> Document:
    """Return a file that pages load. A third-party script is kept compressed, under a name with its
    version."""
    path, media = _assets()[name]
    if path.suffix == ".gz":
        return Document(path.read_bytes(), media, _NOSNIFF, FOR_GOOD)
    return Document.of(path.read_text(encoding="utf-8"), media, _NOSNIFF)


@cache
def _pages() -> frozenset[str]:
    return frozenset(path.name for path in (_FOLDER / "pages").glob("*.html"))


@cache
def _assets() -> dict[str, tuple[Path, str]]:
    """Return the files that pages load by the name under which they are served, with their media
    types."""
    files = [*(_FOLDER / "assets").iterdir(), _FOLDER / "pages" / "index.json"]
    named = {path.name.removesuffix(".gz"): path for path in files}
    return {
        name: (path, media)
        for name, path in named.items()
        if (media := _MEDIA.get(Path(name).suffix))
    }


@cache
def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = json.loads(_document("openapi.json", JSON).text)["paths"]
    return paths | {path: paths.get(path, {}) | methods for path, methods in _MCP.items()}
