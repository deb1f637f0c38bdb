"""AutoReach's API guide, statement by statement: webhooks."""

import hashlib
import hmac
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.credits.wiring import credits
from tests.contract.autoreach import DOCUMENT, SECRET, a_workflow, some_leads
from tests.contract.deployed import eventually
from tests.contract.statements import statement
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import headers_of, received
from tests.integration.outreach import a_mailbox
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.webhooks import NOBODY
from tests.receivers import Receiver

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestWebhooks:
    @pytest.fixture
    def told(self, api: Api, cloud: Cloud, endpoint: Receiver) -> list[dict[str, Any]]:
        """What an endpoint hears of a workflow that contacts a lead, which replies."""
        names = ["lead.qualified", "lead.contacted", "lead.replied"]
        body = {"url": endpoint.url, "events": [*names, "workflow.completed"]}
        api.post("/api/webhooks", {**body, "secret": SECRET})
        a_mailbox(api)
        workflow = a_workflow(api, stages=["qualify", "contact"], settings={"autoReview": True})
        some_leads(api, workflow, title="VP Sales")
        api.post(f"/api/workflows/{workflow}/run")
        (mail,) = eventually(cloud, cloud.mails)
        put_into_bucket(cloud, a_reply(mail, "Sounds great, let's talk."))
        eventually(cloud, lambda: len(received(endpoint)) == len(body["events"]))
        return received(endpoint)

    @statement(DOCUMENT, "Webhooks", "lead.qualified: A lead has been qualified")
    @statement(DOCUMENT, "Webhooks", "lead.contacted: An email has been sent to a lead")
    @statement(DOCUMENT, "Webhooks", "lead.replied: A lead replied to an outreach email")
    @statement(DOCUMENT, "Webhooks", "workflow.completed: A workflow run has finished")
    def test_events_have_the_names_of_the_table(self, told: list[dict[str, Any]]) -> None:
        data = {payload["event"]: payload["data"] for payload in told}

        names = ["lead.contacted", "lead.qualified", "lead.replied", "workflow.completed"]
        assert sorted(data) == names
        assert len(told) == 4
        assert {data[name]["lead_id"][:4] for name in data if name.startswith("lead")} == {"led_"}
        assert len({each["workflow_id"] for each in data.values()}) == 1

    @statement(
        DOCUMENT,
        "Webhooks",
        "workflow.error: A workflow encountered an error",
        settled="such as too few credits for the next stage: the run is paused, and resumed with "
        "`POST /api/workflows/:id/run`",
    )
    def test_an_error_is_told(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        api.post("/api/webhooks", {"url": endpoint.url, "events": ["workflow.error"]})
        company = api.post("/v1/companies", {"name": "Acme", "website": NOBODY}).json["id"]
        contact = {"email": "dana@acme.example", "company_id": company}
        contact_id = api.post("/v1/contacts", contact).json["id"]
        workflow = a_workflow(api, stages=["research"])
        api.post("/api/leads", {"contactId": contact_id, "workflowId": workflow})
        credits(Caller.engine(api.workspace().id)).hold("run_1", "research", 100_000)

        api.post(f"/api/workflows/{workflow}/run")

        assert eventually(cloud, lambda: received(endpoint), hours=0.1)
        (told,) = received(endpoint)
        assert (told["event"], told["data"]["workflow_id"]) == ("workflow.error", workflow)
        assert told["data"]["code"] == "insufficient_credits"

    @statement(
        DOCUMENT,
        "Setting Up Webhooks",
        'POST /api/webhooks {"url": …, "events": ["lead.qualified", "lead.replied"], '
        '"secret": "your-webhook-secret"}',
        settled="the URL is public and https; a signed `webhook.test` is sent to it at once",
    )
    @statement(
        DOCUMENT,
        "Setting Up Webhooks",
        "Webhook payloads are signed with HMAC-SHA256 using your webhook secret",
        settled="the header `X-Outrider-Signature` is `sha256=` and the hex HMAC of the body; "
        "`webhook-signature` is that of Standard Webhooks",
    )
    def test_a_webhook_signs_with_the_secret_of_the_client(
        self, api: Api, endpoint: Receiver
    ) -> None:
        events = ["lead.qualified", "lead.replied"]

        request = {"url": endpoint.url, "events": events, "secret": SECRET}
        answer = api.post("/api/webhooks", request)

        assert (answer.status, answer.json["events"]) == (201, events)
        assert (answer.json["url"], answer.json["test"]["delivered"]) == (endpoint.url, True)
        body = endpoint.requests[0].partition(b"\r\n\r\n")[2]
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers_of(endpoint.requests[0])["X-Outrider-Signature"] == f"sha256={signature}"
