"""AutoReach's API guide, statement by statement, in the order of the document: the resources."""

from tests.contract.autoreach import DOCUMENT, WORKFLOW, a_workflow, is_error, some_leads
from tests.contract.statements import OfAPage, statement
from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud
from tests.integration.example_data import a_researched_lead
from tests.integration.outreach import a_mailbox
from tests.integration.replying import a_reply, put_into_bucket

SECTIONS = (
    "What Is the AutoReach API?",
    "API Key Generation",
    "Using Your API Key",
    "API Key Security",
    "Workflows",
    "Leads",
    "Campaigns",
    "Account",
    "JavaScript (Node.js): Create a Workflow and Add Leads",
    "Python: Retrieve and Filter Leads",
    "Rate Limits",
    "Handling Rate Limits",
    "Pagination",
    "Webhooks",
    "Setting Up Webhooks",
    "Error Handling",
    "Is the API free to use?",
    "Can I use the API to build a custom UI?",
    "How do I test the API without consuming credits?",
    "Is the API versioned?",
    "Can I automate everything through the API?",
    "Getting Started",
)
"""The sections of the document, in its order."""


class TestIntroduction:
    @statement(
        DOCUMENT,
        "What Is the AutoReach API?",
        "create workflows, manage leads, trigger research and qualification, send outreach, and "
        "retrieve results — all through standard HTTP requests",
    )
    def test_a_workflow_runs_from_its_leads_to_their_replies(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        workflow = a_workflow(api, stages=["qualify", "contact"], settings={"autoReview": True})
        (lead,) = some_leads(api, workflow, firstName="Ada", company="Acme")

        started = api.post(f"/api/workflows/{workflow}/run")
        cloud.run(hours=1)
        put_into_bucket(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))
        cloud.drain()

        assert (started.status, started.json["run"]["status"]) == (200, "running")
        assert cloud.mails()[0].recipients == ["ada0@acme.example"]
        shown = api.get(f"/api/leads/{lead}").json
        assert (shown["status"], bool(shown["repliedAt"])) == ("replied", True)
        campaign = api.get("/api/campaigns").json["data"][0]["id"]
        totals = api.get(f"/api/campaigns/{campaign}/stats").json["totals"]
        assert (totals["sent"], totals["replied"]) == (1, 1)

    @statement(
        DOCUMENT,
        "What Is the AutoReach API?",
        "The API uses JSON for request and response bodies, API key authentication, and follows "
        "REST conventions for resource naming and HTTP methods",
        settled="names of fields are in camelCase, as in the examples",
    )
    def test_bodies_are_json_in_camel_case(self, api: Api) -> None:
        answer = api.post("/api/workflows", WORKFLOW)

        assert answer.headers["Content-Type"] == "application/json"
        assert {"createdAt", "updatedAt", "campaignId"} <= answer.json.keys()
        assert not [name for name in answer.json if "_" in name]


class TestAuthentication:
    @statement(
        DOCUMENT,
        "API Key Generation",
        "Copy the key immediately — it will not be displayed again",
        settled="keys are made with `POST /v1/api-keys`",
    )
    def test_a_key_is_shown_once(self, api: Api) -> None:
        made = api.post("/v1/api-keys", {"name": "Production Integration", "role": "member"}).json

        listed = api.get("/v1/api-keys")

        assert made["name"] == "Production Integration"
        assert api.get("/api/account", key=made["key"]).status == 200
        assert made["key"] not in listed.text

    @statement(
        DOCUMENT,
        "Using Your API Key",
        "Include the API key in the Authorization header of every request: "
        "`Authorization: Bearer your-api-key-here`",
    )
    def test_the_key_is_a_bearer_token(self, api: Api) -> None:
        with_key, without = api.get("/api/account"), api.get("/api/account", key=ANONYMOUS)

        assert with_key.status == 200
        assert is_error(without, 401, "unauthorized")

    @statement(DOCUMENT, "API Key Security", "Rotate keys every 90 days")
    def test_a_key_can_be_rotated(self, api: Api) -> None:
        old = api.create_key("*")

        new = api.post(f"/v1/api-keys/{old['id']}/rotate", {"overlap_seconds": 0}).json["key"]

        statuses = [api.get("/api/account", key=key).status for key in (new, old["key"])]
        assert statuses == [200, 401]

    @statement(DOCUMENT, "API Key Security", "Use separate keys for development and production")
    def test_a_development_key_reaches_other_data(self, api: Api) -> None:
        workflow = a_workflow(api)

        answer = api.get(f"/api/workflows/{workflow}", mode="test")

        assert is_error(answer, 404, "not_found")

    @statement(
        DOCUMENT, "API Key Security", "Revoke compromised keys immediately from the Settings page"
    )
    def test_a_revoked_key_is_refused(self, api: Api) -> None:
        key = api.create_key("*")
        api.delete(f"/v1/api-keys/{key['id']}")

        assert is_error(api.get("/api/leads", key=key["key"]), 401, "unauthorized")


