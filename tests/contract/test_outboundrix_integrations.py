"""Outboundrix's API documentation, statement by statement: webhooks, the MCP server, agents."""

import base64
import hmac
import re
from typing import Any

import pytest

from tests.contract.statements import Document, statement
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import FAILING, create_contact, headers_of, received, register
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.test_delegation import call as delegated
from tests.integration.test_delegation import delegate
from tests.mcp.connecting import call, send
from tests.receivers import Receiver, receiver
from tools import templates

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint

DOCUMENT: Document = "Outboundrix"
DANA = {"email": "dana@acme.example", "first_name": "Dana"}


class TestWebhooks:
    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        "Outboundrix fires on domain events - contact.created, reply.received, sequence.finished",
    )
    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        '{"event": "reply.received", "created_at": "2026-05-17T11:04:22Z", "data": {"contact_id": '
        '"con_3kf9a2", "sequence_id": "seq_a1b2c3", "classification": "interested"}}',
        settled="payloads have more fields than these",
    )
    def test_the_documented_events(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        register(api, endpoint.url, "contact.created", "reply.received", "sequence.finished")
        campaign = launched(api, steps=(STEP_ONE,))
        cloud.run(hours=1)
        put_into_bucket(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))
        cloud.run(hours=1)

        told = {payload["event"]: payload for payload in received(endpoint)}

        assert sorted(told) == ["contact.created", "reply.received", "sequence.finished"]
        reply = told["reply.received"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", reply["created_at"])
        names = ("contact_id", "sequence_id", "classification")
        assert {name: reply["data"][name] for name in names} == {
            "contact_id": campaign.contact_ids[0],
            "sequence_id": campaign.sequence_id,
            "classification": "interested",
        }

    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        "HMAC signature header on every delivery; verify the signature header before trusting the "
        "body",
        settled="each endpoint has a secret of its own; `webhook-signature` is that of Standard "
        "Webhooks, `X-Outrider-Signature` the hex HMAC-SHA256 of the body",
    )
    def test_every_delivery_is_signed(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        secret = register(api, endpoint.url, "contact.created").json["secret"]
        create_contact(api)
        cloud.run(hours=0.1)

        assert len(endpoint.requests) == 2
        key = base64.b64decode(secret.removeprefix("whsec_"))
        for request in endpoint.requests:
            headers, body = headers_of(request), request.partition(b"\r\n\r\n")[2]
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            digest = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
            assert headers["webhook-signature"] == f"v1,{digest}"
            assert (
                headers["X-Outrider-Signature"]
                == f"sha256={hmac.new(key, body, 'sha256').hexdigest()}"
            )

    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        "Register an endpoint per workspace: workspace-defined endpoints",
    )
    def test_endpoints_are_of_their_workspace(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "contact.created")
        create_contact(api, workspace="globex")
        cloud.drain()

        assert received(endpoint) == []

    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        "Exponential backoff with jitter on failure",
    )
    def test_a_failed_delivery_is_tried_again_later_and_later(self, api: Api, cloud: Cloud) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json["id"]
            create_contact(api)
            cloud.run(hours=0.05)

        (delivery,) = api.get(f"/v1/webhooks/{webhook}/deliveries").json["data"]

        assert (delivery["status"], delivery["attempt_count"] >= 3) == ("pending", True)
        assert delivery["next_attempt_at"] is not None


class TestMcp:
    @statement(
        DOCUMENT,
        "Operate the platform from any model",
        "exposes Outboundrix operations as tools - search contacts, enrich, create and launch "
        "sequences, read deliverability, CRM read/write",
    )
    @statement(
        DOCUMENT, "Operate the platform from any model", "Tool surface mirrors /v1 capabilities"
    )
    def test_tools_are_the_operations_of_v1(self, api: Api) -> None:
        tools = send(api, "tools/list").json["result"]["tools"]

        assert {
            "list_contacts",
            "research_contact",
            "create_sequence",
            "launch_sequence",
            "get_deliverability",
            "update_contact",
            "create_companies",
        } <= {tool["name"] for tool in tools}
        contact = create_contact(api)
        shown = call(api, "get_contact", {"contact_id": contact})["structuredContent"]
        assert shown == api.get(f"/v1/contacts/{contact}").json

    @statement(
        DOCUMENT,
        "Operate the platform from any model",
        "Auth uses the same scoped API keys; one permission model",
    )
    def test_a_key_has_the_tools_that_its_scopes_allow(self, api: Api) -> None:
        key = api.key("contacts:read")

        names = {tool["name"] for tool in send(api, "tools/list", key=key).json["result"]["tools"]}

        assert ("list_contacts" in names, "create_contacts" in names) == (True, False)

    @statement(
        DOCUMENT,
        "Operate the platform from any model",
        '{"mcpServers": {"outboundrix": {"url": "https://mcp.outboundrix.io", "headers": '
        '{"Authorization": "Bearer obx_live_sk_XXXXXXXX"}}}}',
        settled="the server is at `/mcp`, and at the root for clients with a host only",
    )
    def test_a_host_and_a_key_are_enough(self, api: Api) -> None:
        assert send(api, "tools/list", path="/").status == 200

    @statement(
        DOCUMENT,
        "Operate the platform from any model",
        "Ships in the same deployment",
    )
    def test_it_is_in_the_same_template(self) -> None:
        assert "POST /mcp" in {each.key for each in templates.endpoints()}


class TestAgent:
    @statement(
        DOCUMENT,
        "Your key, your model, your cost",
        "Store your own provider key (OpenAI, Anthropic or Gemini) - encrypted, per workspace, "
        "never in source",
        settled="it is stored with `PUT /v1/llm-providers/{provider}`",
    )
    @pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
    def test_a_key_of_a_provider_is_encrypted(self, api: Api, cloud: Cloud, provider: str) -> None:
        stored = api.put(f"/v1/llm-providers/{provider}", {"api_key": "sk-canary-5b1c8f0e2a7d9K2f"})

        assert stored.status in (200, 201), stored.text
        assert "sk-canary-5b1c8f0e2a7d9K2f" not in stored.text + repr(cloud.items("keys"))
        assert api.get("/v1/llm-providers", workspace="globex").json["data"] == []

    @statement(
        DOCUMENT, "Your key, your model, your cost", "Actions bounded by the API key RBAC scopes"
    )
    def test_an_agent_may_do_what_its_key_may(self, api: Api) -> None:
        delegation = delegate(api, "contacts:read", "contacts:write", key="contacts:read")

        assert delegated(api, delegation, "GET", "/v1/contacts").status == 200
        assert delegated(api, delegation, "POST", "/v1/contacts", DANA).status == 403

    @statement(
        DOCUMENT,
        "Your key, your model, your cost",
        "Every action written to the activity log",
        settled="the log is `GET /v1/events`, which names who caused each event",
    )
    def test_actions_are_in_the_log_with_their_actor(self, api: Api, cloud: Cloud) -> None:
        delegation = delegate(api, "contacts:write")
        delegated(api, delegation, "POST", "/v1/contacts", DANA)
        api.post("/v1/contacts", {"email": "kim@acme.example"})
        cloud.drain()

        actors = [event["actor"] for event in _log(api, "contact.created")]

        assert actors[0] == delegation.actor
        assert actors[1].startswith("key:key_")


def _log(api: Api, name: str) -> list[dict[str, Any]]:
    page: list[dict[str, Any]] = api.get(f"/v1/events?type={name}").json["data"]
    return page
