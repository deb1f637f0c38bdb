"""What holds for every DELETE of a resource that has a `version`: generated from the OpenAPI
document."""

import json
from itertools import takewhile

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.examples import ENDPOINTS, EXAMPLES, Endpoint
from tools.templates import REPOSITORY

on_this_machine = endpoints.on_this_machine
DOCUMENT = json.loads((REPOSITORY / "functions/site/openapi.json").read_text("utf-8"))


def deletes_a_version(endpoint: Endpoint) -> bool:
    """Whether it deletes what the document says to have a `version`."""
    read = DOCUMENT["paths"][endpoint.route.path].get("get")
    if endpoint.route.method != "DELETE" or read is None:
        return False
    shown = read["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return "version" in DOCUMENT["components"]["schemas"][shown.rpartition("/")[2]]["properties"]


DELETING = ("TransactWriteItems", "DeleteItem")
DELETES = [each for each in ENDPOINTS if deletes_a_version(each)]


def change(api: Api, endpoint: Endpoint, path: str) -> None:
    method = "PATCH" if f"PATCH {endpoint.route.path}" in EXAMPLES else "PUT"
    body = EXAMPLES[f"{method} {endpoint.route.path}"].body
    assert api.request(method, path, body).status == 200


@pytest.mark.parametrize("endpoint", DELETES, ids=str)
class TestIfMatch:
    def test_of_an_old_version_deletes_nothing(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        path = endpoint.path_to_own(api)
        old = api.get(path).json["version"]
        change(api, endpoint, path)
        kept = api.get(path).json

        with cloud.writes() as written:
            answer = api.delete(path, headers={"if-match": f'"{old}"'})

        assert (answer.status, answer.json["code"]) == (412, "PRECONDITION_FAILED")
        assert f"version {kept['version']}" in answer.json["detail"]
        assert (written, api.get(path).json, kept["version"]) == ([], kept, old + 1)

    def test_of_the_current_version_deletes(self, api: Api, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)
        change(api, endpoint, path)
        current = api.get(path).json["version"]

        answer = api.delete(path, headers={"if-match": f'"{current}"'})

        assert (answer.status, answer.json["deleted"]) == (200, True)
        assert api.get(path).status == 404

    def test_is_compared_when_the_deletion_is_written(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        """A change between any two calls of the deletion is not lost."""
        path = endpoint.path_to_own(api)
        current = api.get(path).json["version"]
        before = cloud.snapshot()
        calls = [call.operation for call in api.delete(path).calls]
        reads = list(takewhile(lambda call: call not in DELETING, calls))
        assert reads
        assert reads != calls

        for operation in reads:
            cloud.restore(before)
            with cloud.wire.once_after(operation, lambda: change(api, endpoint, path)):
                answer = api.delete(path, headers={"if-match": f'"{current}"'})

            assert (answer.status, api.get(path).json["version"]) == (412, current + 1)

    def test_of_what_does_not_exist_finds_nothing(self, api: Api, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)
        api.delete(path)

        assert api.delete(path, headers={"if-match": '"1"'}).status == 404


def test_covers_more_than_one_kind_of_write() -> None:
    assert {each.route.path.split("/")[2] for each in DELETES} > {
        "contacts", "companies", "leads", "campaigns", "sequences", "mailboxes"
    }  # fmt: skip
