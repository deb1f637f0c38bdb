"""The pages at /docs: each link leads somewhere, and little is loaded before it is looked at."""

import gzip
import json
import re

import pytest

from tests.harness.api import ANONYMOUS, Api
from tools import docs_site
from tools.error_codes import error_codes

FIRST_LOAD = 40_000
"""Bytes of a page with its style and script, compressed."""
PAGES = sorted(path.stem for path in docs_site.PAGES.glob("*.html"))


def _address(page: str) -> str:
    return "/docs" if page == "outrider" else f"/docs/{page}"


class TestPages:
    def test_are_those_that_are_generated(self) -> None:
        generated = {path.name for path in docs_site.PAGES.iterdir()}

        assert generated == {*(f"{page}.html" for page in PAGES), "index.json"}

    @pytest.mark.parametrize("page", PAGES)
    def test_lead_only_to_what_is_there(self, api: Api, page: str) -> None:
        text = api.get(_address(page), key=ANONYMOUS).text

        for path, anchor in set(re.findall(r'(?:href|src)="(/[^"#]*)#?([^"]*)"', text)):
            found = api.get(path, key=ANONYMOUS)
            assert found.status == 200, path
            assert not anchor or f'id="{anchor}"' in found.text, f"{path}#{anchor}"

    @pytest.mark.parametrize("page", PAGES)
    def test_run_only_scripts_of_this_api(self, api: Api, page: str) -> None:
        answer = api.get(_address(page), key=ANONYMOUS)

        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; connect-src 'self'" in policy
        assert " style=" not in answer.text
        assert not re.search(r"<script(?! src=\"/| type=\"application/json\")", answer.text)

    def test_explain_every_error_where_errors_point_to(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS).text

        assert {code.code for code in error_codes() if f'id="{code.code.lower()}"' not in page} == (
            set()
        )

    def test_are_small_before_the_reference_is_loaded(self, api: Api) -> None:
        loaded = ("/docs", "/docs/assets/docs.css", "/docs/assets/docs.js")

        sizes = [len(gzip.compress(api.get(path, key=ANONYMOUS).text.encode())) for path in loaded]

        assert sum(sizes) <= FIRST_LOAD


class TestAssets:
    def test_with_a_version_are_kept_for_good(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS).text
        (renderer,) = re.findall(r'data-renderer="([^"]+)"', page)

        answer = api.get(renderer, key=ANONYMOUS, headers={"accept-encoding": "gzip"})

        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == "text/javascript"
        assert answer.headers["Content-Encoding"] == "gzip"

    def test_are_found_by_their_names_alone(self, api: Api) -> None:
        for name in ("app.py", "..%2Fapp.py", "scalar.js.gz", "openapi.json"):
            assert api.get(f"/docs/assets/{name}", key=ANONYMOUS).status == 404

    def test_have_every_operation_to_search_for(self, api: Api) -> None:
        index = api.get("/docs/assets/index.json", key=ANONYMOUS).json
        operations = api.get("/openapi.json", key=ANONYMOUS).json["paths"]

        found = {kind for _, kind, _ in index}
        assert {
            f"{method.upper()} {path}" for path, methods in operations.items() for method in methods
        } <= found
        assert len(json.dumps(index)) < 100_000


class TestStart:
    def test_leads_people_to_the_documentation(self, api: Api) -> None:
        answer = api.get("/", key=ANONYMOUS)

        assert (answer.status, answer.headers["Location"]) == (302, "/docs")

    def test_tells_clients_of_mcp_to_use_post(self, api: Api) -> None:
        answer = api.get("/", key=ANONYMOUS, headers={"accept": "text/event-stream"})

        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