class TestWorkflows:
    @statement(DOCUMENT, "Workflows", "GET /api/workflows: List all workflows")
    def test_list(self, api: Api) -> None:
        first, second = a_workflow(api), a_workflow(api)

        answer = api.get("/api/workflows")

        assert [each["id"] for each in answer.json["data"]] == [second, first]
        assert answer.json["nextCursor"] is None

    @statement(DOCUMENT, "Workflows", "POST /api/workflows: Create a new workflow")
    def test_create(self, api: Api) -> None:
        answer = api.post("/api/workflows", WORKFLOW)

        assert (answer.status, answer.json["id"][:4]) == (201, "wfl_")
        assert {name: answer.json[name] for name in ("name", "stages")} == {
            "name": "Q1 SaaS Outreach",
            "stages": ["research", "qualify", "contact"],
        }
        assert answer.json["settings"]["autoReview"] is False
        assert answer.json["settings"]["dailyLimit"] == 50

    @statement(DOCUMENT, "Workflows", "GET /api/workflows/:id: Get workflow details")
    def test_get(self, api: Api) -> None:
        created = api.post("/api/workflows", WORKFLOW).json

        assert api.get(f"/api/workflows/{created['id']}").json == created

    @statement(
        DOCUMENT,
        "Workflows",
        "PUT /api/workflows/:id: Update a workflow",
        settled="only the given fields change; read-only ones, as GET shows them, may be sent back",
    )
    def test_update(self, api: Api) -> None:
        path = f"/api/workflows/{a_workflow(api)}"
        shown = api.get(path).json
        shown["settings"]["dailyLimit"] = 20

        whole = api.put(path, shown)
        answer = api.put(path, {"name": "Q2"})

        assert whole.status == 200, whole.text

        assert (answer.status, answer.json["name"]) == (200, "Q2")
        settings = api.get(path).json["settings"]
        assert (settings["dailyLimit"], settings["autoReview"]) == (20, False)

    @statement(DOCUMENT, "Workflows", "DELETE /api/workflows/:id: Delete a workflow")
    def test_delete(self, api: Api) -> None:
        path = f"/api/workflows/{a_workflow(api)}"

        answer = api.delete(path)

        assert (answer.status, answer.json["deleted"]) == (200, True)
        assert is_error(api.get(path), 404, "not_found")

    @statement(
        DOCUMENT,
        "Workflows",
        "POST /api/workflows/:id/run: Start a workflow run",
        settled="a paused run is resumed by it, as the document has no other call for that",
    )
    def test_run_starts_and_resumes(self, api: Api) -> None:
        path = f"/api/workflows/{a_workflow(api, stages=['qualify'])}"
        started = api.post(f"{path}/run")
        api.post(f"{path}/pause")

        resumed = api.post(f"{path}/run")

        assert (started.status, started.json["run"]["number"]) == (200, 1)
        assert (resumed.status, api.get(path).json["status"]) == (200, "running")
        assert is_error(api.post(f"{path}/run"), 400, "validation_error")

    @statement(DOCUMENT, "Workflows", "POST /api/workflows/:id/pause: Pause a running workflow")
    def test_pause(self, api: Api) -> None:
        path = f"/api/workflows/{a_workflow(api, stages=['qualify'])}"
        api.post(f"{path}/run")

        answer = api.post(f"{path}/pause")

        assert (answer.status, answer.json["status"]) == (200, "paused")


