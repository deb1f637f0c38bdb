"""What needs no key."""

import json

import pytest

from tests.harness.api import ANONYMOUS, Api
from tools.error_codes import error_codes


class TestHealth:
    def test_answers_without_asking_aws(self, api: Api) -> None:
        answer = api.get("/health", key=ANONYMOUS)

        assert (answer.status, answer.json, answer.calls) == (200, {"status": "ok"}, [])


class TestDescription:
    def test_is_an_openapi_document(self, api: Api) -> None:
        answer = api.get("/openapi.json", key=ANONYMOUS)

        assert (answer.headers["Content-Type"], answer.json["openapi"]) == (
            "application/json",
            "3.1.0",
        )

    def test_explains_every_error_where_errors_point_to(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS)

        anchors = {f'id="{code.code.lower()}"' for code in error_codes()}
        assert page.headers["Content-Type"] == "text/html"
        assert {anchor for anchor in anchors if anchor not in page.text} == set()

    def test_loads_nothing_from_elsewhere(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS)

        marks = ("<script", "src=", "<link", "@import", "style=")
        assert not [mark for mark in marks if mark in page.text]
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
        assert page.headers["X-Content-Type-Options"] == "nosniff"


class TestUnknownRoute:
    def test_is_a_problem_document(self, api: Api) -> None:
        answer = api.get("/v1/nothing", key=ANONYMOUS)

        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["X-Request-Id"] == answer.json["request_id"]
        assert answer.json["code"] == "RESOURCE_NOT_FOUND"

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("PUT", "/v1/contacts", "GET, POST"),
            ("POST", "/v1/contacts/con_1", "DELETE, GET, PATCH, PUT"),
            ("PUT", "/v1/messages/settle", "POST"),
            ("POST", "/health", "GET"),
        ],
    )
    def test_names_the_methods_of_a_known_path(
        self, api: Api, method: str, path: str, allowed: str
    ) -> None:
        answer = api.request(method, path, key=ANONYMOUS)

        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert json.loads(answer.text)["code"] == "METHOD_NOT_ALLOWED"
