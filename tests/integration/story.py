"""A workspace's first days, told in calls: every operation of the API once or more.

What the calls take and what they answered is kept in docs/examples.json, from which the OpenAPI
document has its examples. Each name in braces stands for a value of an answer before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.harness.api import Mode
from tests.harness.cloud import Cloud
from tests.integration.replying import a_reply, take

CSV = "E-Mail;Vorname;Nachname;Firma\nlena@globex.example;Lena;Vogt;Globex\nnonsense;;;\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operation. `keep` names values of its answer for later steps, each by the keys
    that lead to it; `then` is what happens behind the API afterwards."""

    operation: str
    body: Any = None
    query: str = ""
    of: Mapping[str, str] = field(default_factory=dict)
    """Other names for what the path names."""
    keep: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    then: Callable[[Cloud, dict[str, str]], None] | None = None
    mode: Mode = "live"


def _carried(cloud: Cloud, _: dict[str, str]) -> None:
    cloud.drain()


def _uploaded(cloud: Cloud, known: dict[str, str]) -> None:
    cloud.upload(known["upload_url"], CSV.encode())
    cloud.drain()


def _sent(cloud: Cloud, _: dict[str, str]) -> None:
    cloud.run(hours=1)


def _lost(cloud: Cloud, _: dict[str, str]) -> None:
    """SES takes the mail, and its answer does not come."""
    sends = cloud.wire.players["sesv2"]

    def silent(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        sends(operation, params)
        raise ReadTimeoutError(endpoint_url="https://email.us-east-1.amazonaws.com")

    cloud.wire.players["sesv2"] = silent
    cloud.run(hours=1)
    cloud.wire.players["sesv2"] = sends


def _answered(cloud: Cloud, _: dict[str, str]) -> None:
    first = next(mail for mail in cloud.mails() if mail.sender == "ada@outrider.test")
    take(cloud, a_reply(first, "Let me think about it."))
    cloud.drain()


STORY = [
    Step(
        "create_companies",
        {"name": "Acme", "domain": "acme.example", "industry": "Software", "stage": "Series B"},
        keep={"company_id": ("id",)},
        then=_carried,
    ),
    Step("update_company", {"size": "51-200", "stage": None}),
    Step("put_company", {"country": "United States"}),
    Step("get_company"),
    Step("list_companies", query="search=ac"),
    Step(
        "create_contacts",
        {
            "email": "dana.ruiz@acme.example",
            "first_name": "Dana",
            "last_name": "Ruiz",
            "title": "Head of Sales",
            "company": "Acme",
            "tags": ["q2"],
            "custom": {"employees": 180},
            "fit_score": 0.82,
        },
        keep={"contact_id": ("id",)},
        then=_carried,
    ),
    Step(
        "create_contacts",
        {
            "contacts": [
                {"email": "d.ruiz@outrider.test", "first_name": "Dana", "phone": "+1-532-344-1362"},
                {"email": "not an address"},
            ],
            "upsert": True,
        },
        keep={"other_id": ("results", 0, "id")},
        then=_carried,
    ),
    Step("verify_contact", of={"contact_id": "other_id"}, then=_carried),
    Step(
        "create_contacts",
        {"email": "grace@acme.example", "first_name": "Grace", "title": "CTO"},
        keep={"sandbox_id": ("id",)},
        mode="test",
    ),
    Step("research_contact", {"refresh": True}, of={"contact_id": "sandbox_id"}, mode="test"),
    Step(
        "merge_contacts", {"winner_id": "{contact_id}", "loser_ids": ["{other_id}"]}, then=_carried
    ),
    Step("update_contact", {"title": "VP of Sales", "phone": None}),
    Step("put_contact", {"timezone": "America/New_York"}, then=_carried),
    Step("get_contact"),
    Step("list_contacts", query="status=new&limit=1"),
    Step("list_contact_timeline", query="limit=2"),
    Step(
        "create_suppressions",
        {"address": "omar@initech.example", "reason": "manual", "evidence": "Asked on the phone"},
        keep={"suppression_id": ("id",)},
    ),
    Step("list_suppressions"),
    Step(
        "create_import",
        {"kind": "contacts", "format": "csv", "duplicates": "update"},
        keep={"import_id": ("id",), "upload_url": ("upload", "url")},
        then=_uploaded,
    ),
    Step("get_import"),
    Step("list_imports"),
    Step("list_import_rows", query="status=failed"),
    Step("revert_import", then=_carried),
    Step(
        "create_import",
        {"kind": "contacts", "format": "csv", "duplicates": "update", "confirm": True},
        keep={"import_id": ("id",), "upload_url": ("upload", "url")},
        then=_uploaded,
    ),
    Step("preview_import", {}),
    Step("confirm_import", {}, then=_carried),
    Step(
        "create_export",
        {"kind": "contacts", "format": "csv", "filters": {"status": "new"}},
        keep={"export_id": ("id",)},
        then=_carried,
    ),
    Step("get_export"),
    Step("list_exports"),
    Step(
        "create_mailbox",
        {
            "email": "ada@outrider.test",
            "name": "Ada",
            "daily_cap": 100,
            "min_gap_seconds": 0,  # a gap has a length by chance
            "warmed": True,
        },
        keep={"mailbox_id": ("id",)},
    ),
    Step("list_mailboxes", query="pool=pool_default"),
    Step("get_mailbox"),
    Step(
        "create_mailbox_pool",
        {"name": "EU West"},
        keep={"pool_id": ("id",)},
    ),
    Step(
        "create_mailbox",
        {
            "email": "eve@outrider.test",
            "kind": "smtp",
            "smtp": {
                "host": "smtp.example.com",
                "username": "eve@outrider.test",
                "password": "correct horse battery staple",
            },
            "pool": "pool_eu_west",
        },
        keep={"second_mailbox_id": ("id",)},
    ),
    Step(
        "update_mailbox",
        {"status": "paused", "paused_reason": "On holiday", "pool": "pool_default"},
        of={"mailbox_id": "second_mailbox_id"},
    ),
    Step("check_mailbox"),
    Step("verify_mailbox", {"method": "code"}),
    Step("get_deliverability"),
    Step("list_mailbox_pools"),
    Step("get_mailbox_pool"),
    Step("update_mailbox_pool", {"name": "Europe"}),
    Step("delete_mailbox_pool"),
    Step("delete_mailbox", of={"mailbox_id": "second_mailbox_id"}),
    Step(
        "create_sequence",
        {
            "name": "Q2 Heads of Sales",
            "mailbox_pool": "pool_default",
            "steps": [
                {
                    "channel": "email",
                    "wait_days": 0,
                    "subject": "A question, {{ first_name }}",
                    "text": "Hi {{ first_name }}, …",
                },
                {"channel": "email", "wait_days": 3, "if": "no_reply", "text": "Did you see it?"},
            ],
        },
        keep={"sequence_id": ("id",)},
    ),
    Step("get_sequence"),
    Step("plan_sequence", {"contact_ids": ["{contact_id}"]}),
    Step("get_sequence_steps", keep={"step_id": ("steps", 0, "id")}),
    Step(
        "set_sequence_steps",
        {
            "steps": [
                {
                    "id": "{step_id}",
                    "channel": "email",
                    "subject": "A question, {{ first_name }}",
                    "text": "Hi {{ first_name }}, …",
                },
                {
                    "channel": "call",
                    "wait_before": {"value": 2, "unit": "days", "basis": "working"},
                    "if": "opened",
                    "text": "Ask for the person who decides",
                    "timeout_days": 3,
                },
                {
                    "channel": "email",
                    "wait_days": 3,
                    "if": "no_reply",
                    "variants": [
                        {"text": "{Did you see|Have you seen} it?"},
                        {"text": "Is it of use to you?", "weight": 2},
                    ],
                },
            ]
        },
    ),
    Step("lint_sequence"),
    Step(
        "preview_message",
        query="sequence_id={sequence_id}&step_id={step_id}&contact_id={contact_id}",
    ),
    Step(
        "launch_sequence",
        {"contact_ids": ["{contact_id}"]},
        keep={"campaign_id": ("campaign_id",)},
        then=_sent,
    ),
    Step(
        "create_sequence",
        {"name": "Not now", "steps": [{"channel": "task"}]},
        keep={"draft_id": ("id",)},
    ),
    Step(
        "update_sequence",
        {
            "settings": {
                "timezone": "America/New_York",
                "windows": [{"days": ["mon", "tue", "wed", "thu"], "from": "09:00", "to": "17:00"}],
                "postal_address": "1 Main Street, Springfield",
            }
        },
        of={"sequence_id": "draft_id"},
    ),
    Step("list_sequences", query="status=draft"),
    Step("delete_sequence", of={"sequence_id": "draft_id"}),
    Step("get_campaign_status"),
    Step(
        "list_messages",
        query="direction=out&limit=1",
        keep={
            "message_id": ("data", 0, "id"),
            "thread_id": ("data", 0, "thread_id"),
            "enrollment_id": ("data", 0, "enrollment_id"),
        },
    ),
    Step("get_message"),
    Step("get_thread"),
    Step("explain_enrollment"),
    Step(
        "create_contacts",
        {"email": "iris@initech.example", "first_name": "Iris"},
        keep={"iris_id": ("id",)},
        then=_carried,
    ),
    Step(
        "create_sequence",
        {
            "name": "Calls",
            "steps": [{"channel": "call", "wait_days": 0, "text": "Call {{ first_name }}"}],
        },
        keep={"calls_id": ("id",)},
    ),
    Step(
        "launch_sequence",
        {"contact_ids": ["{iris_id}"]},
        of={"sequence_id": "calls_id"},
        then=_sent,
    ),
    Step("list_messages", query="state=pending", keep={"task_id": ("data", 0, "id")}),
    Step(
        "complete_task",
        {"outcome": "Wants to hear more in May"},
        of={"message_id": "task_id"},
        then=_carried,
    ),
    Step("explain_campaign"),
    Step("retry_campaign", {"reasons": ["refused"]}),
    Step("pause_campaign"),
    Step("resume_campaign", then=_carried),
    Step("pause_sequence"),
    Step("resume_sequence", then=_carried),
    Step(
        "create_campaign",
        {
            "name": "Q3 Heads of Sales",
            "sequence_id": "{sequence_id}",
            "settings": {"timezone": "Europe/Berlin", "exclusive": True},
        },
        keep={"draft_id": ("id",)},
    ),
    Step("update_campaign", {"settings": {"daily_limit": 200}}, of={"campaign_id": "draft_id"}),
    Step("get_campaign", of={"campaign_id": "draft_id"}),
    Step("list_campaigns", query="status=draft"),
    Step(
        "launch_campaign",
        {"filter": {"status": "new", "tag": "q2"}},
        of={"campaign_id": "draft_id"},
        then=_carried,
    ),
    Step("get_campaign_status", of={"campaign_id": "draft_id"}),
    Step("list_skipped_contacts", of={"campaign_id": "draft_id"}),
    Step(
        "trigger_campaign",
        {"email": "mei@umbrella.example", "first_name": "Mei", "company": "Umbrella"},
        of={"campaign_id": "draft_id"},
        keep={"enrollment_id": ("enrollment_id",)},
    ),
    Step("get_enrollment"),
    Step("pause_enrollment"),
    Step("resume_enrollment"),
    Step("stop_enrollment"),
    Step("list_campaign_enrollments", of={"campaign_id": "draft_id"}),
    Step("list_enrollments", query="contact_id={contact_id}"),
    Step(
        "trigger_campaign",
        {"email": "noor@umbrella.example", "first_name": "Noor", "company": "Umbrella"},
        of={"campaign_id": "draft_id"},
        then=_lost,
    ),
    Step("list_messages", query="state=unknown", keep={"lost_id": ("data", 0, "id")}),
    Step("settle_message", {"outcome": "sent"}, of={"message_id": "lost_id"}),
    Step("settle_messages", {"outcome": "sent", "message_ids": ["{lost_id}"]}),
    Step("add_audience", {"contact_ids": ["{iris_id}"]}, of={"campaign_id": "draft_id"}),
    Step("get_campaign_stats"),
    Step("pause_campaign", of={"campaign_id": "draft_id"}),
    Step("delete_campaign", of={"campaign_id": "draft_id"}),
    Step("get_message", then=_answered),
    Step("list_messages", query="direction=in&limit=1", keep={"reply_id": ("data", 0, "id")}),
    Step("classify_message", {"value": "interested_later"}, of={"message_id": "reply_id"}),
    Step(
        "send_test_message",
        {"step_id": "{step_id}", "contact_id": "{contact_id}", "to": "ada@outrider.test"},
    ),
    Step(
        "list_events",
        query="type=email.sent,reply.*&order=desc&limit=2",
        keep={"event_id": ("data", 0, "id")},
    ),
    Step("get_event"),
    Step(
        "create_webhook",
        {"url": "{webhook_url}", "events": ["reply.*", "email.bounced"]},
        keep={"webhook_id": ("id",)},
    ),
    Step("list_webhooks"),
    Step("test_webhook"),
    Step(
        "update_webhook",
        {"description": "CRM", "events": ["contact.created"], "status": "disabled"},
    ),
    Step("get_webhook"),
    Step("enable_webhook"),
    Step("rotate_webhook_secret"),
    Step(
        "create_contacts",
        {"email": "yuki@hooli.example", "first_name": "Yuki"},
        then=_carried,
    ),
    Step("list_webhook_deliveries", keep={"delivery_id": ("data", 0, "id")}),
    Step("get_webhook_delivery"),
    Step("redeliver_webhook_delivery", then=_carried),
    Step(
        "create_webhook_replay",
        {"since": "2026-03-02T09:00:00Z", "events": ["contact.created"]},
        keep={"replay_id": ("id",)},
        then=_carried,
    ),
    Step("get_webhook_replay"),
    Step("list_webhook_replays"),
    Step("delete_webhook"),
    Step(
        "create_api_key",
        {"name": "CI", "scopes": ["contacts:read", "campaigns"]},
        keep={"key_id": ("id",)},
    ),
    Step("list_api_keys", query="limit=1"),
    Step("rotate_api_key", {"overlap_seconds": 3600}),
    Step("revoke_api_key"),
    Step("get_account"),
    Step("get_usage", query="since=2026-03-02&until=2026-03-03"),
    Step("get_credits"),
    Step("list_credit_ledger"),
    Step("delete_suppression"),
    Step("export_contact", query="limit=3"),
    Step("delete_contact"),
    Step("erase_contact", then=_carried),
    Step("delete_company", then=_carried),
]
