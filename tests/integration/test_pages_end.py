"""Every list, with every filter that has few values: whoever follows `has_more` reaches the end."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from outrider.kit.http.pagination import PageQuery
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.integration.test_every_route import QUESTIONS

ENTRIES = 3
MOST = 4 * ENTRIES
"""Pages of one entry each, some of them empty."""
PAST, FUTURE = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"

LISTS = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.route.query is not None and issubclass(endpoint.route.query, PageQuery)
]


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def questions(endpoint: Endpoint) -> Iterator[str]:
    """None, a filter that lets something through, and each that has few values or asks for a time:
    most let nothing through."""
    yield ""
    yield QUESTIONS.get(str(endpoint), "")
    model = endpoint.route.query
    assert model is not None
    schema = model.model_json_schema()
    for name, field in schema["properties"].items():
        for value in _values(field, schema.get("$defs", {})):
            yield urlencode({name: value})


def _values(field: dict[str, Any], defined: dict[str, Any]) -> list[str]:
    choices = [
        defined.get(each.get("$ref", "").rpartition("/")[2], each)
        for each in field.get("anyOf", [field])
    ]
    values = [value for each in choices for value in each.get("enum", [])]
    if any(each.get("type") == "boolean" for each in choices):
        values += ["true", "false"]
    if "(RFC 3339)" in field.get("description", ""):
        values += [PAST, FUTURE]
    return values


class TestLists:
    @pytest.mark.parametrize("endpoint", LISTS, ids=str)
    def test_end(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)
        for _ in range(ENTRIES - 1):
            if endpoint.example.make and not endpoint.names_a_resource:
                endpoint.example.make(api)
        cloud.drain()
        path += "&" if "?" in path else "?"

        for question in questions(endpoint):
            asked, pages = f"{path}limit=1&{question}".rstrip("&"), 0
            page = api.get(asked).json
            while page["has_more"]:
                pages += 1
                assert pages < MOST, question
                page = api.get(f"{asked}&cursor={page['next_cursor']}").json
