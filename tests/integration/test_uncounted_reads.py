"""Reads go on when they cannot be counted: the role of each function allows reading the key."""

import pytest

from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, Endpoint
from tools import templates

FUNCTIONS = {each.key: each.function for each in templates.endpoints()}
READS = {FUNCTIONS[str(each)]: each for each in ENDPOINTS if each.route.method == "GET"}
"""One of each function."""


@pytest.mark.parametrize("endpoint", READS.values(), ids=str)
def test_are_answered(
    api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint
) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")
    path = endpoint.path_to_own(api)

    with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
        answer = api.get(path)

    assert answer.status == 200, answer.text
    assert "RateLimit" not in answer.headers
