"""What holds for every route that needs a key: generated from the routes and their examples."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from outrider.access import scopes
from outrider.access.admission import admit
from outrider.access.credentials import Credential
from outrider.kit import ids
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import MAX_BATCH_BODY, MAX_BODY
from tests.harness import stack
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, EXAMPLES, Endpoint
from tests.integration.public_routes import PUBLIC
from tools import routes, templates

QUESTIONS = {
    "GET /v1/agent/approvals": "status=rejected",
    "GET /v1/contacts": "status=new",
    "GET /v1/contacts/{contact_id}/timeline": "type=contact.created",
    "GET /v1/leads": "status=new",
    "GET /v1/companies": "search=a",
    "GET /v1/suppressions": "kind=address",
    "GET /v1/mailboxes": "mailbox_pool=pool_default",
    "GET /v1/campaigns": "status=draft",
    "GET /v1/sequences": "status=draft",
    "GET /v1/messages": "status=unknown",
    "GET /v1/webhooks/{webhook_id}/deliveries": "status=failed",
    "GET /v1/events": "type=contact.created",
    "GET /v1/credits/ledger": "kind=research",
    "GET /v1/workflows": "status=idle",
}
"""A filter of each list that has some."""

REPRESENTATIVES = {
    "GET /v1/contacts",
    "PATCH /v1/companies/{company_id}",
    "POST /v1/webhooks",
    "DELETE /v1/api-keys/{key_id}",
}
"""One of each method and of several functions, for what the same code does for every route."""

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
some_endpoints = pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if str(each) in REPRESENTATIVES], ids=str
)


def those(chosen: list[Endpoint]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("endpoint", chosen, ids=str)


def needs_body(endpoint: Endpoint) -> bool:
    """Whether a call without a body is refused."""
    if endpoint.route.body is None:
        return False
    try:
        endpoint.route.body.validate_python(None)
    except ValidationError:
        return True
    return False


with_bodies = [each for each in ENDPOINTS if each.route.body is not None]
with_body = those(with_bodies)
some_with_body = those([each for each in with_bodies if str(each) in REPRESENTATIVES])
with_id = those([each for each in ENDPOINTS if each.names_a_resource])
lists = those([each for each in ENDPOINTS if each.is_list])


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def call(api: Api, endpoint: Endpoint, path: str | None = None, **options: Any) -> Answer:
    """The example call; with a path that names nothing unless one is given."""
    body = options.pop("body", endpoint.example.body)
    return api.request(endpoint.route.method, path or endpoint.path(), body, **options)


def problem(answer: Answer) -> dict[str, Any]:
    """The problem document without what differs between two requests."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json
    assert document.pop("request_id") == answer.headers["X-Request-Id"]
    assert document["docs_url"] == document["type"]
    assert document["type"] == f"https://api.outrider.test/docs#{document['code'].lower()}"
    assert document["status"] == answer.status
    return document


@contextmanager
def nothing_written(cloud: Cloud) -> Iterator[None]:
    with cloud.writes() as written:
        yield
    assert written == []


class TestExamples:
    def test_name_every_route_of_the_template(self) -> None:
        apart = {"mcp", *routes.surfaces()}
        routed = {each.key for each in templates.endpoints() if each.function not in apart}
        heads = {
            key for api in routes.apis().values() for route in api.routes for key in route.keys[1:]
        }

        assert routed - heads - PUBLIC - {templates.DEFAULT_ROUTE} == set(EXAMPLES)


class TestPublicRoutes:
    def test_are_those_of_the_list_and_no_others(self) -> None:
        """A route that loses its scope by mistake is in no list, and fails here."""
        open_to_all = {
            f"{route.method} {route.path}"
            for api in routes.apis().values()
            for route in api.routes
            if not route.scopes
        }

        assert open_to_all == PUBLIC


class TestAdmission:
    def test_is_the_same_function_for_every_route(self) -> None:
        """So what it refuses has to be tried at some routes only."""
        used = {
            api._admit
            for api in routes.apis().values()
            if any(f"{route.method} {route.path}" not in PUBLIC for route in api.routes)
        }

        assert used == {admit}