class TestLeads:
    @statement(DOCUMENT, "Leads", "GET /api/leads: List leads (with filtering)")
    def test_list(self, api: Api) -> None:
        leads = some_leads(api, a_workflow(api), 2)

        answer = api.get("/api/leads")

        assert {each["id"] for each in answer.json["data"]} == set(leads)
        assert answer.json["data"][0]["contact"]["email"].endswith("@acme.example")

    @statement(
        DOCUMENT,
        "Leads",
        "POST /api/leads: Create a new lead",
        settled="a lead is a contact by its `email`, with `firstName`, `lastName`, `title`, "
        "`company`, `phone`, `linkedinUrl`, `country`, `timezone`, `tags`, `custom`, `source` and "
        "`notes`, or by its `contactId`; `workflowId` names its workflow",
    )
    def test_create(self, api: Api) -> None:
        person = {"email": "dana@acme.example", "firstName": "Dana", "lastName": "Ruiz"}
        workflow = a_workflow(api)

        answer = api.post(
            "/api/leads",
            {**person, "workflowId": workflow, "linkedinUrl": "https://linkedin.com/in/dana"},
        )

        assert (answer.status, answer.json["status"]) == (201, "new")
        assert answer.json["workflowId"] == workflow
        assert answer.json["contact"]["fullName"] == "Dana Ruiz"

    @statement(DOCUMENT, "Leads", "GET /api/leads/:id: Get lead details")
    def test_get(self, api: Api) -> None:
        created = api.post("/api/leads", {"email": "dana@acme.example"}).json

        assert api.get(f"/api/leads/{created['id']}").json == created

    @statement(
        DOCUMENT,
        "Leads",
        "PUT /api/leads/:id: Update a lead",
        settled="`status`, `statusReason` and `notes` can be changed; only the given fields change",
    )
    def test_update(self, api: Api) -> None:
        path = f"/api/leads/{api.post('/api/leads', {'email': 'dana@acme.example'}).json['id']}"

        answer = api.put(path, {"status": "disqualified", "statusReason": "Too small"})

        assert (answer.status, answer.json["status"]) == (200, "disqualified")
        assert api.get(path).json["statusReason"] == "Too small"

    @statement(DOCUMENT, "Leads", "DELETE /api/leads/:id: Delete a lead")
    def test_delete(self, api: Api) -> None:
        path = f"/api/leads/{api.post('/api/leads', {'email': 'dana@acme.example'}).json['id']}"

        answer = api.delete(path)

        assert (answer.status, answer.json["deleted"]) == (200, True)
        assert is_error(api.get(path), 404, "not_found")

    @statement(DOCUMENT, "Leads", "POST /api/leads/:id/qualify: Trigger qualification")
    def test_qualify(self, api: Api) -> None:
        api.put("/v1/profile", {"titles": ["sales"], "weights": {"titles": 100}})
        body = {"email": "dana@acme.example", "title": "VP Sales"}
        lead = api.post("/api/leads", body).json["id"]

        answer = api.post(f"/api/leads/{lead}/qualify")

        assert (answer.status, answer.json["status"]) == (200, "qualified")
        assert (answer.json["score"], len(answer.json["scoreLines"])) == (100, 1)

    @statement(DOCUMENT, "Leads", "GET /api/leads/:id/research: Get research data")
    def test_research(self, api: Api) -> None:
        lead = a_researched_lead(api)

        answer = api.get(f"/api/leads/{lead}/research")

        assert (answer.status, answer.json["outcome"]) == (200, "found")
        assert {"contactId", "company", "person", "researchedAt"} <= answer.json.keys()


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
        cloud.drain()

        answer = api.get("/api/account/usage")

        assert (answer.status, answer.json["callsByFamily"]) == (200, {"leads": 1})


OF_PAGES = (
    OfAPage(
        DOCUMENT,
        "API Key Generation",
        "Log into AutoReach and navigate to Settings > API Keys; Click “Generate New API Key”; "
        "Give the key a descriptive name",
        "`POST /v1/api-keys` makes a key with a name.",
    ),
    OfAPage(
        DOCUMENT,
        "Setting Up Webhooks",
        "Register a webhook URL in Settings > Webhooks",
        "`POST /api/webhooks` does the same.",
    ),
    OfAPage(
        DOCUMENT,
        "Can I automate everything through the API?",
        "A few account management functions (billing, team invitations) are UI-only",
        "The operator decides on plans; people get keys with roles by `POST /v1/api-keys`.",
    ),
    OfAPage(
        DOCUMENT,
        "Getting Started",
        "Generate an API key in Settings > API Keys",
        "`POST /v1/api-keys` makes one.",
    ),
    OfAPage(
        DOCUMENT,
        "Getting Started",
        "Explore the endpoints in our interactive API documentation",
        "`GET /docs` describes every endpoint.",
    ),
)
"""What the document says about pages of the product."""
