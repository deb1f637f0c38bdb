"""The HTTP requests in events/: each gives its function a true one, and what comes of it."""

import json

from outrider.access.models import WorkspaceId
from outrider.messages.tracking.links import Links
from tests.agents.proposing import an_approval
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox, a_message, launched
from tests.integration.reviewing import a_lead_in_review
from tests.integration.running import an_enrollment
from tests.integration.samples import (
    ACCOUNT_GET,
    AGENTS_APPROVE,
    AGENTS_POLICY,
    API_KEYS_CREATE,
    AUTOREACH_CREATE,
    CAMPAIGNS_STATUS,
    CHAT_SEND,
    COMPANIES_CREATE,
    CONTACTS_CREATE,
    CONTACTS_ERASE,
    CONTACTS_LIST,
    CONTACTS_RESEARCH,
    CONTACTS_VERIFY,
    CREDITS_GET,
    ENROLLMENTS_GET,
    EVENTS_LIST,
    HEALTH,
    LEADS_APPROVE,
    LEADS_CREATE,
    LEADS_RESEARCH,
    LINKS_UNSUBSCRIBE,
    LLM_PROVIDERS_PUT,
    LLM_PROVIDERS_TEST,
    MAILBOXES_CHECK,
    MAILBOXES_CREATE,
    MAILBOXES_VERIFY,
    MCP,
    MESSAGES_GET,
    OUTREACHPILOT_CREATE,
    SANDBOX_RESET,
    SEQUENCES_CREATE,
    SEQUENCES_LAUNCH,
    SEQUENCES_TEST_SEND,
    SUPPRESSIONS_CREATE,
    WEBHOOKS_CREATE,
    WORKFLOWS_CREATE,
    sent_job,
)
from tests.receivers import answering, receiver


