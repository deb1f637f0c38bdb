"""DynamoDB did what it was asked, and its answer was lost: the client sends the call again, and the
caller must not hear of it."""

from typing import Any

import pytest

from outrider.contacts.repository import ContactRepository
from outrider.kit.errors import Stale
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import prepared
from tests.integration.test_exports import requested, run

pytestmark = pytest.mark.both_transports

KEY = {"idempotency-key": "order-66"}
BATCH = {"contacts": [{"email": f"ada{number}@example.com"} for number in range(70)]}
METER = 1
"""Updates before the one that is meant."""

with_and_without_key = pytest.mark.parametrize("headers", [{}, KEY], ids=["", "key"])


@with_and_without_key
class TestContact:
    def test_is_created(self, api: Api, cloud: Cloud, headers: dict[str, str]) -> None:
        api.workspace()

        with cloud.wire.lose("TransactWriteItems"):
            answer = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=headers)

        assert answer.status == 201

    def test_is_changed_at_its_version(
        self, api: Api, cloud: Cloud, headers: dict[str, str]
    ) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        path = f"/v1/contacts/{contact['id']}"
        update, skip = ("TransactWriteItems", 0) if headers else ("UpdateItem", METER)

        with cloud.wire.lose(update, skip=skip):
            answer = api.patch(path, {"title": "CTO"}, headers={"if-match": '"1"', **headers})

        assert (answer.status, answer.json["title"], answer.json["version"]) == (200, "CTO", 2)

    def test_is_refused_at_another_version_all_the_same(
        self, api: Api, cloud: Cloud, headers: dict[str, str]
    ) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        path = f"/v1/contacts/{contact['id']}"
        api.patch(path, {"title": "CEO"})
        skip = 0 if headers else METER

        with cloud.wire.lose("UpdateItem", skip=skip):
            answer = api.patch(path, {"title": "CTO"}, headers={"if-match": '"1"', **headers})

        assert answer.status == 412

    def test_is_deleted(self, api: Api, cloud: Cloud, headers: dict[str, str]) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json

        with cloud.wire.lose("TransactWriteItems"):
            answer = api.delete(f"/v1/contacts/{contact['id']}", headers=headers)

        assert answer.status == 200


class TestClaimOfAKey:
    def test_is_its_own(self, api: Api, cloud: Cloud) -> None:
        api.workspace()

        with cloud.wire.lose("PutItem"):
            answer = api.post("/v1/contacts", BATCH, headers=KEY)

        assert (answer.status, answer.json["counts"]["created"]) == (201, 70)

    def test_that_was_taken_over_is_its_own(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        with cloud.wire.crash_at(4, "after"):
            api.post("/v1/contacts", BATCH, headers=KEY)
        cloud.clock.advance(seconds=60)

        with cloud.wire.lose("UpdateItem", skip=METER):
            answer = api.post("/v1/contacts", BATCH, headers=KEY)

        assert (answer.status, answer.json["counts"]["created"]) == (201, 70)


class TestLeaseOfAnImport:
    def test_is_its_own(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud).upload("email\nada@example.com\n")

        with cloud.wire.lose("UpdateItem"):
            importing.run()

        assert importing.counts == {"created": 1}


class TestLeaseOfAnExport:
    @pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems"])
    def test_is_its_own(self, api: Api, cloud: Cloud, operation: str) -> None:
        export_id = requested(api)

        with cloud.wire.lose(operation):
            state = run(api, cloud, export_id)

        assert state["status"] == "completed"


class TestContention:
    def test_is_over_when_the_request_is_repeated(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        path = f"/v1/contacts/{contact['id']}"
        moved = api.get(path).json

        def refuse(*_: Any, **__: Any) -> None:
            raise Stale(None)

        with monkeypatch.context() as patched:
            patched.setattr(ContactRepository, "change", refuse)
            first = api.patch(path, {"title": "CTO"}, headers=KEY)
        again = api.patch(path, {"title": "CTO"}, headers=KEY)

        assert (first.status, first.headers["retry-after"]) == (409, "1")
        assert (again.status, again.json["version"]) == (200, moved["version"] + 1)
