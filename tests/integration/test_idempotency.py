"""A request with an Idempotency-Key may be sent again: it is carried out once and always gets the
first answer, whatever happened to the first one."""

import json
import re
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest

from outrider.contacts.service import ContactService
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.models import Model
from tests.harness import stack
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import cuts
from tests.integration.examples import ENDPOINTS, Endpoint

KEY = {"idempotency-key": "order-66"}
REPEATABLE = [each for each in ENDPOINTS if each.route.may_be_repeated]

repeatable = pytest.mark.parametrize("endpoint", REPEATABLE, ids=str)


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def send(api: Api, endpoint: Endpoint, path: str, **options: Any) -> Answer:
    body = options.pop("body", endpoint.example.body)
    options = {"mode": endpoint.example.mode, **options}
    return api.request(endpoint.route.method, path, body, headers=KEY, **options)


_HANDING_OVER = ("/trigger", "/enrollments/{enrollment_id}/resume")
_OF_THE_DAY = "wsp_…#… / day#…"
"""What is written after the answer was kept, to hand a step over at once: the unit of the mailbox's
day. Where a process dies before that, the next round takes it."""


_LOOKS_FIRST = {"POST /v1/mailboxes/{mailbox_id}/check"}
"""Its answer is kept with what it found: who owns the address is looked up before."""


_BEGIN_ANEW = {"POST /v1/sandbox/reset"}
"""What was written in part is deleted, and written anew (test_sandbox_reset.py)."""


def kinds(written: list[tuple[str, str]]) -> Counter[str]:
    """How many items of each kind were written, but for the answers kept."""
    return Counter(f"{_kind(pk)} / {_kind(sk)}" for pk, sk in set(written) if "#idem#" not in pk)


def _kind(key: str) -> str:
    """A key without what differs from run to run."""
    return re.sub(r"(?<=[a-z]{3}_)\w+|(?<=count#)\d+|(?<=#)\S*\d\S*|\S+@\S+", "…", key)


def without_secrets(answer: Answer) -> dict[str, Any]:
    """The answer without what it shows only once, and what it says about that."""
    return {
        name: value
        for name, value in answer.json.items()
        if name not in ("key", "secret", "notice")
    }