@every_endpoint
class TestAuthentication:
    def test_asks_for_a_key_without_asking_aws(self, api: Api, endpoint: Endpoint) -> None:
        answer = call(api, endpoint, key=ANONYMOUS)

        assert (answer.status, problem(answer)["code"]) == (401, "MISSING_AUTH")
        assert (answer.headers["WWW-Authenticate"], answer.calls) == ("Bearer", [])

    def test_names_the_scope_that_is_missing(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        for missing in endpoint.scopes:
            others = [
                scope
                for scope in scopes.ALL
                if scope != "*" and not scopes.covers([scope], missing)
            ]
            key = api.key(*others)

            with nothing_written(cloud):
                answer = call(api, endpoint, key=key)

            assert (answer.status, problem(answer)["code"]) == (403, "SCOPE_DENIED")
            assert missing in answer.json["detail"]


@some_endpoints
class TestRefusedKeys:
    def test_does_not_look_for_a_key_in_the_query(self, api: Api, endpoint: Endpoint) -> None:
        path = f"{endpoint.path()}?api_key={api.workspace().live_key}"

        answer = call(api, endpoint, path, key=ANONYMOUS)

        assert (answer.status, problem(answer)["code"]) == (401, "MISSING_AUTH")
        assert answer.calls == []

    def test_refuses_a_mistyped_key_without_asking_aws(self, api: Api, endpoint: Endpoint) -> None:
        key = api.workspace().live_key
        mistyped = key[:-1] + ("a" if key[-1] != "a" else "b")

        answer = call(api, endpoint, key=mistyped)

        assert (answer.status, problem(answer)["code"]) == (401, "INVALID_API_KEY")
        assert answer.calls == []

    def test_does_not_tell_unknown_revoked_and_mistyped_keys_apart(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        revoked = api.create_key("*")
        api.delete(f"/v1/api-keys/{revoked['id']}")
        unknown = Credential.new(ids.new("key"), "live").text
        guessed = Credential.new(revoked["id"], "live").text

        with nothing_written(cloud):
            answers = [
                call(api, endpoint, key=key)
                for key in (revoked["key"], unknown, guessed, "otr_live_sk_short")
            ]

        expected = problem(answers[0])
        assert expected["code"] == "INVALID_API_KEY"
        assert [problem(answer) for answer in answers[1:]] == [expected] * 3

    def test_refuses_the_free_plan(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        key = api.workspace("frugal", plan="free").live_key

        with nothing_written(cloud):
            answer = call(api, endpoint, key=key)

        assert (answer.status, problem(answer)["code"]) == (403, "PLAN_REQUIRED")

    def test_tells_the_rate_limit_on_refusals_too(self, api: Api, endpoint: Endpoint) -> None:
        answer = call(api, endpoint, f"{endpoint.path()}?surprise=1")

        assert answer.headers["RateLimit-Policy"] == '"minute";q=300;w=60, "day";q=100000;w=86400'
        assert re.fullmatch(r'"minute";r=\d+;t=\d+, "day";r=\d+;t=\d+', answer.headers["RateLimit"])


class TestQuery:
    @some_endpoints
    def test_refuses_unknown_parameters(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        api.workspace()

        with nothing_written(cloud):
            answer = call(api, endpoint, f"{endpoint.path()}?surprise=1")

        assert (answer.status, problem(answer)["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == ["/query/surprise"]

    @lists
    @pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "", "1.5"])
    def test_refuses_a_limit_out_of_bounds(self, api: Api, endpoint: Endpoint, limit: str) -> None:
        answer = call(api, endpoint, f"{endpoint.path()}?limit={limit}")

        assert answer.status == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/query/limit"]

    @lists
    def test_refuses_a_parameter_given_twice(self, api: Api, endpoint: Endpoint) -> None:
        answer = call(api, endpoint, f"{endpoint.path()}?limit=1&limit=2")

        assert answer.status == 422

    @lists
    @pytest.mark.parametrize("cursor", ["", "x", "not+a-cursor", "AAAA" * 20, "%F0%9F%98%80"])
    def test_refuses_an_invented_cursor(self, api: Api, endpoint: Endpoint, cursor: str) -> None:
        answer = call(api, endpoint, f"{endpoint.path()}?cursor={cursor}")

        assert (answer.status, problem(answer)["code"]) == (422, "VALIDATION_ERROR")

    @lists
    def test_refuses_a_cursor_of_others(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        path, cursor = _first_page(api, cloud, endpoint)
        path = f"{path}?limit=1&cursor={cursor}"

        answers = [
            call(api, endpoint, path, workspace="globex"),
            call(api, endpoint, path, mode="test"),
        ]

        assert [answer.status for answer in answers] == [422, 422]
        assert call(api, endpoint, path).status == 200

    @those([each for each in ENDPOINTS if str(each) in QUESTIONS])
    def test_refuses_a_cursor_of_another_question(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        path, cursor = _first_page(api, cloud, endpoint)
        path = f"{path}?cursor={cursor}&{QUESTIONS[str(endpoint)]}"

        answer = call(api, endpoint, path)

        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == "/query/cursor"

    def test_knows_a_question_for_every_list_with_filters(self) -> None:
        filtered = {
            str(each) for each in ENDPOINTS if each.is_list and each.route.query is not PageQuery
        }

        assert filtered == QUESTIONS.keys()


def _first_page(api: Api, cloud: Cloud, endpoint: Endpoint) -> tuple[str, str]:
    """The path of a list, and the cursor behind a page of one with more behind it."""
    for _ in range(2):
        path = endpoint.path_to_own(api)
        if endpoint.example.make and not endpoint.names_a_resource:
            endpoint.example.make(api)
    cloud.drain()
    answer = call(api, endpoint, f"{path}?limit=1")
    assert answer.json["has_more"] is True
    return path, answer.json["next_cursor"]


@with_body
class TestBody:
    def test_must_be_what_the_call_takes(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        api.workspace()
        bad: list[Any] = [
            "{",
            "nonsense",
            '{"a": NaN}',
            b"\xff\xfe",
            [],
            "7",
            '"text"',
            '{"surprise": ' + "[" * 20 + "]" * 20 + "}",
        ]
        if not endpoint.example.keeps_unknown:
            bad.append({**endpoint.example.body, "surprise": 1})
        if needs_body(endpoint):
            bad += ["", "null", None]

        with nothing_written(cloud):
            answers = [call(api, endpoint, body=body) for body in bad]

        assert [(answer.status, answer.json["code"]) for answer in answers] == [
            (422, "VALIDATION_ERROR")
        ] * len(bad)


@some_with_body
class TestBodyLimits:
    def test_may_nest_twenty_deep_and_no_deeper(self, api: Api, endpoint: Endpoint) -> None:
        deep, deeper = ({"x": _nested(levels)} for levels in (19, 20))

        answers = [call(api, endpoint, body=body) for body in (deep, deeper)]

        told = ["nests deeper than 20" in answer.json["detail"] for answer in answers]
        assert told == [False, True]

    def test_may_not_be_too_large(self, api: Api, cloud: Cloud, endpoint: Endpoint) -> None:
        api.workspace()
        larger = (MAX_BATCH_BODY if endpoint.route.batch else MAX_BODY) + 1

        with nothing_written(cloud):
            answer = call(api, endpoint, body=" " * larger)

        assert (answer.status, problem(answer)["code"]) == (413, "PAYLOAD_TOO_LARGE")


class TestUnknownField:
    @those([each for each in with_bodies if not each.example.keeps_unknown])
    def test_is_named(self, api: Api, endpoint: Endpoint) -> None:
        answer = call(api, endpoint, body={**endpoint.example.body, "sur/prise~": 1})

        assert [error["pointer"] for error in answer.json["errors"]] == ["/sur~1prise~0"]

    @those([each for each in with_bodies if each.example.keeps_unknown])
    def test_is_kept(self, api: Api, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)

        answer = call(api, endpoint, path, body={**endpoint.example.body, "sur/prise~": 1})

        assert answer.json["context"] == {"sur/prise~": 1}


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


class TestIds:
    @those([each for each in ENDPOINTS if each.names_an_id])
    def test_of_others_answer_like_ids_that_do_not_exist(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        assert endpoint.example.make is not None
        theirs = endpoint.example.make(api)
        prefixes = [each.partition("_")[0] for each in theirs.split("/")]
        others = endpoint.path(theirs)
        api.workspace("globex")
        nowhere = [
            endpoint.path("/".join(map(ids.new, prefixes))),
            endpoint.path("/".join(f"{prefix}_{'z' * 2_000}" for prefix in prefixes)),
        ]

        with nothing_written(cloud):
            unknown = problem(call(api, endpoint, nowhere[0], workspace="globex"))
            answers = [
                call(api, endpoint, others, workspace="globex"),
                call(api, endpoint, others, mode="test"),
                *(call(api, endpoint, path) for path in nowhere[1:]),
            ]

        assert (unknown["status"], unknown["code"]) == (404, "RESOURCE_NOT_FOUND")
        assert [problem(answer) for answer in answers] == [unknown] * len(answers)

    @with_id
    def test_of_ones_own_are_found(self, api: Api, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)

        answer = call(api, endpoint, path, body=endpoint.body_of_own(api))

        assert answer.status == endpoint.route.status