class TestHttp:
    def test_health(self, cloud: Cloud) -> None:
        answer = HEALTH.invoke(cloud)

        assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ok"})

    def test_contacts_create(self, api: Api, cloud: Cloud) -> None:
        answer = CONTACTS_CREATE.invoke(cloud, key=api.workspace().live_key)

        created = json.loads(answer["body"])
        assert (answer["statusCode"], created["email"]) == (201, "ada@example.com")
        assert api.get(f"/v1/contacts/{created['id']}").json == created

    def test_contacts_list(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"})

        answer = CONTACTS_LIST.invoke(cloud, key=api.workspace().live_key)

        page = json.loads(answer["body"])
        assert [contact["email"] for contact in page["data"]] == ["ada@example.com"]

    def test_contacts_verify(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        contact = api.post("/v1/contacts", {"email": "ada@outrider.test"}).json["id"]

        answer = CONTACTS_VERIFY.invoke(cloud, key=key, contact=contact)

        assert json.loads(answer["body"])["verification"]["verdict"] == "invalid"

    def test_contacts_erase(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        contact = api.post("/v1/contacts", {"email": "ada@outrider.test"}).json["id"]

        answer = CONTACTS_ERASE.invoke(cloud, key=key, contact=contact)

        assert json.loads(answer["body"])["status"] == "finished"
        assert api.get(f"/v1/contacts/{contact}").status == 404

    def test_mailboxes_check(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        mailbox = api.post("/v1/mailboxes", {"email": "ada@outrider.test"}).json["id"]

        answer = MAILBOXES_CHECK.invoke(cloud, key=key, mailbox=mailbox)

        assert json.loads(answer["body"])["health_reasons"] == ["identity", "dkim"]

    def test_mailboxes_verify(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        mailbox = api.post("/v1/mailboxes", {"email": "ada@acme.com"}).json["id"]

        answer = MAILBOXES_VERIFY.invoke(cloud, key=key, mailbox=mailbox)

        assert json.loads(answer["body"])["record"]["name"] == "_outrider.acme.com"

    def test_contacts_research(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().test_key
        contact = api.post("/v1/contacts", {"email": "ada@acme.example"}, key=key).json["id"]

        answer = CONTACTS_RESEARCH.invoke(cloud, key=key, contact=contact)

        assert json.loads(answer["body"])["outcome"] == "found"

    def test_leads_create(self, api: Api, cloud: Cloud) -> None:
        answer = LEADS_CREATE.invoke(cloud, key=api.workspace().live_key)

        assert (answer["statusCode"], json.loads(answer["body"])["object"]) == (201, "lead")

    def test_leads_research(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().test_key
        lead = api.post("/v1/leads", {"email": "ada@acme.example"}, key=key).json["id"]

        answer = LEADS_RESEARCH.invoke(cloud, key=key, lead=lead)

        assert json.loads(answer["body"])["outcome"] == "found"

    def test_leads_approve(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead_in_review(api)

        answer = LEADS_APPROVE.invoke(cloud, key=api.workspace().live_key, lead=lead)

        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "qualified")

    def test_autoreach_create(self, api: Api, cloud: Cloud) -> None:
        answer = AUTOREACH_CREATE.invoke(cloud, key=api.workspace().live_key)

        settings = json.loads(answer["body"])["settings"]
        assert (answer["statusCode"], settings["dailyLimit"]) == (201, 50)

    def test_outreachpilot_create(self, api: Api, cloud: Cloud) -> None:
        answer = OUTREACHPILOT_CREATE.invoke(cloud, key=api.workspace().live_key)

        data = json.loads(answer["body"])["data"]
        assert (answer["statusCode"], data["count"]) == (201, 1)

    def test_agents_approve(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        answer = AGENTS_APPROVE.invoke(cloud, key=key, approval=an_approval(api))

        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "executed")

    def test_chat_send(self, api: Api, cloud: Cloud) -> None:
        answer = CHAT_SEND.invoke(cloud, key=api.workspace().test_key)

        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "completed")

    def test_mcp(self, api: Api, cloud: Cloud) -> None:
        answer = MCP.invoke(cloud, key=api.workspace().live_key)

        tools = json.loads(answer["body"])["result"]["tools"]
        assert (answer["statusCode"], "create_contacts" in {tool["name"] for tool in tools}) == (
            200,
            True,
        )

    def test_workflows_create(self, api: Api, cloud: Cloud) -> None:
        answer = WORKFLOWS_CREATE.invoke(cloud, key=api.workspace().live_key)

        assert (answer["statusCode"], json.loads(answer["body"])["object"]) == (201, "workflow")

    def test_of_a_made_up_key_are_refused(self, cloud: Cloud) -> None:
        answer = CONTACTS_LIST.invoke(cloud)

        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (
            401,
            "INVALID_API_KEY",
        )

    def test_companies_create(self, api: Api, cloud: Cloud) -> None:
        answer = COMPANIES_CREATE.invoke(cloud, key=api.workspace().live_key)

        created = json.loads(answer["body"])
        assert (answer["statusCode"], created["domain"]) == (201, "engines.example")
        assert created["context"] == {"crm_owner": "Grace"}
        assert api.get("/v1/companies").json["data"] == [created]

    def test_suppressions_create(self, api: Api, cloud: Cloud) -> None:
        answer = SUPPRESSIONS_CREATE.invoke(cloud, key=api.workspace().live_key)

        created = json.loads(answer["body"])
        assert (answer["statusCode"], created["address"]) == (201, "ada@example.com")
        assert api.get("/v1/suppressions").json["data"] == [created]

    def test_mailboxes_create(self, api: Api, cloud: Cloud) -> None:
        answer = MAILBOXES_CREATE.invoke(cloud, key=api.workspace().live_key)

        assert json.loads(answer["body"])["mailbox_pool"] == "pool_default"

    def test_sequences_create(self, api: Api, cloud: Cloud) -> None:
        answer = SEQUENCES_CREATE.invoke(cloud, key=api.workspace().live_key)

        created = json.loads(answer["body"])
        assert (created["status"], created["steps"]) == ("draft", 2)

    def test_sequences_launch(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        a_mailbox(api)
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        sequence = json.loads(SEQUENCES_CREATE.invoke(cloud, key=key)["body"])["id"]

        answer = SEQUENCES_LAUNCH.invoke(cloud, key=key, contact=contact, sequence=sequence)

        assert json.loads(answer["body"])["counts"] == {"added": 1, "skipped": 0}

    def test_sequences_test_send(self, api: Api, cloud: Cloud) -> None:
        job = sent_job(api, cloud)
        named = {name: job[name] for name in ("sequence", "step", "contact")}

        answer = SEQUENCES_TEST_SEND.invoke(cloud, key=api.workspace().live_key, **named)

        assert json.loads(answer["body"])["result"] == "sent"

    def test_campaigns_status(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api).campaign_id

        answer = CAMPAIGNS_STATUS.invoke(cloud, key=api.workspace().live_key, campaign=campaign)

        assert json.loads(answer["body"])["status"] == "active"

    def test_enrollments_get(self, api: Api, cloud: Cloud) -> None:
        enrollment = an_enrollment(api)

        answer = ENROLLMENTS_GET.invoke(cloud, key=api.workspace().live_key, enrollment=enrollment)

        assert json.loads(answer["body"])["status"] == "active"

    def test_messages_get(self, api: Api, cloud: Cloud) -> None:
        message = a_message(api)

        answer = MESSAGES_GET.invoke(cloud, key=api.workspace().live_key, message=message.id)

        assert json.loads(answer["body"])["subject"] == message.subject

    def test_links_unsubscribe(self, api: Api, cloud: Cloud) -> None:
        message = a_message(api)
        workspace = WorkspaceId(api.workspace().id)
        (item,) = [each for each in cloud.items("keys", workspace) if "link_secret" in each]
        link = Links("", workspace, item["link_secret"])
        path = link.unsubscribe(message.id)

        answer = LINKS_UNSUBSCRIBE.invoke(cloud, token=path.rpartition("/")[2])

        assert answer["statusCode"] == 200
        assert api.get(f"/v1/contacts/{message.contact_id}").json["status"] == "unsubscribed"

    def test_webhooks_create(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        with receiver(answering()) as endpoint, cloud.environment(STAGE="local"):
            answer = WEBHOOKS_CREATE.invoke(cloud, key=key, url=endpoint.url)

        assert json.loads(answer["body"])["test"]["delivered"] is True

    def test_events_list(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        cloud.drain()

        answer = EVENTS_LIST.invoke(cloud, key=key)

        events = json.loads(answer["body"])["data"]
        assert [event["event"] for event in events] == ["api_key.created"]

    def test_account_get(self, api: Api, cloud: Cloud) -> None:
        answer = ACCOUNT_GET.invoke(cloud, key=api.workspace().live_key)

        assert json.loads(answer["body"])["workspace_id"] == api.workspace().id

    def test_sandbox_reset(self, api: Api, cloud: Cloud) -> None:
        answer = SANDBOX_RESET.invoke(cloud, key=api.workspace().test_key)

        assert json.loads(answer["body"])["generation"] == 1

    def test_agents_policy(self, api: Api, cloud: Cloud) -> None:
        answer = AGENTS_POLICY.invoke(cloud, key=api.workspace().live_key)

        assert json.loads(answer["body"])["enabled"]

    def test_credits_get(self, api: Api, cloud: Cloud) -> None:
        answer = CREDITS_GET.invoke(cloud, key=api.workspace().live_key)

        assert json.loads(answer["body"])["available"] == 100_000

    def test_llm_providers_put(self, api: Api, cloud: Cloud) -> None:
        answer = LLM_PROVIDERS_PUT.invoke(cloud, key=api.workspace().live_key)

        assert json.loads(answer["body"])["key_hint"] == "Here"

    def test_llm_providers_test(self, api: Api, cloud: Cloud) -> None:
        answer = LLM_PROVIDERS_TEST.invoke(cloud, key=api.workspace().test_key)

        assert json.loads(answer["body"])["ok"] is True

    def test_api_keys_create(self, api: Api, cloud: Cloud) -> None:
        answer = API_KEYS_CREATE.invoke(cloud, key=api.workspace().live_key)

        created = json.loads(answer["body"])
        assert api.get("/v1/contacts", key=created["key"]).status == 200
