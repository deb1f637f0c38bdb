"""Calls of tools: the same as those of routes, within the limits of a conversation."""

import json
import re
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.aws import clients
from outrider.kit.http.requests import Request
from outrider.mcp.calls import MOST_BYTES, MOST_ERRORS, event_of
from outrider.mcp.tools import tools
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.mcp.connecting import call

LONG_STEPS = [
    {"channel": "email", "wait_days": day, "subject": "Hello", "text": "x" * 40_000}
    for day in range(2)
]
REQUEST = Request("POST", "/mcp", {"authorization": "Bearer key"}, "", b"", "req-1", "host")


def problem(result: dict[str, Any]) -> dict[str, Any]:
    assert result["isError"], result
    assert "structuredContent" not in result
    found: dict[str, Any] = json.loads(result["content"][0]["text"])
    return found


def a_contact(api: Api, name: str, **fields: Any) -> str:
    answer = api.post("/v1/contacts", {"email": f"{name}@example.com", **fields})
    return str(answer.json["id"])


class TestResult:
    def test_is_what_the_route_answers(self, api: Api) -> None:
        contact = a_contact(api, "ada")
        result = call(api, "get_contact", {"contact_id": contact})

        assert result["structuredContent"] == api.get(f"/v1/contacts/{contact}").json
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]

    def test_is_of_the_workspace_and_the_mode_of_the_key(self, api: Api) -> None:
        contact = a_contact(api, "ada")
        others = [
            call(api, "get_contact", {"contact_id": contact}, workspace="globex"),
            call(api, "get_contact", {"contact_id": contact}, mode="test"),
        ]

        assert {problem(each)["code"] for each in others} == {"RESOURCE_NOT_FOUND"}


