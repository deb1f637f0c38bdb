"""Tools of the MCP server: each operation of the API is one, or says why it is not; what they say
of themselves is true; the function that serves them reaches what they need."""

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from outrider.agents.policy.tool_rules import TOOL_RULES
from outrider.mcp import server
from outrider.mcp.prompts import JOBS
from outrider.mcp.resources import STATE
from outrider.mcp.tools import Tool, tools
from tools import mcp, permissions, routes, templates
from tools.templates import REPOSITORY

ROUTES = {route.handler.__name__: route for api in routes.apis().values() for route in api.routes}
_FUNCTIONS = {each.name: each for each in templates.functions()}
COMBINING = {"anyOf", "oneOf", "allOf", "not", "if"}
every_tool = pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)


def may_call(name: str) -> set[str]:
    """The functions that a function's role lets it call, but for the one that writes texts."""
    named = {each.logical_id: each.name for each in _FUNCTIONS.values()}
    return {
        named[resource["Fn::GetAtt"][0]]
        for statement in templates.statements(_FUNCTIONS[name])
        if statement["Action"] == ["lambda:InvokeFunction"]
        for resource in permissions.resources(statement)
    }


class TestParity:
    def test_each_operation_is_a_tool_or_says_why_not(self) -> None:
        left_out = mcp.notes()["left_out"]

        assert tools().keys() | left_out.keys() == ROUTES.keys()
        assert not tools().keys() & left_out.keys()
        assert all(len(reason) > 20 for reason in left_out.values())

    def test_only_routes_with_a_key_are_tools(self) -> None:
        public = {name for name, route in ROUTES.items() if not route.scopes}

        assert public <= mcp.notes()["left_out"].keys()

    @every_tool
    def test_a_tool_is_its_route(self, tool: Tool) -> None:
        route = ROUTES[tool.name]

        assert (tool.method, tool.path, tool.scopes) == (route.method, route.path, route.scopes)
        assert tool.title == route.summary

    @every_tool
    def test_a_tool_has_every_input_of_its_route(self, tool: Tool) -> None:
        route = ROUTES[tool.name]
        given = set(tool.input["properties"])

        assert set(re.findall(r"\{(\w+)\}", route.path)) <= set(tool.input["required"])
        assert set(route.query.model_fields if route.query else ()) == set(tool.query) <= given
        assert ("if_match" in given) == route.takes_if_match
        assert ("idempotency_key" in given) == route.may_be_repeated
        assert tool.has_body == (route.body is not None)


class TestSchemas:
    @every_tool
    def test_are_valid_and_complete(self, tool: Tool) -> None:
        for schema in (tool.input, tool.output):
            Draft202012Validator.check_schema(schema)
            known = {f"#/$defs/{name}" for name in schema.get("$defs", {})}
            assert set(references(schema)) == known

    @every_tool
    def test_of_arguments_are_closed_objects(self, tool: Tool) -> None:
        assert (tool.input["type"], tool.input["additionalProperties"]) == ("object", False)
        assert not COMBINING & tool.input.keys(), "the APIs of several models refuse it"

    @every_tool
    def test_name_one_type_each(self, tool: Tool) -> None:
        """Schemas of some models, as Gemini's, know no list of types."""
        text = json.dumps([tool.input, tool.output])

        assert '"type": [' not in text
        assert '": {}' not in text.replace('"properties": {}', "")

    @every_tool
    def test_describe_every_argument(self, tool: Tool) -> None:
        described = [each.get("description") for each in tool.input["properties"].values()]

        assert all(described)

    @every_tool
    def test_of_results_are_objects(self, tool: Tool) -> None:
        assert tool.output["type"] == "object"


class TestAnnotations:
    def test_name_tools_that_are_there(self) -> None:
        for kind in ("destructive", "additive", "open_world"):
            assert set(mcp.notes()[kind]) <= tools().keys(), kind

    @every_tool
    def test_do_not_contradict_one_another(self, tool: Tool) -> None:
        hints = tool.annotations

        assert not (hints["readOnlyHint"] and hints["destructiveHint"])
        assert hints["readOnlyHint"] or tool.method != "GET"
        assert not (hints["readOnlyHint"] and hints["openWorldHint"])


