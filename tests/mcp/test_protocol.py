"""What the MCP server answers, beside the results of tools."""

import json

import pytest

from outrider.access import scopes
from outrider.mcp.prompts import JOBS
from outrider.mcp.resources import STATE, pages
from outrider.mcp.tools import tools
from tests.harness.api import ANONYMOUS, Api
from tests.mcp.connecting import call, send

INVALID_PARAMS = -32602


def listed(api: Api, *granted: str) -> set[str]:
    answer = send(api, "tools/list", key=api.key(*granted))
    return {tool["name"] for tool in answer.json["result"]["tools"]}


class TestAuthentication:
    @pytest.mark.parametrize("method", ["initialize", "ping", "tools/list", "tools/call"])
    def test_asks_for_a_key_without_asking_aws(self, api: Api, method: str) -> None:
        answer = send(api, method, key=ANONYMOUS)

        assert (answer.status, answer.json["code"]) == (401, "MISSING_AUTH")
        assert (answer.headers["WWW-Authenticate"], answer.calls) == ("Bearer", [])

    @pytest.mark.parametrize("method", ["ping", "tools/call"])
    def test_refuses_a_revoked_key(self, api: Api, method: str) -> None:
        made = api.create_key("*")
        api.delete(f"/v1/api-keys/{made['id']}")

        answer = send(api, method, key=made["key"])

        assert (answer.status, answer.json["code"]) == (401, "INVALID_API_KEY")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("method", ["ping", "tools/call"])
    def test_refuses_a_plan_without_the_api(self, api: Api, method: str) -> None:
        key = api.workspace("without", plan="free").live_key

        assert send(api, method, key=key).json["code"] == "PLAN_REQUIRED"


class TestScopes:
    @pytest.mark.parametrize("granted", scopes.ALL)
    def test_show_what_a_key_may_call_and_no_more(self, api: Api, granted: str) -> None:
        allowed = {
            name
            for name, tool in tools().items()
            if all(scopes.covers([granted], each) for each in tool.scopes)
        }

        assert listed(api, granted) == allowed

    def test_hide_a_tool_as_if_it_were_not_there(self, api: Api) -> None:
        key = api.key("companies:read")
        hidden = call(api, "list_contacts", key=key)
        unknown = call(api, "list_unicorns", key=key)

        assert hidden["code"] == unknown["code"] == INVALID_PARAMS
        assert hidden["message"].replace("contacts", "unicorns") == unknown["message"]

    def test_hide_resources(self, api: Api) -> None:
        key = api.key("contacts:read")
        shown = send(api, "resources/list", key=key).json["result"]["resources"]
        (uri, *_) = STATE
        read = send(api, "resources/read", {"uri": uri}, key=key)

        assert {each["uri"] for each in shown} == set(pages())
        assert read.json["error"]["code"] == INVALID_PARAMS


class TestMetering:
    @pytest.mark.parametrize(
        ("method", "params"),
        [
            ("ping", None),
            ("tools/list", None),
            ("tools/call", {"name": "list_contacts", "arguments": {}}),
            ("resources/read", {"uri": "outrider://account"}),
        ],
    )
    def test_counts_a_message_once(
        self, api: Api, method: str, params: dict[str, object] | None
    ) -> None:
        answer = send(api, method, params)
        counted = [
            sent
            for sent in answer.calls
            if sent.operation == "UpdateItem" and "calls" in json.dumps(sent.params)
        ]

        assert len(counted) == 1

    def test_tells_a_model_how_long_to_wait(self, api: Api) -> None:
        key = api.workspace("slow", plan="starter").live_key
        results = [call(api, "get_account", key=key) for _ in range(70)]
        problem = json.loads(results[-1]["content"][0]["text"])

        assert (results[0]["isError"], results[-1]["isError"]) == (False, True)
        assert problem["code"] == "RATE_LIMITED"
        assert "wait" in problem["detail"]


class TestTransport:
    @pytest.mark.parametrize("path", ["/mcp", "/"])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_has_no_streams_and_no_sessions(self, api: Api, method: str, path: str) -> None:
        answer = api.request(method, path, headers={"accept": "text/event-stream"})

        assert answer.status == 405
        assert "POST" in answer.headers["Allow"].split(", ")

    def test_takes_notifications(self, api: Api) -> None:
        message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer = api.post("/mcp", message, headers={"accept": "application/json"})

        assert (answer.status, answer.text) == (202, "")

    @pytest.mark.parametrize("body", ["{", "[]", "7", "null", '"text"', "{}", "[" * 10_000])
    def test_refuses_what_is_no_message(self, api: Api, body: str) -> None:
        answer = api.post("/mcp", body, headers={"accept": "application/json"})

        assert answer.status == 400
        assert answer.json["error"]["code"] < 0

    def test_names_an_unknown_method(self, api: Api) -> None:
        assert send(api, "tools/guess").json["error"]["code"] == -32601

    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            ("https://evil.example", 403),
            ("null", 403),
            ("https://api.outrider.test", 200),
            ("http://localhost:6274", 200),
        ],
    )
    def test_answers_no_pages_of_others(self, api: Api, origin: str, status: int) -> None:
        assert send(api, "ping", headers={"origin": origin}).status == status

    def test_refuses_headers_that_contradict_the_message(self, api: Api) -> None:
        headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "ping"}
        answer = send(api, "tools/list", headers=headers)

        assert answer.status == 400


class TestResources:
    @pytest.mark.parametrize("uri", [*STATE, *pages()])
    def test_are_listed_and_read(self, api: Api, uri: str) -> None:
        shown = send(api, "resources/list").json["result"]["resources"]
        (content,) = send(api, "resources/read", {"uri": uri}).json["result"]["contents"]

        assert uri in {each["uri"] for each in shown}
        assert content["text"]

    def test_link_to_one_another(self) -> None:
        linked = {
            target.partition("#")[0]
            for page in pages().values()
            for target in page.text.split("](")[1:]
            if target.startswith("outrider://")
            for target in [target.partition(")")[0]]
        }

        assert linked
        assert linked <= set(pages())

    def test_of_another_name_are_unknown(self, api: Api) -> None:
        given = {"uri": "outrider://docs/../secrets"}
        answer = send(api, "resources/read", given)

        assert answer.json["error"]["code"] == INVALID_PARAMS
        assert answer.json["error"]["data"] == given


class TestPrompts:
    @pytest.mark.parametrize("name", JOBS)
    def test_are_filled_in(self, api: Api, name: str) -> None:
        given = {argument: f"«{argument}» {{x}}" for argument in JOBS[name].arguments}
        answer = send(api, "prompts/get", {"name": name, "arguments": given})
        (message,) = answer.json["result"]["messages"]

        assert all(value in message["content"]["text"] for value in given.values())

    def test_ask_for_what_is_missing(self, api: Api) -> None:
        answer = send(api, "prompts/get", {"name": "triage_replies"})

        assert answer.json["error"]["message"] == "The argument since is required"

    def test_of_another_name_are_unknown(self, api: Api) -> None:
        answer = send(api, "prompts/get", {"name": "conquer_the_world"})

        assert answer.json["error"]["code"] == INVALID_PARAMS
