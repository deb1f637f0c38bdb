"""What an agent may do with each tool of the API. A tool that is not listed is none for an agent;
tests/infrastructure/test_tool_rules.py holds that each is decided."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Effect = Literal["read", "add", "change", "send", "person"]
"""`read` changes nothing. `add` adds something within the workspace that nobody outside sees and
that can be taken back. `change` overwrites, ends or deletes something, or reaches somebody without
a message. `send` makes contacts get messages. `person` is for a person to decide, always."""


@dataclass(frozen=True, slots=True)
class ToolRule:
    """Rule of one tool for agents."""

    effect: Effect
    taints: bool = True
    """Whether its result contains text that strangers, or a model, may have written."""
    without: tuple[str, ...] = ()
    """Arguments that an agent does not have."""
    harmless: tuple[str, ...] = ()
    """Arguments with which alone the effect is `add`."""
    of: str = ""
    """Argument with the id of a sequence: the effect is `add` if the run itself made it, and nobody
    has launched it."""
    recipients: tuple[str, ...] = ()
    """Arguments with the ids of the contacts who may get a message."""
    fetches: bool = False
    """Whether it reads from an address that is stored in the resource, or asks DNS for it."""
    credits: int = 0
    """The most that a call costs."""


_TRUSTED = ToolRule("read", taints=False)
_READ = ToolRule("read")
_ADD = ToolRule("add")
_CHANGE = ToolRule("change")
_PERSON = ToolRule("person")

_NAMES_AND_NUMBERS = """
get_account get_campaign_stats get_credits get_mailbox_pool get_profile get_usage
list_credit_ledger list_mailbox_pools
"""
_TEXTS_OF_STRANGERS = """
explain_campaign explain_enrollment get_campaign get_campaign_status get_company get_contact
get_deliverability get_enrollment get_event get_import get_lead get_lead_research get_mailbox
get_message get_run get_sequence get_sequence_steps get_thread get_webhook get_webhook_delivery
get_webhook_replay get_workflow lint_sequence list_campaign_enrollments list_campaigns
list_companies list_contact_timeline list_contacts list_enrollments list_events list_exports
list_import_rows list_imports list_leads list_mailboxes list_messages list_runs list_sequences
list_skipped_contacts list_suppressions list_threads list_webhook_deliveries list_webhook_replays
list_webhooks list_workflows plan_sequence preview_message
"""
"""Mailboxes and deliverability quote mail servers and DNS; checks of a sequence quote its texts,
which another run may have drafted."""
_ADDING = """
create_campaign create_sequence create_workflow pause_campaign pause_enrollment pause_sequence
pause_workflow
"""
_CHANGING = """
classify_message create_companies create_contacts create_suppressions reject_lead reject_leads
update_campaign update_company
"""
_FOR_A_PERSON = """
add_workflow_leads approve_lead approve_leads complete_task confirm_import create_export
delete_campaign delete_company delete_contact delete_lead delete_mailbox delete_mailbox_pool
delete_sequence delete_suppression delete_workflow erase_contact
merge_contacts replace_profile resume_campaign resume_enrollment resume_sequence resume_workflow
retry_campaign revert_import run_workflow settle_message settle_messages stop_enrollment
update_lead update_lead_draft update_workflow
"""
_OF_NO_AGENT = """
get_approval list_approvals
check_mailbox create_import create_mailbox create_mailbox_pool delete_webhook enable_webhook
get_export list_api_keys preview_import redeliver_webhook_delivery replay_webhook revoke_api_key
send_test_message test_webhook update_mailbox update_mailbox_pool update_webhook verify_mailbox
"""
NEVER: frozenset[str] = frozenset(_OF_NO_AGENT.split())
"""Tools that no agent has: those of approvals and keys, of what receives events or sends email,
whose addresses would be a model's words; and those that need a file or return a link to one."""


def _all(names: str, rule: ToolRule) -> dict[str, ToolRule]:
    return dict.fromkeys(names.split(), rule)


_TO_NAMED = ToolRule("send", without=("filter",), recipients=("contact_ids",))

TOOL_RULES: Mapping[str, ToolRule] = {
    **_all(_NAMES_AND_NUMBERS, _TRUSTED),
    **_all(_TEXTS_OF_STRANGERS, _READ),
    **_all(_ADDING, _ADD),
    **_all(_CHANGING, _CHANGE),
    **_all(_FOR_A_PERSON, _PERSON),
    "create_lead": ToolRule("person", harmless=("contact_id", "source", "notes")),
    "update_contact": ToolRule("change", harmless=("contact_id", "tags")),
    "update_sequence": ToolRule("change", of="sequence_id"),
    "set_sequence_steps": ToolRule("change", of="sequence_id", without=("migrate",)),
    "qualify_lead": ToolRule("add", credits=1),
    "research_contact": ToolRule("add", fetches=True, credits=1),
    "research_lead": ToolRule("add", fetches=True, credits=1),
    "verify_contact": ToolRule("add", fetches=True),
    "launch_sequence": _TO_NAMED,
    "launch_campaign": _TO_NAMED,
    "add_audience": _TO_NAMED,
    "trigger_campaign": ToolRule(
        "send",
        without=(
            "email",
            "first_name",
            "last_name",
            "title",
            "company",
            "phone",
            "timezone",
            "tags",
            "custom",
        ),
        recipients=("contact_id",),
    ),
}
"""Rules by the name of the tool."""

_NOT_OF_A_MODEL = ("idempotency_key", "if_match")
"""Arguments that become headers: ours to set."""


def hidden_arguments(tool: str) -> Collection[str]:
    """Return the arguments of a tool that an agent does not have."""
    return (*_NOT_OF_A_MODEL, *TOOL_RULES[tool].without)
