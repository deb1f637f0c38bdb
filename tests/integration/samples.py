"""What the files in events/ hold, and how real ids take the place of the invented ones in them."""

import json
from dataclasses import dataclass
from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import launched
from tools.templates import REPOSITORY

FOLDER = REPOSITORY / "events"

INVENTED = {
    "key": "otr_live_sk_PutAKeyOfYourWorkspaceHere",
    "workspace": "wsp_01kjpwd6m0khywa3afbhj9mjsv",
    "contact": "con_01kjpwd6m16vjzbz035g1ag64h",
    "approval": "apr_01kjpwd6m2b4d6f8h0k2n4q6s8",
    "lead": "led_01kjpwd6m16vjzbz035g1ag64h",
    "company": "com_01kjpwd6m7t3v5x9z1b4d6f8ha",
    "mailbox": "mbx_01kjpwd6m2s0g6cmmw3r9ek06y",
    "sequence": "seq_01kjpwd6m3sp9gacndhhxnr57c",
    "step": "stp_01kjpwd6m308hp1xz1jfw843q3",
    "workflow": "wfl_01kjpwd6m4t8a2c6e9g3j5m7pq",
    "campaign": "cam_01kjpwd6m5sn3smj6vvtpctw3m",
    "webhook": "whk_01kjpwd6m4s5wwa4fksbm2y11w",
    "delivery": "dlv_01kjpwd6m501kjpwd6m1j4bmyjsaxgnw33zc01kjpwd6m4s5wwa4fksbm2y11w",
    "replay": "rpl_01kjpwd6m9q3e5t7y9v1b3d5fh",
    "event": "evt_01kjpwd6m1j4bmyjsaxgnw33zc",
    "message": "msg_01kjpwd6m16vjzbz035g1ag64h01kjpwd6m9z8y7x6w5v4t3s2r1",
    "token": "AAABnK3GmoB_f6lb84IsoFm5AZytxpqB1U4L8ghxlHGr"
    "-0gWNgBHLRRhv1wC2oy1BE9F7tBvAVVyCmDS61yLp5G6",
    "mail": "0100019caf2b5a10-1d2e3f40-5162-7384-95a6-b7c8d9e0f102-000000",
    "imported": "imp_01kjpwd6m7t4w1c8v5q2x9n3zb",
    "exported": "exp_01kjpwd6m8a4d2g7k9n1r5v8yc",
    "run": "agr_01kjpwd6m8a4d2g7k9n1r5v8yc",
    "enrollment": "enr_01kjpwd6m5sn3smj6vvtpctw3m01kjpwd6m16vjzbz035g1ag64h",
    "url": "https://example.com/hooks/outrider",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """`events/<name>.json`, an event of `functions/<function>`."""

    name: str
    function: str

    def event(self, **real: str) -> Any:
        """The event, with `real` values in place of the invented ones of the same name."""
        return json.loads(put_in((FOLDER / f"{self.name}.json").read_text(encoding="utf-8"), real))

    def invoke(self, cloud: Cloud, **real: str) -> Any:
        return cloud.invoke(self.function, self.event(**real))


def put_in(text: str, real: dict[str, str]) -> str:
    for name, value in real.items():
        assert INVENTED[name] in text, f"there is no {name} to put in"
        text = text.replace(INVENTED[name], value)
    return text


def sent_job(api: Api, cloud: Cloud) -> dict[str, str]:
    """What a step job of a campaign launched just now names."""
    campaign = launched(api)
    workspace = api.workspace().id
    items = {item["sk"].partition("_")[0]: item for item in cloud.items("campaigns", workspace)}
    return {
        "workspace": workspace,
        "campaign": campaign.campaign_id,
        "contact": campaign.contact_ids[0],
        "sequence": campaign.sequence_id,
        "step": items["version#00001"]["steps"][0]["id"],
        "mailbox": items["mbx"]["id"],
    }


HEALTH = Sample("http_health", "site")
CONTACTS_CREATE = Sample("http_contacts_create", "contacts")
CONTACTS_LIST = Sample("http_contacts_list", "contacts")
CONTACTS_VERIFY = Sample("http_contacts_verify", "contacts_verify")
CONTACTS_RESEARCH = Sample("http_contacts_research", "contacts_research")
COMPANIES_CREATE = Sample("http_companies_create", "companies")
LEADS_CREATE = Sample("http_leads_create", "leads")
MCP = Sample("http_mcp", "mcp")
LEADS_RESEARCH = Sample("http_leads_research", "leads_research")
LEADS_APPROVE = Sample("http_leads_approve", "leads_review")
CONTACTS_ERASE = Sample("http_contacts_erase", "privacy")
SANDBOX_RESET = Sample("http_sandbox_reset", "sandbox")
SUPPRESSIONS_CREATE = Sample("http_suppressions_create", "suppressions")
IMPORTS_CREATE = Sample("http_imports_create", "imports")
AGENTS_APPROVE = Sample("http_agents_approve", "agents")
CHAT_SEND = Sample("http_chat_send", "chat")
EXPORTS_CREATE = Sample("http_exports_create", "exports")
MAILBOXES_CREATE = Sample("http_mailboxes_create", "mailboxes")
MAILBOXES_CHECK = Sample("http_mailboxes_check", "mailboxes_check")
MAILBOXES_VERIFY = Sample("http_mailboxes_verify", "mailboxes_verify")
SEQUENCES_CREATE = Sample("http_sequences_create", "sequences")
SEQUENCES_LAUNCH = Sample("http_sequences_launch", "sequences")
SEQUENCES_TEST_SEND = Sample("http_sequences_test_send", "sequences_test")
CAMPAIGNS_STATUS = Sample("http_campaigns_status", "campaigns")
MESSAGES_GET = Sample("http_messages_get", "messages")
ENROLLMENTS_GET = Sample("http_enrollments_get", "enrollments")
LINKS_UNSUBSCRIBE = Sample("http_links_unsubscribe", "links")
WEBHOOKS_CREATE = Sample("http_webhooks_create", "webhooks")
WORKFLOWS_CREATE = Sample("http_workflows_create", "workflows")
OUTREACHPILOT_CREATE = Sample("http_outreachpilot_create", "outreachpilot")
AUTOREACH_CREATE = Sample("http_autoreach_create", "autoreach")
EVENTS_LIST = Sample("http_events_list", "events")
AGENTS_POLICY = Sample("http_agents_policy", "agents")
ACCOUNT_GET = Sample("http_account_get", "account")
CREDITS_GET = Sample("http_credits_get", "credits")
API_KEYS_CREATE = Sample("http_api_keys_create", "api_keys")
LLM_PROVIDERS_PUT = Sample("http_llm_providers_put", "llm_providers")
LLM_PROVIDERS_TEST = Sample("http_llm_providers_test", "chat")
CREATE_WORKSPACE = Sample("admin_create_workspace", "admin")
CREATE_KEY = Sample("admin_create_key", "admin")
MIGRATIONS = Sample("migrations_run", "migrations_run")
LIST_WORKSPACES = Sample("admin_list_workspaces", "admin")
SHOW_WORKSPACE = Sample("admin_show_workspace", "admin")
RENAME_WORKSPACE = Sample("admin_rename_workspace", "admin")
CHANGE_PLAN = Sample("admin_change_plan", "admin")
SUSPEND_WORKSPACE = Sample("admin_suspend_workspace", "admin")
RESUME_WORKSPACE = Sample("admin_resume_workspace", "admin")
CREATE_OWNER_KEY = Sample("admin_create_owner_key", "admin")
GRANT_ADDRESS = Sample("admin_grant_address", "admin")
DIAGNOSE = Sample("admin_diagnose", "admin")
WORKSPACES_DELETE = Sample("workspaces_delete", "workspaces_delete")
CONTACT_CREATED = Sample("stream_contact_created", "events_relay")
CONTACT_DELETED = Sample("stream_contact_deleted", "contacts_index")
CALLS = Sample("stream_calls", "usage_count")
CAMPAIGN_LAUNCHED = Sample("eventbridge_campaign_launched", "campaigns_start")
CAMPAIGNS_CHECK = Sample("scheduler_campaigns_check", "campaigns_start")
WORKFLOWS_CHECK = Sample("scheduler_workflows_check", "workflows_start")
WORKFLOW_ROUND = Sample("stepfunctions_workflow_round", "workflows_dispatch")
WORKFLOW_RESEARCH = Sample("sqs_workflow_research", "workflows_research")
WORKFLOW_QUALIFY = Sample("sqs_workflow_qualify", "workflows_qualify")
WORKFLOW_CONTACT = Sample("sqs_workflow_contact", "workflows_contact")
CREDITS_SWEEP = Sample("scheduler_credits_sweep", "credits_sweep")
ROUND = Sample("stepfunctions_round", "campaigns_dispatch")
STEP = Sample("sqs_step", "steps_run")
IMPORT_UPLOADED = Sample("sqs_import_uploaded", "imports_run")
COMPANY_LINKS = Sample("sqs_company_links", "contacts_link")
LEAD_REPLIED = Sample("eventbridge_lead_replied", "leads_follow")
REPLY_UNCLASSIFIED = Sample("eventbridge_reply_unclassified", "replies_classify")
REPLY_WRITING = Sample("models_write_reply", "models_write")
RESCORING = Sample("sqs_rescoring", "leads_rescore")
AGENT_RUN = Sample("sqs_agent_run", "agents_run")
EXPORT = Sample("sqs_export", "exports_run")
ENROLLING = Sample("sqs_enrolling", "campaigns_enroll")
WEBHOOK_FANOUT = Sample("sqs_webhook_fanout", "webhooks_fanout")
WEBHOOK_FANOUT_PACKED = Sample("sqs_webhook_fanout_packed", "webhooks_fanout")
WEBHOOK_REPLAY = Sample("sqs_webhook_replay", "webhooks_replay")
WEBHOOK_DELIVERY = Sample("sqs_webhook_delivery", "webhooks_deliver")
WEBHOOKS_SWEEP = Sample("scheduler_webhooks_sweep", "webhooks_sweep")
BOUNCE = Sample("sqs_feedback_bounce", "feedback_receive")
REPLY = Sample("inbound_reply", "inbound_receive")
MAIL = Sample("sqs_inbound_mail", "inbound_receive")

SAMPLES = [each for each in globals().values() if isinstance(each, Sample)]
