"""Outboundrix's API documentation, statement by statement: webhooks, the MCP server, agents."""

import base64
import hmac
import re
from typing import Any

import pytest

from tests.contract.deployed import eventually
from tests.contract.models import ANTHROPIC, JSON, speaking
from tests.contract.statements import Document, statement
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import FAILING, create_contact, headers_of, received, register
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.test_delegation import call as delegated
from tests.integration.test_delegation import delegate
from tests.language_models.dialects import DIALECTS, Dialect
from tests.mcp.connecting import call, send
from tests.receivers import Receiver, answering, receiver

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
        (mail,) = eventually(cloud, cloud.mails)
        put_into_bucket(cloud, a_reply(mail, "Sounds great, let's talk."))
        eventually(cloud, lambda: len(received(endpoint)) == 3)

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

        assert eventually(cloud, lambda: len(endpoint.requests) == 2, hours=0.1)
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
        own = create_contact(api)

        assert eventually(cloud, lambda: received(endpoint))
        assert [each["data"]["contact_id"] for each in received(endpoint)] == [own]

    @statement(
        DOCUMENT,
        "HMAC-signed event delivery",
        "Exponential backoff with jitter on failure",
    )
    def test_a_failed_delivery_is_tried_again_later_and_later(self, api: Api, cloud: Cloud) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json["id"]
            create_contact(api)
            log = f"/v1/webhooks/{webhook}/deliveries"
            (delivery,) = eventually(cloud, lambda: tried_again(api, log), hours=0.005)

        assert delivery["status"] == "pending"
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
    def test_it_is_at_the_host_of_the_rest_api(self, api: Api) -> None:
        assert [send(api, "tools/list").status, api.get("/v1/contacts").status] == [200, 200]


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
        DOCUMENT,
        "Your key, your model, your cost",
        "The provider adapter is model-agnostic: your key and model choice drive cost and "
        "selection; no token markup",
        settled="requests go to the provider itself, with the stored key and model",
    )
    @pytest.mark.parametrize("dialect", DIALECTS[1:4], ids=lambda each: each.provider)
    def test_the_provider_is_asked_with_the_stored_key(self, api: Api, dialect: Dialect) -> None:
        path = f"/v1/llm-providers/{dialect.provider}"
        with receiver(answering(body=dialect.body("ready"), headers=JSON)) as server:
            body = {"api_key": "sk-canary-0123", "model": dialect.model}
            api.put(path, {**body, "base_url": f"http://127.0.0.1:{server.port}"})
            tested = api.post(f"{path}/test")

        assert tested.json["ok"] is True, tested.text
        assert b"sk-canary-0123" in server.requests[0]
        assert dialect.model.encode() in server.requests[0]

    @statement(
        DOCUMENT,
        "Your key, your model, your cost",
        "An agent runtime executes GTM workflows (build a list, draft and launch a sequence, "
        "triage replies) by calling the MCP tool surface",
        settled="it is started with `POST /v1/agent/runs`; what it must not do alone waits for the "
        "approval of a person",
    )
    def test_an_agent_works_with_the_tools(self, api: Api, cloud: Cloud) -> None:
        create_contact(api)
        listing: list[tuple[str, str, Any]] = [("toolu_1", "list_contacts", {"limit": 5})]
        with speaking(api, ANTHROPIC.body(calls=listing), ANTHROPIC.body("There is one.")):
            run = api.post("/v1/agent/runs", {"goal": "Build a list"}).json["id"]
            path = f"/v1/agent/runs/{run}"
            eventually(cloud, lambda: api.get(path).json["status"] == "completed", hours=0.1)

        done = api.get(path).json
        assert (done["status"], done["response"]) == ("completed", "There is one.")
        assert "list_contacts" in [step.get("tool") for step in done["steps"]]

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

        eventually(cloud, lambda: len(_log(api, "contact.created")) == 2)
        first, second = (event["actor"] for event in _log(api, "contact.created"))

        assert first == delegation.actor
        assert second.startswith("key:key_")


def _log(api: Api, name: str) -> list[dict[str, Any]]:
    page: list[dict[str, Any]] = api.get(f"/v1/events?type={name}").json["data"]
    return page


def tried_again(api: Api, log: str) -> list[dict[str, Any]]:
    """The deliveries of a log that more than one request was sent for."""
    found: list[dict[str, Any]] = api.get(log).json["data"]
    return [each for each in found if each["attempt_count"] > 1]