def replayed(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


@repeatable
class TestEveryWritingRoute:
    def test_repeats_the_first_answer_and_does_nothing(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        path, body = endpoint.path_to_own(api), endpoint.body_of_own(api)
        first = send(api, endpoint, path, body=body)

        with cloud.writes() as written:
            again = send(api, endpoint, path, body=body)

        assert (first.status, replayed(first)) == (endpoint.route.status, False)
        assert (again.status, replayed(again)) == (first.status, True)
        assert without_secrets(again) == without_secrets(first)
        assert again.headers.get("etag") == first.headers.get("etag")
        assert written == []

    def test_needs_one_call_more_for_a_repetition_than_for_a_read(
        self, api: Api, endpoint: Endpoint
    ) -> None:
        path, body = endpoint.path_to_own(api), endpoint.body_of_own(api)
        send(api, endpoint, path, body=body)

        again = send(api, endpoint, path, body=body)

        calls = [call.operation for call in again.calls if call.service == "dynamodb"]
        assert len(calls) <= (4 if str(endpoint) in _LOOKS_FIRST else 3), calls

    def test_refuses_another_request_with_the_same_key(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        path = endpoint.path_to_own(api)
        first = {"email": "first@example.com"}
        api.post("/v1/contacts", first, headers=KEY, mode=endpoint.example.mode)

        with cloud.writes() as written:
            answer = send(api, endpoint, path)

        assert (answer.status, answer.json["code"]) == (422, "IDEMPOTENCY_MISMATCH")
        assert written == []

    def test_is_carried_out_once_though_the_process_dies(
        self, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        if str(endpoint) in _BEGIN_ANEW:
            return
        cloud.api.workspace()
        path, body = endpoint.path_to_own(cloud.api), endpoint.body_of_own(cloud.api)
        before = cloud.snapshot()
        send(cloud.api, endpoint, path, body=body)  # from here on the process has its caches
        cloud.restore(before)
        with cloud.writes() as written:
            unbroken = send(cloud.api, endpoint, path, body=body)
        expected = (unbroken.status, self._found(endpoint, written))

        for number, when in cuts(unbroken.calls):
            cloud.restore(before)
            with cloud.writes() as written:
                with cloud.wire.crash_at(number, when) as happened:
                    send(cloud.api, endpoint, path, body=body)
                cloud.clock.advance(seconds=60)
                answer = send(cloud.api, endpoint, path, body=body)
            assert happened()
            found = (answer.status, self._found(endpoint, written))
            assert found == expected, f"died {when} call {number}"

    def _found(self, endpoint: Endpoint, written: list[tuple[str, str]]) -> Counter[str]:
        found = kinds(written)
        if str(endpoint.route.path).endswith(_HANDING_OVER):
            del found[_OF_THE_DAY]
        return found


class TestKey:
    @pytest.mark.parametrize("key", ["", " ", "two words", "é", "x" * 256])
    def test_must_be_printable_and_short(self, api: Api, key: str) -> None:
        headers = {"idempotency-key": key}

        answer = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=headers)

        assert answer.status == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/headers/idempotency-key"]
        assert "RateLimit" in answer.headers

    def test_belongs_to_a_workspace_and_mode(self, api: Api) -> None:
        body = {"email": "ada@example.com"}

        answers = [
            api.post("/v1/contacts", body, headers=KEY, **options)
            for options in ({}, {"mode": "test"}, {"workspace": "globex"})
        ]

        assert [replayed(answer) for answer in answers] == [False] * 3

    @pytest.mark.parametrize("endpoint", REPEATABLE, ids=str)
    def test_repeats_no_answer_to_another_api_key(self, api: Api, endpoint: Endpoint) -> None:
        path, body = endpoint.path_to_own(api), endpoint.body_of_own(api)
        first = send(api, endpoint, path, body=body)

        answer = send(api, endpoint, path, body=body, key=api.key("api_keys:write"))

        assert first.status == endpoint.route.status
        assert (answer.json["code"], replayed(answer)) == ("SCOPE_DENIED", False)

    def test_sees_the_same_request_in_other_spelling(self, api: Api) -> None:
        api.post("/v1/contacts", '{"email": "a@example.com", "title": "CTO"}', headers=KEY)

        answer = api.post("/v1/contacts", '{"title":"CTO","email":"a@example.com"}', headers=KEY)

        assert replayed(answer)

    def test_means_nothing_to_reads_and_deletions(self, api: Api) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        path = f"/v1/contacts/{contact['id']}"

        answers = [api.get(path, headers=KEY), api.delete(path, headers=KEY)]

        assert [answer.status for answer in answers] == [200, 200]
        assert not any(map(replayed, answers))

    def test_is_forgotten_after_72_hours(self, api: Api, cloud: Cloud) -> None:
        first = api.post(
            "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["*"]}, headers=KEY
        )
        cloud.clock.advance(hours=72, seconds=1)

        again = api.post(
            "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["*"]}, headers=KEY
        )

        assert not replayed(again)
        assert again.json["id"] != first.json["id"]


class TestErrors:
    def test_of_the_domain_are_answers_too(self, api: Api) -> None:
        owner = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        first = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)
        api.delete(f"/v1/contacts/{owner['id']}")

        again = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)

        assert (first.status, replayed(first)) == (409, False)
        assert (again.json, replayed(again)) == (first.json, True)

    def test_of_the_input_leave_the_key_free(self, api: Api) -> None:
        api.post("/v1/contacts", {"email": "nonsense"}, headers=KEY)

        answer = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)

        assert answer.status == 201

    def test_of_the_store_leave_the_key_free(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError"):
            first = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)

        again = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)

        assert (first.status, again.status, replayed(again)) == (503, 201, False)


BATCH = {"contacts": [{"email": f"ada{number}@example.com"} for number in range(70)]}