class TestTexts:
    @pytest.mark.parametrize("name", JOBS)
    def test_of_prompts_name_tools_that_are_there(self, name: str) -> None:
        job = JOBS[name]
        named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", job.text))

        assert named - tools().keys() <= {"idempotency_key", "no_reply"}
        assert set(re.findall(r"\{(\w+)\}", job.text)) == set(job.arguments)

    def test_of_the_server_name_tools_that_are_there(self) -> None:
        named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", server.INSTRUCTIONS))

        assert named - tools().keys() <= {"idempotency_key", "next_cursor"}

    def test_of_the_server_have_the_version_of_the_project(self) -> None:
        project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

        assert project["project"]["version"] == server.VERSION

    def test_of_state_are_results_of_tools(self) -> None:
        assert set(STATE.values()) <= tools().keys()


class TestFunction:
    def test_may_call_the_functions_of_its_tools_and_no_others(self) -> None:
        needed = {tool.function for tool in tools().values()}
        names = {name: _FUNCTIONS[name].properties.get("FunctionName") for name in needed}

        assert names == {name: {"Fn::Sub": f"${{AWS::StackName}}-{name}"} for name in needed}
        assert may_call("mcp") == needed

    def test_of_runs_may_call_those_of_tools_that_a_run_calls(self) -> None:
        called = {
            tools()[name].function
            for name, rule in TOOL_RULES.items()
            if rule.effect != "person" or rule.harmless
        }

        assert may_call("agents_run") == called
        assert may_call("chat") == called

    def test_of_approvals_may_call_those_of_tools_that_change_something(self) -> None:
        changing = {
            tools()[name].function for name, rule in TOOL_RULES.items() if rule.effect != "read"
        }

        assert may_call("agents") == changing

    def test_is_one_of_few_that_may_call_functions(self) -> None:
        """Who may call a function may delegate any key to it: docs/adr/0078. The function that
        writes with models knows no keys of the API."""
        writes = {"Fn::GetAtt": ["ModelsWriteFunction", "Arn"]}
        calling = {
            each.name
            for each in templates.functions()
            for statement in templates.statements(each)
            if any(action.startswith("lambda:Invoke") for action in statement["Action"])
            and statement["Resource"] != writes
        }

        assert calling == {"mcp", "agents", "agents_run", "chat", "outreachpilot"}

    def test_can_call_functions_of_a_stack_with_a_long_name(self) -> None:
        """AWS takes names of 64 characters: docs/aws.md says how many are left for the stack."""
        longest = max(len(tool.function) for tool in tools().values())

        assert 64 - len("-") - longest == 46

    def test_imports_no_domain_before_a_tool_is_called(self) -> None:
        named = [name.split(".") for name in imported_by("mcp") if name.startswith("outrider.")]

        assert {name[1] for name in named} == {"access", "kit", "mcp"}


class TestImports:
    """What takes longer to import than all else: only functions with a layer of their own may, and
    a provider's library only once it is asked."""

    WITH_LAYER = frozenset(
        each.name for each in templates.functions() if each.properties.get("Layers")
    )
    PROVIDERS = frozenset({"openai", "anthropic", "google.genai"})

    def test_of_other_functions_are_without_what_models_need(self) -> None:
        others = [name for name in routes.names() if name not in self.WITH_LAYER]
        imported = imported_by(*others)

        assert "outrider.contacts.service" in imported
        assert imported & {"mcp", "starlette", "pydantic_ai", "httpx2", *self.PROVIDERS} == set()

    def test_are_without_providers_before_one_is_asked(self) -> None:
        imported = imported_by(*self.WITH_LAYER)

        assert "mcp" in imported
        assert imported & self.PROVIDERS == set()


def imported_by(*functions: str) -> set[str]:
    """The modules that are there once all these functions are imported."""
    apps = ", ".join(f"functions.{name}.app" for name in functions)
    code = f"import sys, {apps}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(ran.stdout.split())


def references(schema: Any) -> list[str]:
    """Every `$ref` in a schema."""
    if isinstance(schema, list):
        return [each for part in schema for each in references(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [each for part in schema.values() for each in references(part)]
