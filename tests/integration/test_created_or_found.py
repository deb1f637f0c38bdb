"""201 says that something was created; where nothing was, the answer is 200."""

from typing import Any

import pytest

from tests.harness.api import Api

KINDS: dict[str, dict[str, Any]] = {
    "contacts": {"email": "ada@example.com", "upsert": True},
    "companies": {"domain": "acme.example", "upsert": True},
    "suppressions": {"address": "ada@example.com", "reason": "manual"},
}
KEYS = [{}, {"idempotency-key": "order-66"}]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("headers", KEYS, ids=["without a key", "with a key"])
class TestOne:
    def test_that_is_there_is_found(self, api: Api, kind: str, headers: dict[str, str]) -> None:
        created = api.post(f"/v1/{kind}", KINDS[kind])

        found = [api.post(f"/v1/{kind}", KINDS[kind], headers=headers) for _ in range(2)]

        assert [answer.status for answer in (created, *found)] == [201, 200, 200]
        assert {answer.json["id"] for answer in found} == {created.json["id"]}

    @pytest.mark.parametrize("kind", ["contacts", "companies"], indirect=True)
    def test_that_changes_is_found(self, api: Api, kind: str, headers: dict[str, str]) -> None:
        api.post(f"/v1/{kind}", KINDS[kind])
        body = {**KINDS[kind], "country": "NL"}

        first, again = (api.post(f"/v1/{kind}", body, headers=headers) for _ in range(2))

        assert (first.status, again.status) == (200, 200)
        assert (first.json["version"], first.json["country"]) == (2, "NL")
        assert first.json == again.json


@pytest.mark.parametrize("headers", KEYS, ids=["without a key", "with a key"])
class TestMany:
    def test_of_which_one_is_new_are_created(
        self, api: Api, kind: str, headers: dict[str, str]
    ) -> None:
        row = {name: value for name, value in KINDS[kind].items() if name != "upsert"}

        answer = api.post(f"/v1/{kind}", {kind: [row, {}]}, headers=headers)

        assert (answer.status, answer.json["object"]) == (201, "batch")

    def test_of_which_none_is_new_are_not(
        self, api: Api, kind: str, headers: dict[str, str]
    ) -> None:
        row = {name: value for name, value in KINDS[kind].items() if name != "upsert"}
        upsert = {} if kind == "suppressions" else {"upsert": True}
        api.post(f"/v1/{kind}", row)
        batch = {kind: [row | ({"country": "NL"} if upsert else {}), {}], **upsert}

        first, again = (api.post(f"/v1/{kind}", batch, headers=headers) for _ in range(2))

        assert (first.status, first.json["object"]) == (200, "batch")
        assert (again.status, again.json["object"]) == (200, "batch")
        assert first.json["counts"]["failed"] == 1
