"""Runs, chats and approvals reach each function whose tools they may call."""

from collections.abc import Callable
from typing import Any

import pytest

from outrider.kit import ids
from outrider.mcp.tools import tools
from tests.agents.proposing import decide, propose
from tests.agents.scripted import speaking
from tests.agents.test_chat import send
from tests.agents.test_runs import calls_of, ran
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.infrastructure.test_tools import may_call
from tests.integration.example_data import (
    a_company,
    a_contact_to_research,
    a_reply,
    a_sequence,
    an_import_to_confirm,
    an_unverified_contact,
    one_mailbox,
)
from tests.integration.running import a_campaign, an_enrollment
from tests.integration.running_workflows import a_workflow

CONTACT, LEAD = {"contact_id": ids.new("con")}, {"lead_id": ids.new("led")}
BY_RUNS: list[tuple[str, dict[str, Any]]] = [
    ("reject_lead", LEAD),
    ("verify_contact", CONTACT),
    ("research_contact", CONTACT),
    ("get_enrollment", {"enrollment_id": ids.new("enr")}),
    *(
        (name, {"limit": 1})
        for name in (
            "list_campaigns",
            "list_companies",
            "list_contacts",
            "list_events",
            "list_exports",
            "list_imports",
            "list_leads",
            "list_mailboxes",
            "list_messages",
            "list_sequences",
            "list_suppressions",
            "list_webhooks",
            "list_workflows",
        )
    ),
    ("get_account", {}),
    ("get_credits", {}),
]
RESEARCH = [("research_lead", LEAD)]
"""In a run of its own, which may cost as much as one research."""
BY_ALL_RUNS = [*BY_RUNS, *RESEARCH]
"""A call of a tool of each function, of which some find nothing."""


def a_lead(api: Api) -> str:
    answer = api.post("/v1/leads", {"email": f"{ids.new('x')}@example.com"})
    return str(answer.json["id"])


def a_contact(api: Api) -> str:
    return str(api.post("/v1/contacts", {"email": f"{ids.new('x')}@example.com"}).json["id"])


def of(name: str, make: Callable[[Api], Any], **more: Any) -> Callable[[Api], dict[str, Any]]:
    return lambda api: {name: make(api), **more}


APPROVED: dict[str, Callable[[Api], dict[str, Any]]] = {
    "delete_contact": of("contact_id", a_contact),
    "verify_contact": of("contact_id", an_unverified_contact),
    "research_contact": of("contact_id", a_contact_to_research),
    "erase_contact": of("contact_id", a_contact),
    "delete_company": of("company_id", a_company),
    "delete_lead": of("lead_id", a_lead),
    "research_lead": of("lead_id", a_lead),
    "reject_lead": of("lead_id", a_lead),
    "delete_workflow": of("workflow_id", a_workflow),
    "create_suppressions": lambda _: {"address": "no@example.com", "reason": "manual"},
    "confirm_import": of("import_id", an_import_to_confirm),
    "create_export": lambda _: {"kind": "contacts", "format": "csv"},
    "delete_mailbox": of("mailbox_id", one_mailbox),
    "delete_sequence": of("sequence_id", a_sequence),
    "delete_campaign": of("campaign_id", a_campaign),
    "classify_message": of("message_id", a_reply, value="interested"),
    "stop_enrollment": of("enrollment_id", an_enrollment),
}
"""The arguments of an approved call of a tool of each function."""


def functions_of(names: Any) -> set[str]:
    return {tools()[name].function for name in names}


class TestRuns:
    def test_reach_each_function(self, api: Api, cloud: Cloud) -> None:
        made = []
        for calls in (BY_RUNS, RESEARCH):
            with speaking(calls, "Done."):
                made += calls_of(ran(api, cloud))

        assert made == [(name, "allowed") for name, _ in BY_ALL_RUNS]
        assert may_call("agents_run") == functions_of(name for name, _ in BY_ALL_RUNS)


class TestChats:
    def test_reach_each_function(self, api: Api) -> None:
        made = []
        for calls in (BY_RUNS, RESEARCH):
            with speaking(calls, "Done."):
                made += send(api).json["tool_calls"]

        assert [each["name"] for each in made] == [name for name, _ in BY_ALL_RUNS]
        assert may_call("chat") == functions_of(name for name, _ in BY_ALL_RUNS)


class TestApprovals:
    @pytest.mark.parametrize("tool", APPROVED)
    def test_reach_the_function_of_the_tool(self, api: Api, tool: str) -> None:
        approval = propose(api, tool, APPROVED[tool](api))

        decided = decide(api, approval.id)

        assert decided.status == 200, decided.text
        assert decided.json["status"] in ("executed", "failed")

    def test_reach_all_that_they_may(self) -> None:
        assert may_call("agents") == functions_of(APPROVED)
