"""The rules of tools for agents name each tool of the API, and what is there."""

from collections.abc import Iterator
from typing import Any

import pytest

from outrider.access import scopes
from outrider.agents.policy.models import ALLOWED, FORBIDDEN
from outrider.agents.policy.tool_rules import NEVER, TOOL_RULES, hidden_arguments
from outrider.mcp.tools import tools

RULED = sorted(TOOL_RULES)


def test_each_tool_is_decided_once() -> None:
    assert not TOOL_RULES.keys() & NEVER
    assert TOOL_RULES.keys() | NEVER == tools().keys()


@pytest.mark.parametrize("name", RULED)
class TestRule:
    def test_names_arguments_that_the_tool_has(self, name: str) -> None:
        rule, known = TOOL_RULES[name], tools()[name].input["properties"]

        assert {*rule.without, *rule.harmless, *rule.recipients} <= known.keys()
        assert not rule.of or rule.of in known

    def test_reads_exactly_where_the_tool_says_that_it_only_reads(self, name: str) -> None:
        assert (TOOL_RULES[name].effect == "read") == tools()[name].is_read_only

    def test_leaves_no_free_tool_that_nobody_could_take_back(self, name: str) -> None:
        """What is destructive by its annotation is never simply done in a tainted run."""
        if tools()[name].annotations["destructiveHint"] and not tools()[name].is_read_only:
            assert TOOL_RULES[name].effect in ("change", "send", "person")

    def test_leaves_what_the_call_needs(self, name: str) -> None:
        assert not set(hidden_arguments(name)) & set(tools()[name].input["required"])


OF_THE_WORKSPACE = {
    *("created_at", "updated_at", "resets_at", "settled_at", "expires_at", "started_at"),
    *("finished_at", "since", "until", "date", "day", "next_cursor"),
    *("id", "workspace_id", "campaign_id", "step_id", "variant_id"),
    "scopes",
    *("name", "titles", "industries", "sizes", "countries", "technologies", "signals"),
    *("companies", "domains"),
    *("names in prices", "names in calls_by_family", "names in credits_by_kind"),
    *("names in replied_by_class", "names in skipped_by_reason"),
}
"""Texts in results that no stranger and no agent writes: times, ids, our words, and what only
people set."""


def texts_in(schema: dict[str, Any], whole: dict[str, Any], name: str = "") -> Iterator[str]:
    """The names of the fields of a result that hold any text."""
    if "$ref" in schema:
        yield from texts_in(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, name)
    items = [schema["items"]] if "items" in schema else []
    for each in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *items]:
        yield from texts_in(each, whole, name)
    for field, each in schema.get("properties", {}).items():
        yield from texts_in(each, whole, field)
    if schema.get("additionalProperties"):
        yield f"names in {name}"
    if not {"type", "$ref", "anyOf", "oneOf", "enum", "const"} & schema.keys():
        yield f"{name} of any type"
    if schema.get("type") == "string" and not {"enum", "const"} & schema.keys():
        yield name


@pytest.mark.parametrize("name", [each for each in RULED if not TOOL_RULES[each].taints])
def test_a_tool_whose_result_is_trusted_has_no_text_of_others(name: str) -> None:
    output = tools()[name].output

    assert set(texts_in(output, output)) <= OF_THE_WORKSPACE


class TestNever:
    @pytest.mark.parametrize(
        "prefix", ["/v1/api-keys", "/v1/llm-providers", "/v1/agent", "/v1/chat"]
    )
    def test_covers_what_decides_about_agents(self, prefix: str) -> None:
        reached = {name for name in RULED if tools()[name].path.startswith(prefix)}

        assert not reached

    def test_covers_all_that_writes_webhooks_and_mailboxes(self) -> None:
        written = {
            name
            for name in RULED
            if tools()[name].path.startswith(("/v1/webhooks", "/v1/mailbox"))
            and not tools()[name].is_read_only
        }

        assert written == {"delete_mailbox", "delete_mailbox_pool"}


class TestScopes:
    def test_of_agents_cover_nothing_forbidden(self) -> None:
        assert not any(scopes.covers(ALLOWED, each) for each in FORBIDDEN)

    def test_of_agents_are_all_others(self) -> None:
        covering = {"campaigns"}  # a family with webhooks and mailboxes in it
        assert {*ALLOWED, *FORBIDDEN, *covering} == set(scopes.ALL)