class TestErrors:
    def test_say_what_is_wrong_and_where(self, api: Api) -> None:
        found = problem(call(api, "list_contacts", {"limit": 500}))

        assert (found["code"], found["status"]) == ("VALIDATION_ERROR", 422)
        assert found["errors"] == [
            {"pointer": "/limit", "detail": "limit may be at most 200, not 500"}
        ]
        assert found["docs_url"] == "https://api.outrider.test/docs#validation_error"

    @pytest.mark.parametrize(
        ("tool", "arguments", "pointer"),
        [
            ("get_contact", {}, "/contact_id"),
            ("get_contact", {"contact_id": ""}, "/contact_id"),
            ("get_contact", {"contact_id": 7}, "/contact_id"),
            ("list_contacts", {"stauts": "new"}, "/stauts"),
            ("create_contacts", {"email": "no address"}, "/email"),
            ("create_contacts", {"contacts": [{}] * 101}, "/contacts"),
            ("create_contacts", {"email": "a@example.com", "idempotency_key": " "}, "/idempotency"),
            ("create_sequence", {"name": "x", "steps": [{"wait_days": 0}]}, "/steps/0/channel"),
        ],
    )
    def test_point_at_arguments(
        self, api: Api, tool: str, arguments: dict[str, Any], pointer: str
    ) -> None:
        found = problem(call(api, tool, arguments))

        assert found["code"] == "VALIDATION_ERROR"
        assert found["errors"][0]["pointer"].startswith(pointer)

    @pytest.mark.parametrize(
        ("tool", "arguments"),
        [
            ("list_contacts", {f"{'x' * 300}{number}": 1 for number in range(2_000)}),
            ("list_contacts", {"\x00" * 40_000: 1, "cursor": "x" * 9_000}),
            ("create_contacts", {"email": "a@x.example", "first_name": ["x" * 40_000]}),
            ("create_sequence", {"name": "x", "steps": [{"é" * 900: n} for n in range(30)]}),
        ],
        ids=["many names", "a long name", "a long value", "names of fields"],
    )
    def test_stay_within_the_size_of_a_result(
        self, api: Api, tool: str, arguments: dict[str, Any]
    ) -> None:
        found = problem(call(api, tool, arguments))

        assert found["code"] == "VALIDATION_ERROR"
        assert 0 < len(found["errors"]) <= MOST_ERRORS
        assert len(json.dumps(found, ensure_ascii=False).encode()) <= MOST_BYTES

    def test_name_the_version_that_stands_in_the_way(self, api: Api) -> None:
        contact = a_contact(api, "ada")
        given = {"contact_id": contact, "title": "CTO", "if_match": 1}

        assert not call(api, "update_contact", given)["isError"]
        assert problem(call(api, "update_contact", given))["code"] == "PRECONDITION_FAILED"

    def test_of_lambda_are_results(self, api: Api, cloud: Cloud) -> None:
        with cloud.wire.refuse("lambda", "Invoke", "TooManyRequestsException"):
            assert problem(call(api, "list_contacts"))["code"] == "SERVICE_UNAVAILABLE"

    def test_say_if_the_outcome_is_not_known(self, api: Api) -> None:
        """The function's answer comes too late; the call is not made again."""
        lost = ReadTimeoutError(endpoint_url="https://lambda")
        with patch.object(clients.client("lambda"), "invoke", side_effect=lost) as invoked:
            found = problem(call(api, "create_contacts", {"email": "ada@example.com"}))

        assert (found["code"], invoked.call_count) == ("SERVICE_UNAVAILABLE", 1)
        assert "not known" in found["detail"]

    def test_of_a_function_that_dies_are_ours(self, api: Api) -> None:
        died = {"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "timed out"}')}
        with patch.object(clients.client("lambda"), "invoke", return_value=died):
            assert problem(call(api, "list_contacts"))["code"] == "INTERNAL_ERROR"


class TestIdempotencyKey:
    def test_lets_a_call_be_repeated(self, api: Api) -> None:
        steps = [{"channel": "email", "wait_days": 0, "text": "Hello"}]
        given = {"name": "Heads of Sales", "steps": steps, "idempotency_key": "once"}
        first, again = (call(api, "create_sequence", given) for _ in range(2))

        assert first["structuredContent"] == again["structuredContent"]
        assert len(api.get("/v1/sequences").json["data"]) == 1

    def test_belongs_to_one_call(self, api: Api) -> None:
        key = {"idempotency_key": "once"}
        call(api, "create_contacts", {"email": "ada@example.com", **key})
        other = call(api, "create_contacts", {"email": "grace@example.com", **key})

        assert problem(other)["code"] == "IDEMPOTENCY_MISMATCH"


class TestSize:
    def test_of_a_list_stays_below_the_limit(self, api: Api) -> None:
        for number in range(6):
            a_contact(api, f"ada{number}", custom={"notes": "x" * 15_000})
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            result = call(api, "list_contacts", cursor)["structuredContent"]
            assert len(json.dumps(result, separators=(",", ":"))) <= MOST_BYTES
            seen += [each["email"] for each in result["data"]]
            if not result["has_more"]:
                break
            cursor = {"cursor": result["next_cursor"]}

        assert sorted(seen) == [f"ada{number}@example.com" for number in range(6)]

    def test_of_one_resource_beyond_the_limit_is_an_error(self, api: Api) -> None:
        body = {"name": "Long", "steps": LONG_STEPS}
        sequence = api.post("/v1/sequences", body).json["id"]
        found = problem(call(api, "get_sequence_steps", {"sequence_id": sequence}))

        assert found["code"] == "RESULT_TOO_LARGE"
        assert found["detail"].endswith("GET /v1/sequences/{sequence_id}/steps")

    def test_of_a_change_beyond_the_limit_says_that_it_was_made(self, api: Api) -> None:
        body = {"name": "Long", "steps": LONG_STEPS[:1]}
        sequence = api.post("/v1/sequences", body).json["id"]
        given = {"sequence_id": sequence, "steps": LONG_STEPS}
        found = problem(call(api, "set_sequence_steps", given))

        assert found["detail"].startswith("The call was carried out.")
        assert len(api.get(f"/v1/sequences/{sequence}/steps").json["steps"]) == len(LONG_STEPS)


class TestRequest:
    @given(text=st.text(min_size=1))
    def test_stays_at_its_path_whatever_an_id_is(self, text: str) -> None:
        event = event_of(tools()["get_contact"], {"contact_id": text}, REQUEST)
        *before, last = event["rawPath"].split("/")

        assert (before, event["rawQueryString"]) == (["", "v1", "contacts"], "")
        assert not set(last) & set("/?#% ") - {"%"}
        assert event["pathParameters"] == {"contact_id": text}

    @given(name=st.sampled_from(sorted(tools())), text=st.text())
    def test_has_only_the_headers_of_a_tool(self, name: str, text: str) -> None:
        in_path = dict.fromkeys(re.findall(r"\{(\w+)\}", tools()[name].path), "an_id")
        given = {**in_path, "idempotency_key": text, "x-evil": text}
        event = event_of(tools()[name], given, REQUEST)

        assert event["headers"].keys() <= {"authorization", "content-type", "idempotency-key"}
        assert event["headers"]["authorization"] == "Bearer key"
