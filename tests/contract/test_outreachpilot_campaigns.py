"""OutreachPilot's API reference, statement by statement: credits, campaigns and webhooks."""

from base64 import b64encode
from datetime import UTC, datetime

from standardwebhooks import Webhook

from tests.contract.deployed import eventually
from tests.contract.outreachpilot import EVENTS, a_contact, data, is_moment, register, says
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.running import a_campaign
from tests.integration.webhooks import NOBODY
from tests.receivers import answering, receiver

on_this_machine = endpoints.on_this_machine

AUDIENCE = ("total", "active", "completed", "paused", "bounced", "failed")


class TestCredits:
    @says("Credits", "Get current credit balance, plan tier, and reset date")
    @says("Credits", "{ credits_remaining, credits_monthly, plan_tier, credits_reset_at }")
    def test_the_balance_has_the_fields_of_the_document(self, api: Api) -> None:
        key = api.workspace("pro", plan="professional").live_key

        balance = data(api.get("/api/v1/credits", key=key))

        assert is_moment(balance.pop("credits_reset_at"))
        assert balance == {
            "credits_remaining": 5_000,
            "credits_monthly": 5_000,
            "plan_tier": "professional",
        }


class TestCampaigns:
    @says("Campaigns", "POST /api/v1/campaigns/:id/trigger: Add a contact to a campaign")
    @says("Campaigns", "{ contact_id: string }")
    @says("Campaigns", "{ ok: true, data: { triggered: true, campaign_id, contact_id } }")
    def test_a_contact_is_triggered_by_its_id(self, api: Api) -> None:
        campaign_id, contact_id = a_campaign(api), a_contact(api)["id"]

        answer = api.post(f"/api/v1/campaigns/{campaign_id}/trigger", {"contact_id": contact_id})

        told = {"triggered": True, "campaign_id": campaign_id, "contact_id": contact_id}
        assert answer.status == 200
        assert data(answer).items() >= told.items()

    @says(
        "Campaigns",
        "Provide contact_id or contact fields (auto-creates if new)",
        settled="a contact that must not be written to is not added: `triggered` is false, with a "
        "`reason`",
    )
    @says("Campaigns", "{ email, first_name?, last_name?, company? }")
    def test_a_new_contact_is_made_of_its_fields(self, api: Api) -> None:
        path = f"/api/v1/campaigns/{a_campaign(api)}/trigger"
        body = {"email": "j@acme.com", "first_name": "J", "last_name": "S", "company": "Acme"}

        first, again = (api.post(path, body) for _ in range(2))

        contact = data(api.get(f"/api/v1/contacts/{data(first)['contact_id']}"))
        assert contact.items() >= body.items()
        assert (data(again)["triggered"], data(again)["reason"]) == (False, "already_in_sequence")

    @says("Campaigns", "GET /api/v1/campaigns/:id/status: audience breakdown")
    @says(
        "Campaigns",
        "{ campaign_id, name, status, audience: { total, active, completed, paused, bounced, "
        "failed } }",
    )
    def test_the_status_counts_the_audience(self, api: Api) -> None:
        campaign_id = a_campaign(api)
        audience = data(api.get(f"/api/v1/campaigns/{campaign_id}/status"))["audience"]
        body = {"email": "john@acme.com", "first_name": "John"}
        api.post(f"/api/v1/campaigns/{campaign_id}/trigger", body)

        status = data(api.get(f"/api/v1/campaigns/{campaign_id}/status"))

        assert (status["campaign_id"], status["status"]) == (campaign_id, "active")
        assert isinstance(status["name"], str)
        assert status["audience"] == {
            **audience,
            "total": audience["total"] + 1,
            "active": audience["active"] + 1,
        }
        assert sorted(audience) == sorted(AUDIENCE)

    @says(
        "Campaigns",
        "audience: { total, active, completed, paused, bounced, failed }, of contacts that are "
        "through, bounced or paused",
        settled="`completed` is whoever got all emails, replied or unsubscribed",
    )
    def test_the_audience_says_what_became_of_everyone(self, api: Api) -> None:
        api.workspace(sandbox="examples")
        listed = api.get("/api/campaigns", mode="test").json["data"]

        counts = {
            each["status"]: data(api.get(f"/api/v1/campaigns/{each['id']}/status", mode="test"))[
                "audience"
            ]
            for each in listed
        }

        over, stopped = counts["completed"], counts["paused"]
        assert (over["total"], over["completed"], over["bounced"], over["active"]) == (16, 14, 2, 0)
        assert (stopped["total"], stopped["completed"]) == (4, 2)
        for audience in (over, stopped):
            assert sum(audience[name] for name in AUDIENCE[1:]) == audience["total"]


class TestWebhooks:
    @says("Webhooks", "GET /api/v1/webhooks: List active webhook subscriptions")
    @says("Webhooks", "{ ok: true, data: { webhooks: [...], available_events: [...] } }")
    def test_the_active_ones_are_listed(self, api: Api) -> None:
        kept, paused = (data(register(api))["id"] for _ in range(2))
        api.patch(f"/v1/webhooks/{paused}", {"status": "disabled"})

        listed = data(api.get("/api/v1/webhooks"))

        assert [each["id"] for each in listed["webhooks"]] == [kept]
        assert {"email.opened", "campaign.completed"} < set(listed["available_events"])

    @says("Webhooks", "POST /api/v1/webhooks: Register a webhook URL for events")
    @says("Webhooks", '{ url: "https://...", events: ["email.opened", "campaign.completed"] }')
    @says("Webhooks", "{ ok: true, data: WebhookSubscription }")
    def test_one_is_registered(self, api: Api) -> None:
        answer = register(api)

        assert answer.status == 201
        assert data(answer).items() >= {"url": NOBODY, "events": EVENTS}.items()

    @says(
        "Webhooks",
        'secret?: "hmac_secret"',
        settled="any text of 8 characters or more; requests are signed as Standard Webhooks are",
    )
    def test_requests_are_signed_with_the_secret_of_the_caller(self, api: Api) -> None:
        with receiver(answering()) as peer:
            answer = register(api, url=peer.url, secret="hmac_secret")

        (request,) = peer.requests
        headers, body = endpoints.headers_of(request), request.partition(b"\r\n\r\n")[2]
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        secret = f"whsec_{b64encode(b'hmac_secret').decode()}"
        signed = Webhook(secret).sign(headers["webhook-id"], moment, body.decode())
        assert (data(answer)["secret"], signed) == (secret, headers["webhook-signature"])

    @says("Webhooks", "Subscribe to real-time event notifications")
    def test_what_happens_is_told(self, api: Api, cloud: Cloud) -> None:
        with receiver(answering()) as peer:
            register(api, url=peer.url)
            campaign = launched(api, steps=(STEP_ONE,)).campaign_id
            assert eventually(cloud, lambda: endpoints.received(peer))

        (told,) = endpoints.received(peer)
        assert (told["event"], told["data"]["campaign_id"]) == ("campaign.completed", campaign)

    @says("Webhooks", "DELETE /api/v1/webhooks?id=xxx: Deactivate a webhook subscription")
    @says("Webhooks", "{ ok: true, data: { deleted: true } }")
    def test_a_deleted_one_is_deactivated(self, api: Api) -> None:
        webhook_id = data(register(api))["id"]

        answer = api.delete(f"/api/v1/webhooks?id={webhook_id}")

        assert (answer.status, data(answer)["deleted"]) == (200, True)
        assert data(api.get("/api/v1/webhooks"))["webhooks"] == []
