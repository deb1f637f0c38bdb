"""Errors of every class in the forms of other products."""

from collections.abc import Iterator

import pytest

from outrider.kit import json
from outrider.kit.errors import OutriderError
from outrider.kit.http.forms import Form
from outrider.kit.http.requests import Request
from outrider.surfaces.autoreach.form import AutoReachForm
from outrider.surfaces.outreachpilot.form import OutreachPilotForm
from tools.error_codes import error_classes, error_codes

REQUEST = Request("GET", "/api/leads", {}, "", b"", "req-1")
RETRY = {"Retry-After": "3"}
AUTOREACH = {
    400: "validation_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    429: "rate_limited",
    500: "server_error",
}
"""The status codes of its document, with the value of `error` for each."""


def every_error(headers: dict[str, str]) -> Iterator[OutriderError]:
    error_codes()
    for kind in error_classes():
        error = kind.__new__(kind)
        OutriderError.__init__(error, "Why", headers=headers)
        yield error


def autoreach(error: OutriderError) -> int:
    """The status of an error, which has the code of the document for it and keeps its headers."""
    answer = AutoReachForm(lambda: ()).error(error, REQUEST)
    body = json.loads(str(answer.body))
    assert body == {"error": AUTOREACH[answer.status], "message": "Why", "details": {}}
    assert answer.headers == error.headers
    return answer.status


class TestAutoReach:
    def test_has_a_status_of_the_document_for_each_error(self) -> None:
        statuses = {error.code: autoreach(error) for error in every_error({})}

        settled = {
            "INSUFFICIENT_CREDITS": 403,
            "METHOD_NOT_ALLOWED": 404,
            "DUPLICATE_RESOURCE": 400,
            "CONFLICT": 400,
            "PAYLOAD_TOO_LARGE": 400,
            "PROVIDER_FAILED": 500,
            "SERVICE_UNAVAILABLE": 500,
        }
        assert statuses.items() >= settled.items()

    def test_has_clients_wait_for_what_passes_by_itself(self) -> None:
        statuses = {error.status: autoreach(error) for error in every_error(RETRY)}

        assert {statuses[status] for status in statuses if status < 500} == {429}
        assert {statuses[status] for status in statuses if status >= 500} == {500}


class TestOutreachPilot:
    @pytest.mark.parametrize("headers", [{}, RETRY])
    def test_keeps_status_code_and_headers_of_each_error(self, headers: dict[str, str]) -> None:
        form: Form = OutreachPilotForm()

        for error in every_error(headers):
            answer = form.error(error, REQUEST)
            assert (answer.status, answer.headers) == (error.status, headers)
            assert json.loads(str(answer.body))["error"]["code"] == error.code
