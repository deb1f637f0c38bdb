"""What holds for every route of every surface, in the shape of its document: generated from the
routes and the examples of the native calls."""

from typing import Any

import pytest
from pydantic import ValidationError

from outrider.access import scopes
from outrider.kit import ids
from tests.harness import stack
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.surface_examples import ENDPOINTS, SurfaceEndpoint

KEY = {"idempotency-key": "order-66"}

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)


def those(chosen: list[SurfaceEndpoint]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("endpoint", chosen, ids=str)


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def refusal(endpoint: SurfaceEndpoint, answer: Answer) -> tuple[int, str]:
    return answer.status, endpoint.of.code(answer)


def needs_body(endpoint: SurfaceEndpoint) -> bool:
    """Whether a call without a body is refused."""
    if endpoint.route.body is None:
        return False
    try:
        endpoint.route.body.validate_python(None)
    except ValidationError:
        return True
    return False


@every_endpoint
class TestRefusals:
    def test_have_the_shape_of_the_document_and_change_nothing(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        frugal, path = api.workspace("frugal", plan="free").live_key, endpoint.path()
        api.workspace()

        with cloud.writes() as written:
            keyless = endpoint.call(api, path, key=ANONYMOUS)
            unknown = endpoint.call(api, path, key="op_live_invented")
            free = endpoint.call(api, path, key=frugal)
            strange = endpoint.call(api, f"{path}?surprise=1")

        assert refusal(endpoint, keyless) == endpoint.refusal("MISSING_AUTH")
        assert refusal(endpoint, unknown) == endpoint.refusal("INVALID_API_KEY")
        assert refusal(endpoint, free) == endpoint.refusal("PLAN_REQUIRED")
        assert refusal(endpoint, strange) == endpoint.refusal("VALIDATION_ERROR")
        assert ("surprise" in strange.text, "RateLimit" in strange.headers) == (True, True)
        assert (keyless.calls, unknown.calls, written) == ([], [], [])

    def test_name_each_scope_that_is_missing(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        for missing in endpoint.scopes:
            others = [
                scope
                for scope in scopes.ALL
                if scope != "*" and not scopes.covers([scope], missing)
            ]
            key = api.key(*others)

            with cloud.writes() as written:
                answer = endpoint.call(api, endpoint.path(), key=key)

            assert refusal(endpoint, answer) == endpoint.refusal("SCOPE_DENIED")
            assert (missing in answer.text, written) == (True, [])


class TestBodies:
    @those([each for each in ENDPOINTS if each.route.body is not None])
    def test_must_be_what_the_call_takes(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        api.workspace()
        bad: list[Any] = ["{", b"\xff\xfe", [], "7", '{"a": NaN}', '{"a": ' + "[" * 1_000]
        if not endpoint.example.keeps_unknown:
            bad.append({**endpoint.example.body, "surprise": 1})
        if needs_body(endpoint):
            bad += ["", "null"]

        with cloud.writes() as written:
            answers = [endpoint.call(api, endpoint.path(), body=body) for body in bad]

        expected = endpoint.refusal("VALIDATION_ERROR")
        assert [refusal(endpoint, answer) for answer in answers] == [expected] * len(bad)
        assert written == []


class TestIds:
    @those([each for each in ENDPOINTS if each.names_a_resource])
    def test_of_others_answer_like_ids_that_do_not_exist(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        assert endpoint.example.make is not None
        theirs = endpoint.example.make(api)
        nowhere = endpoint.path(ids.new(theirs.partition("_")[0]))
        api.workspace("globex")

        with cloud.writes() as written:
            answers = [
                endpoint.call(api, nowhere, workspace="globex"),
                endpoint.call(api, endpoint.path(theirs), workspace="globex"),
                endpoint.call(api, endpoint.path(theirs), mode="test"),
            ]

        expected = endpoint.refusal("RESOURCE_NOT_FOUND")
        assert [refusal(endpoint, answer) for answer in answers] == [expected] * 3
        assert written == []


@every_endpoint
class TestBudgets:
    def test_are_those_of_the_native_calls(self, api: Api, endpoint: SurfaceEndpoint) -> None:
        path = endpoint.path_to_own(api)

        answer = endpoint.call(api, path, body=endpoint.body_of_own(api))

        calls = [call.operation for call in answer.calls if call.service == "dynamodb"]
        assert answer.status == endpoint.route.status, answer.text
        assert len(calls) == endpoint.example.calls, calls


@those([each for each in ENDPOINTS if each.surface == "outreachpilot"])
class TestMetadata:
    def test_says_that_the_call_is_free_and_how_many_credits_are_left(
        self, api: Api, endpoint: SurfaceEndpoint
    ) -> None:
        answer = endpoint.call(api, endpoint.path_to_own(api), body=endpoint.body_of_own(api))

        meta = answer.json["meta"]
        assert {"request_id", "timestamp"} <= meta.keys()
        assert (meta["credits_used"], meta["credits_remaining"]) == (0, 100_000)


@those([each for each in ENDPOINTS if each.route.may_be_repeated])
class TestIdempotencyKeys:
    def test_repeat_the_first_answer_and_do_nothing(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        path, body = endpoint.path_to_own(api), endpoint.body_of_own(api)
        first = endpoint.call(api, path, body=body, headers=KEY)

        with cloud.writes() as written:
            again = endpoint.call(api, path, body=body, headers=KEY)

        assert (again.status, again.headers["idempotent-replayed"]) == (first.status, "true")
        assert again.json.keys() == first.json.keys()
        assert written == []

    def test_of_another_request_are_refused(
        self, api: Api, cloud: Cloud, endpoint: SurfaceEndpoint
    ) -> None:
        path, body = endpoint.path_to_own(api), endpoint.body_of_own(api)
        api.post("/v1/contacts", {"email": "first@example.com"}, headers=KEY)

        with cloud.writes() as written:
            answer = endpoint.call(api, path, body=body, headers=KEY)

        assert refusal(endpoint, answer) == endpoint.refusal("IDEMPOTENCY_MISMATCH")
        assert written == []


class TestUnknownPaths:
    @pytest.mark.parametrize(
        ("method", "path", "shape"),
        [
            ("GET", "/api/v1/contacts/one/two", "outreachpilot"),
            ("PATCH", "/api/v1/companies", "outreachpilot"),
            ("GET", "/api/v1/campaigns/cam_1/trigger", "outreachpilot"),
            ("PUT", "/api/v1/webhooks", "outreachpilot"),
            ("GET", "/api/v1/contactz", "autoreach"),
            ("GET", "/api/contacts", "autoreach"),
            ("GET", "/api", "autoreach"),
            ("POST", "/api/", "autoreach"),
            ("GET", "/api/v1", "autoreach"),
            ("GET", "/api/v1/", "autoreach"),
            ("PATCH", "/api/leads", "autoreach"),
            ("GET", "/api/v1/campaigns/cam_1/opens", "autoreach"),
            ("GET", "/api/webhooks/whk_1", "autoreach"),
            ("HEAD", "/api/leads", "autoreach"),
        ],
    )
    def test_answer_in_the_shape_that_they_look_like(
        self, api: Api, method: str, path: str, shape: str
    ) -> None:
        answer = api.request(method, path)

        assert (answer.status, answer.calls) == (404, [])
        if method != "HEAD":
            own = ["error", "meta", "ok"] if shape == "outreachpilot" else None
            assert sorted(answer.json) == (own or ["details", "error", "message"])
