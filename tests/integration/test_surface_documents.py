"""The OpenAPI documents of the surfaces: every answer is as they say, and all is described."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.harness import stack
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.integration.surface_examples import ENDPOINTS, SurfaceEndpoint
from tools import openapi_surfaces, routes


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def differences(endpoint: SurfaceEndpoint, answer: Answer) -> list[str]:
    """Where an answer is not as the document says."""
    document = openapi_surfaces.document(endpoint.surface)
    operation = document["paths"][endpoint.route.path][endpoint.route.method.lower()]
    schema = operation["responses"][str(answer.status)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(answer.json)]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_answers_are_as_the_document_says(api: Api, endpoint: SurfaceEndpoint) -> None:
    done = endpoint.call(api, endpoint.path_to_own(api), body=endpoint.body_of_own(api))
    refused = endpoint.call(api, endpoint.path(), key=ANONYMOUS)

    assert done.status == endpoint.route.status
    assert [differences(endpoint, answer) for answer in (done, refused)] == [[], []]


@pytest.mark.parametrize("name", routes.surfaces())
class TestDocuments:
    def test_describe_everything(self, name: str) -> None:
        assert openapi_surfaces.undescribed(name) == []

    def test_are_served_apart(self, api: Api, name: str) -> None:
        served: dict[str, Any] = api.get(f"/openapi/{name}.json", key=ANONYMOUS).json

        assert served == openapi_surfaces.document(name)
        assert all(path.startswith("/api/") for path in served["paths"])
