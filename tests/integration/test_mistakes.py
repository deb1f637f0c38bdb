"""What the API says of mistakes that strangers make."""

import re

import pytest

from outrider.kit import ids
from tests.harness.api import Api
from tests.integration.examples import ENDPOINTS, Endpoint

with_id = pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.names_a_resource], ids=str
)


class TestId:
    @with_id
    def test_of_something_else_is_named(self, api: Api, endpoint: Endpoint) -> None:
        kind = re.findall(r"{(\w+)_id}", endpoint.route.path)[0]
        other = "webhook" if kind == "contact" else "contact"
        taken_for = ids.new("whk" if kind == "contact" else "con")

        answers = [
            api.request(endpoint.route.method, endpoint.path(text), endpoint.example.body)
            for text in (taken_for, "Nonsense")
        ]

        assert [answer.status for answer in answers] == [404, 404]
        one = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        named, begins = [answer.json["detail"] for answer in answers]
        assert named == f"{taken_for} is a {other}, not {one}"
        assert begins.startswith(f"Nonsense is not the id of {one}: those begin with ")
