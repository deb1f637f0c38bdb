"""OutreachPilot's API reference, statement by statement: what holds for all calls."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from outrider.access.credentials import Credential
from outrider.access.models import Caller
from outrider.credits.wiring import credits
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from tests.contract.models import ANTHROPIC, speaking
from tests.contract.outreachpilot import a_company, a_contact, data, error, is_moment, refused, says
from tests.contract.outreachpilot_curls import carried_out
from tests.contract.spoiling import spoil_the_balance
from tests.contract.statements import NotApplicable
from tests.curls import Request
from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.example_data import a_draft
from tests.integration.running import a_campaign, a_paused_campaign
from tools import routes

on_this_machine = endpoints.on_this_machine

SECTIONS = (
    "Learning Center",
    "Getting Started",
    "Authentication",
    "Response Format",
    "Contacts",
    "Companies",
    "AI Chat",
    "Credits",
    "Campaigns",
    "Webhooks",
    "Error Codes",
    "Rate Limits & Credits",
)
"""The sections in the order of the document."""

NOT_APPLICABLE = (
    NotApplicable(
        "OutreachPilot",
        "Learning Center",
        "Master the platform with comprehensive video walkthroughs and step-by-step feature guides",
        "The guides are the pages of `docs/`.",
    ),
    NotApplicable(
        "OutreachPilot",
        "Getting Started",
        "Upgrade to Pro: Go to Settings → Billing",
        "The operator gives a workspace its plan: `change_plan` of the function `admin`.",
    ),
    NotApplicable(
        "OutreachPilot",
        "Getting Started",
        "Create an API Key: Go to Settings → Workspace → Developer API",
        "`POST /v1/api-keys` makes one, and shows it once.",
    ),
    NotApplicable(
        "OutreachPilot",
        "Authentication",
        "Do not expose it in client-side code or public repositories",
        "Advice to the reader.",
    ),
    NotApplicable(
        "OutreachPilot",
        "Rate Limits & Credits",
        "Monitor usage in Settings → Usage",
        "`GET /v1/account/usage` and `GET /v1/credits/ledger` say the same.",
    ),
)
"""What the document says about something else than the API."""

CODES = (
    "MISSING_AUTH",
    "INVALID_API_KEY",
    "PLAN_REQUIRED",
    "SCOPE_DENIED",
    "ORG_NOT_FOUND",
    "RESOURCE_NOT_FOUND",
    "VALIDATION_ERROR",
    "DUPLICATE_RESOURCE",
    "INSUFFICIENT_CREDITS",
    "CAMPAIGN_NOT_ACTIVE",
    "INTERNAL_ERROR",
)
SCOPES = {
    "contacts": [
        "GET /api/v1/contacts",
        "POST /api/v1/contacts",
        "GET /api/v1/contacts/x",
        "PUT /api/v1/contacts/x",
        "DELETE /api/v1/contacts/x",
        "GET /api/v1/companies",
        "POST /api/v1/companies",
        "GET /api/v1/companies/x",
        "PUT /api/v1/companies/x",
        "DELETE /api/v1/companies/x",
    ],
    "chat": ["POST /api/v1/chat"],
    "credits": ["GET /api/v1/credits"],
    "campaigns": [
        "POST /api/v1/campaigns/x/trigger",
        "GET /api/v1/campaigns/x/status",
        "GET /api/v1/webhooks",
        "POST /api/v1/webhooks",
        "DELETE /api/v1/webhooks?id=x",
    ],
}
"""The scope that the document gives each call."""


class TestExamples:
    @says("Contacts", "Example (cURL): all of the document's curl lines")
    def test_the_lines_of_the_document_work(self, api: Api) -> None:
        host = "https://api.outrider.test"

        def send(request: Request) -> Any:
            path = request.url.removeprefix(host)
            key = request.headers["Authorization"].removeprefix("Bearer ")
            body = request.body and request.body.decode()
            return api.request(request.method, path, body, key=key).json

        with speaking(api, ANTHROPIC.body("Here they are.")):
            answers = [*carried_out(host, api.workspace().live_key, a_campaign(api), send)]

        assert [line for line, answer in answers if not answer["ok"]] == []
        assert len(answers) == 12


class TestGettingStarted:
    @says(
        "Getting Started",
        "API access requires a Pro or Scale plan",
        settled="every plan of ours but `free` has it",
    )
    @pytest.mark.parametrize("plan", ["professional", "scale"])
    def test_a_plan_with_the_api_is_let_in(self, api: Api, plan: str) -> None:
        key = api.workspace(plan, plan=plan).live_key

        assert api.get("/api/v1/credits", key=key).status == 200

    @says("Getting Started", "Copy your key — it's shown once")
    def test_a_key_is_shown_once(self, api: Api) -> None:
        made = api.post("/v1/api-keys", {"name": "CI", "scopes": ["contacts"]}).json

        listed = api.get("/v1/api-keys").text

        assert made["key"] not in listed
        assert made["id"] in listed

    @says(
        "Getting Started",
        "Send requests with Authorization: Bearer op_live_xxx",
        settled="keys here begin with `otr_live_sk_`: every valid one of ours works",
    )
    def test_a_key_is_sent_as_bearer_token(self, api: Api) -> None:
        header = {"authorization": f"Bearer {api.workspace().live_key}"}

        assert api.get("/api/v1/credits", key=ANONYMOUS, headers=header).status == 200


class TestAuthentication:
    @says("Authentication", "All requests require an API key passed as a Bearer token")
    def test_no_call_is_answered_without_a_key(self, api: Api) -> None:
        calls = [
            (route.method, route.path.replace("{", "").replace("}", ""))
            for route in routes.surfaces()["outreachpilot"].routes
        ]

        answers = [api.request(method, path, key=ANONYMOUS) for method, path in calls]

        assert {refused(answer) for answer in answers} == {(401, "MISSING_AUTH")}

    @says("Authentication", "Keys are hashed with SHA-256 and cannot be recovered")
    def test_a_key_is_stored_as_its_hash(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        items = cloud.items("keys")

        assert sha256(key.encode()).hexdigest() in str(items)
        assert key not in str(items)

    @says("Authentication", "If compromised, revoke immediately and create a new one")
    def test_a_revoked_key_is_refused_at_once(self, api: Api) -> None:
        made = api.create_key("*")
        api.delete(f"/v1/api-keys/{made['id']}")

        assert refused(api.get("/api/v1/credits", key=made["key"])) == (401, "INVALID_API_KEY")
        assert api.get("/api/v1/credits", key=api.key("*")).status == 200


class TestResponseFormat:
    @says("Response Format", "Success: ok, data, meta: request_id, timestamp, credits_used, …")
    def test_a_success_has_data_and_metadata(self, api: Api) -> None:
        answer = api.get("/api/v1/credits")

        meta = answer.json["meta"]
        assert sorted(answer.json) == ["data", "meta", "ok"]
        assert meta["request_id"] == f"req_{answer.headers['X-Request-Id']}"
        assert is_moment(meta["timestamp"])
        assert (meta["credits_used"], meta["credits_remaining"]) == (0, 100_000)

    @says(
        "Response Format",
        "Error: ok, error: code, message, details, docs_url, meta: request_id, timestamp",
    )
    def test_an_error_says_what_is_wrong(self, api: Api) -> None:
        answer = api.post("/api/v1/contacts", {"email": "nobody", "surprise": 1})

        assert sorted(answer.json) == ["error", "meta", "ok"]
        assert error(answer) == {
            "code": "VALIDATION_ERROR",
            "message": "The request is not valid",
            "details": error(answer)["details"],
            "docs_url": "/docs#validation_error",
        }
        assert "/email: " in error(answer)["details"]
        assert "/surprise: There is no field surprise" in error(answer)["details"]
        assert sorted(answer.json["meta"]) == ["request_id", "timestamp"]

    @says("Response Format", "docs_url: /docs#invalid_api_key")
    def test_each_docs_url_leads_to_an_anchor(self, api: Api) -> None:
        page = api.get("/docs").text

        assert [code for code in CODES if f'id="{code.lower()}"' not in page] == []
        refusal = error(api.get("/api/v1/credits", key="op_live_YOUR_KEY"))
        assert refusal["docs_url"] == "/docs#invalid_api_key"


class TestErrorCodes:
    @says("Error Codes", "MISSING_AUTH 401: No Authorization header provided")
    def test_missing_auth(self, api: Api) -> None:
        assert refused(api.get("/api/v1/contacts", key=ANONYMOUS)) == (401, "MISSING_AUTH")

    @says("Error Codes", "INVALID_API_KEY 401: Key not found, revoked, or malformed")
    def test_invalid_api_key(self, api: Api) -> None:
        unknown = Credential.new(ids.new("key"), "live").text

        answers = [api.get("/api/v1/contacts", key=key) for key in (unknown, "op_live_x", "x y")]

        assert {refused(answer) for answer in answers} == {(401, "INVALID_API_KEY")}

    @says("Error Codes", "PLAN_REQUIRED 403: Organization not on Pro or Scale plan")
    def test_plan_required(self, api: Api) -> None:
        key = api.workspace("frugal", plan="free").live_key

        assert refused(api.get("/api/v1/contacts", key=key)) == (403, "PLAN_REQUIRED")

    @says("Error Codes", "SCOPE_DENIED 403: API key missing required scope for this endpoint")
    @pytest.mark.parametrize(("scope", "calls"), [*SCOPES.items()])
    def test_scope_denied(self, api: Api, scope: str, calls: list[str]) -> None:
        others = api.key(*(SCOPES.keys() - {scope}))
        own = api.key(scope)

        for call in calls:
            method, path = call.split(" ")
            assert refused(api.request(method, path, {}, key=others)) == (403, "SCOPE_DENIED")
            assert api.request(method, path, {}, key=own).status != 403

    @says("Error Codes", "ORG_NOT_FOUND 404: Organization deleted or invalid")
    def test_org_not_found(self, api: Api) -> None:
        workspace = api.workspace()
        keys = Table(settings().keys_table)
        keys.write(keys.delete_action(workspace.id, "#"))

        assert refused(api.get("/api/v1/contacts")) == (404, "ORG_NOT_FOUND")

    @says("Error Codes", "RESOURCE_NOT_FOUND 404: Contact, campaign, or webhook not found")
    def test_resource_not_found(self, api: Api) -> None:
        answers = [
            api.get(f"/api/v1/contacts/{ids.new('con')}"),
            api.get("/api/v1/contacts/CONTACT_UUID"),
            api.get(f"/api/v1/companies/{ids.new('com')}"),
            api.get(f"/api/v1/campaigns/{ids.new('cam')}/status"),
            api.delete(f"/api/v1/webhooks?id={ids.new('whk')}"),
        ]

        assert {refused(answer) for answer in answers} == {(404, "RESOURCE_NOT_FOUND")}

    @says("Error Codes", "VALIDATION_ERROR 422: Invalid request body or missing required fields")
    def test_validation_error(self, api: Api) -> None:
        answers = [
            api.post("/api/v1/contacts", "{"),
            api.post("/api/v1/contacts", {"first_name": "John"}),
            api.post("/api/v1/companies", {}),
            api.post("/api/v1/webhooks", {"url": "https://example.com/hook"}),
            api.delete("/api/v1/webhooks"),
        ]

        assert {refused(answer) for answer in answers} == {(422, "VALIDATION_ERROR")}

    @says("Error Codes", "DUPLICATE_RESOURCE 409: Resource already exists (e.g. contact email)")
    def test_duplicate_resource(self, api: Api) -> None:
        known, _ = a_contact(api), a_company(api)

        answers = [
            api.post("/api/v1/contacts", {"email": "John@Acme.com"}),
            api.post("/api/v1/companies", {"domain": "acme.com"}),
        ]

        assert {refused(answer) for answer in answers} == {(409, "DUPLICATE_RESOURCE")}
        assert known["id"] in error(answers[0])["details"]

    @says("Error Codes", "CAMPAIGN_NOT_ACTIVE 400: Campaign is draft or paused")
    def test_campaign_not_active(self, api: Api) -> None:
        draft, paused = a_draft(api), a_paused_campaign(api)
        body = {"email": "john@acme.com"}

        answers = [api.post(f"/api/v1/campaigns/{each}/trigger", body) for each in (draft, paused)]

        assert {refused(answer) for answer in answers} == {(400, "CAMPAIGN_NOT_ACTIVE")}

    @says("Error Codes", "INTERNAL_ERROR 500: Unexpected server error")
    def test_internal_error(self, api: Api) -> None:
        spoil_the_balance(api)

        assert refused(api.get("/api/v1/credits")) == (500, "INTERNAL_ERROR")

    @says("Error Codes", "All errors include a machine-readable code, message, and details")
    def test_all_parts_are_texts(self, api: Api) -> None:
        parts = error(api.get("/api/v1/contacts?limit=0"))

        assert all(parts[name] for name in ("code", "message", "details"))


class TestRateLimits:
    @says(
        "Rate Limits & Credits",
        "Each operation has a credit cost (most are free)",
        settled="a key has a rate limit too, as `RateLimit` says: 429 RATE_LIMITED has a "
        "`Retry-After` after which the call succeeds",
    )
    def test_what_is_free_uses_no_credits(self, api: Api) -> None:
        answers = [
            api.post("/api/v1/contacts", {"email": "john@acme.com"}),
            api.get("/api/v1/contacts"),
            api.get("/api/v1/companies"),
            api.get("/api/v1/webhooks"),
            api.get("/api/v1/credits"),
            api.post("/api/v1/companies", {"domain": "acme.com"}),
        ]
        campaign = f"/api/v1/campaigns/{a_campaign(api)}"
        answers += [
            api.post(f"{campaign}/trigger", {"email": "jane@acme.com"}),
            api.get(f"{campaign}/status"),
        ]
        for path in ("/api/v1/contacts", "/api/v1/companies"):
            made = f"{path}/{data(api.get(path))[0]['id']}"
            answers += [api.get(made), api.put(made, {"phone": "1"}), api.delete(made)]

        assert {answer.json["meta"]["credits_used"] for answer in answers} == {0}
        assert {answer.json["meta"]["credits_remaining"] for answer in answers} == {100_000}
        assert all("RateLimit" in answer.headers for answer in answers)

    @says("Rate Limits & Credits", "Check your balance anytime at GET /api/v1/credits")
    def test_the_balance_can_be_read_with_none_left(self, api: Api) -> None:
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 100_000)

        answer = api.get("/api/v1/credits")

        assert data(answer)["credits_remaining"] == 0
        assert answer.json["meta"]["credits_remaining"] == 0

    @says("Rate Limits & Credits", "Credits reset monthly on your billing date")
    def test_credits_are_reset_a_month_later(self, api: Api, cloud: Cloud) -> None:
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 100_000)
        spent = data(api.get("/api/v1/credits"))
        within = clock.from_text(spent["credits_reset_at"]) - clock.now()

        cloud.clock.advance(days=31)

        again = data(api.get("/api/v1/credits"))
        assert timedelta(0) < within <= timedelta(days=31)
        assert (spent["credits_remaining"], again["credits_remaining"]) == (0, 100_000)
