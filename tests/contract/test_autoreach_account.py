"""AutoReach's API guide, statement by statement: campaigns, the account, and getting started."""

from typing import Any

from tests.contract.autoreach import DOCUMENT, a_workflow
from tests.contract.deployed import eventually
from tests.contract.statements import NotApplicable, statement
from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud


class TestCampaigns:
    @statement(DOCUMENT, "Campaigns", "GET /api/campaigns: List campaigns")
    def test_list(self, api: Api) -> None:
        workflow = api.get(f"/api/workflows/{a_workflow(api)}").json

        answer = api.get("/api/campaigns")

        assert [each["id"] for each in answer.json["data"]] == [workflow["campaignId"]]

    @statement(
        DOCUMENT,
        "Campaigns",
        "POST /api/campaigns: Create a campaign",
        settled="of a `name` and a `sequenceId`: of a workflow, or of `POST /v1/sequences`",
    )
    def test_create(self, api: Api) -> None:
        sequence = api.get(f"/api/workflows/{a_workflow(api)}").json["sequenceId"]

        answer = api.post("/api/campaigns", {"name": "Spring", "sequenceId": sequence})

        assert (answer.status, answer.json["status"]) == (201, "draft")
        assert (answer.json["name"], answer.json["sequenceId"]) == ("Spring", sequence)

    @statement(DOCUMENT, "Campaigns", "GET /api/campaigns/:id/stats: Get campaign statistics")
    def test_stats(self, api: Api) -> None:
        campaign = api.get(f"/api/workflows/{a_workflow(api)}").json["campaignId"]

        answer = api.get(f"/api/campaigns/{campaign}/stats")

        assert (answer.status, answer.json["campaignId"]) == (200, campaign)
        assert answer.json["totals"]["sent"] == 0
        assert {"audience", "rates", "byStep", "byDay"} <= answer.json.keys()


class TestAccount:
    @statement(DOCUMENT, "Account", "GET /api/account: Get account details")
    @statement(
        DOCUMENT,
        "Getting Started",
        "Make a test request to GET /api/account to verify authentication",
    )
    def test_account(self, api: Api) -> None:
        answer = api.get("/api/account")

        assert (answer.status, answer.json["name"], answer.json["mode"]) == (200, "acme", "live")
        assert answer.json["plan"]["callsPerMinute"] == 300

    @statement(DOCUMENT, "Account", "GET /api/account/credits: Get credit balance")
    def test_credits(self, api: Api) -> None:
        answer = api.get("/api/account/credits")

        assert (answer.status, answer.json["available"]) == (200, 100_000)
        assert "resetsAt" in answer.json

    @statement(DOCUMENT, "Account", "GET /api/account/usage: Get usage statistics")
    def test_usage(self, api: Api, cloud: Cloud) -> None:
        api.get("/api/leads")

        def by_family() -> Any:
            return api.get("/api/account/usage").json["callsByFamily"]

        assert eventually(cloud, lambda: by_family().get("leads") == 1)


class TestDocumentation:
    @statement(
        DOCUMENT,
        "Getting Started",
        "Explore the endpoints in our interactive API documentation",
        settled="`GET /docs` shows all three APIs and tries calls; `/openapi/autoreach.json` "
        "describes this one",
    )
    def test_endpoints_can_be_explored(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS)
        described = api.get("/openapi/autoreach.json", key=ANONYMOUS).json

        assert (page.status, page.headers["Content-Type"][:9]) == (200, "text/html")
        assert "AutoReach" in page.text
        assert {"/api/workflows", "/api/leads", "/api/account"} <= described["paths"].keys()


NOT_APPLICABLE = (
    NotApplicable(
        DOCUMENT,
        "API Key Generation",
        "Log into AutoReach and navigate to Settings > API Keys; Click “Generate New API Key”; "
        "Give the key a descriptive name",
        "`POST /v1/api-keys` makes a key with a name.",
    ),
    NotApplicable(
        DOCUMENT,
        "Setting Up Webhooks",
        "Register a webhook URL in Settings > Webhooks",
        "`POST /api/webhooks` does the same.",
    ),
    NotApplicable(
        DOCUMENT,
        "Can I automate everything through the API?",
        "A few account management functions (billing, team invitations) are UI-only",
        "The operator decides on plans; people get keys with roles by `POST /v1/api-keys`.",
    ),
    NotApplicable(
        DOCUMENT,
        "Getting Started",
        "Generate an API key in Settings > API Keys",
        "`POST /v1/api-keys` makes one.",
    ),
    NotApplicable(
        DOCUMENT,
        "API Key Security",
        "Never commit API keys to version control; Use environment variables to store keys",
        "Advice to the reader.",
    ),
    NotApplicable(
        DOCUMENT,
        "Handling Rate Limits",
        "If you get another 429, double the wait time; Maximum retry count: 3 attempts",
        "Advice to the reader: a call is admitted after the time in `Retry-After`.",
    ),
    NotApplicable(
        DOCUMENT,
        "Is the API versioned?",
        "We will announce any breaking changes with at least 90 days notice",
        "You deploy Outrider yourself, so the API changes only when you deploy.",
    ),
    NotApplicable(
        DOCUMENT,
        "Getting Started",
        "Build your integration starting with read-only endpoints; Add write operations later",
        "Advice to the reader. A key with the role `viewer` can only read.",
    ),
)
"""What the document says about something else than the API."""