class TestWorkInSeveralTransactions:
    def test_makes_a_repetition_wait_while_it_runs(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        with cloud.wire.crash_at(4, "after"):
            api.post("/v1/contacts", BATCH, headers=KEY)

        meanwhile = api.post("/v1/contacts", BATCH, headers=KEY)
        cloud.clock.advance(seconds=int(meanwhile.headers["retry-after"]))
        later = api.post("/v1/contacts", BATCH, headers=KEY)

        assert (meanwhile.status, meanwhile.json["code"]) == (409, "CONFLICT")
        assert (later.status, replayed(later)) == (201, False)

    def test_reports_what_it_made_before_it_was_cut_short(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        with cloud.wire.crash_at(4, "after"):
            api.post("/v1/contacts", BATCH, headers=KEY)
        items = cloud.items("contacts", api.workspace().id)
        made = {item["sk"] for item in items if item["sk"].startswith("con_")}
        cloud.clock.advance(seconds=60)

        answer = api.post("/v1/contacts", BATCH, headers=KEY)

        assert answer.json["counts"]["created"] == 70
        assert made
        assert made <= {row["id"] for row in answer.json["results"]}

    def test_is_not_kept_when_it_failed_unexpectedly(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.workspace()
        with monkeypatch.context() as patched:
            patched.setattr("outrider.contacts.service.ContactBatchResult.of", lambda _: 1 / 0)
            failed = api.post("/v1/contacts", BATCH, headers=KEY)

        answer = api.post("/v1/contacts", BATCH, headers=KEY)

        assert (failed.status, answer.status) == (500, 201)
        assert answer.json["counts"]["created"] == 70


class Made(Model):
    id: str


class TestAnswerThatATransactionKeeps:
    def test_is_the_first_one_whatever_copy_the_service_returns(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = ContactService.create
        ada = {"email": "ada@example.com"}
        plain = api.post(
            "/v1/contacts", {"email": "bob@example.com"}, headers={"idempotency-key": "1"}
        )
        monkeypatch.setattr(ContactService, "create", lambda *given: deepcopy(create(*given)))

        first = api.post("/v1/contacts", ada, headers=KEY)
        again = api.post("/v1/contacts", ada, headers=KEY)

        assert (first.status, replayed(first)) == (201, False)
        assert (again.json, replayed(again)) == (first.json, True)
        assert [call.operation for call in first.calls] == [call.operation for call in plain.calls]

    @pytest.mark.parametrize("other", [True, False])
    def test_is_not_kept_by_one_that_was_refused(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, other: bool
    ) -> None:
        def create(service: ContactService, _: Any) -> Made:
            made = Made(id="con_1")
            table = service.contacts.table
            never = table.delete_action("nobody", "#", "attribute_exists(#pk)")
            with pytest.raises(TransactionFailed):
                transact(never, *service.caller.keep_actions(made))
            return Made(id="con_2") if other else made

        monkeypatch.setattr(ContactService, "create", create)

        first, again = (
            api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY) for _ in range(2)
        )

        assert first.json["id"] == ("con_2" if other else "con_1")
        assert (replayed(first), replayed(again)) == (False, True)
        assert again.json == first.json

    def test_is_the_first_one_though_the_word_of_the_store_was_lost(
        self, api: Api, cloud: Cloud
    ) -> None:
        api.workspace()
        with cloud.wire.lose("TransactWriteItems"):
            first = api.post("/v1/contacts", {"email": "ada@example.com"}, headers=KEY)

        assert (first.status, replayed(first)) == (201, False)


class TestSecrets:
    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("/v1/api-keys", {"name": "CI", "scopes": ["contacts:read"]}, "key"),
            ("/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["*"]}, "secret"),
        ],
    )
    def test_are_shown_once_and_never_stored(
        self, api: Api, cloud: Cloud, path: str, body: dict[str, Any], field: str
    ) -> None:
        first = api.post(path, body, headers=KEY)

        again = api.post(path, body, headers=KEY)

        assert again.json[field] is None
        assert f"{path}/{first.json['id']}/rotate" in again.json["notice"]
        assert replayed(again)
        stored = json.dumps([cloud.items(table) for table in ("keys", "webhooks")], default=repr)
        assert first.json[field] not in stored
