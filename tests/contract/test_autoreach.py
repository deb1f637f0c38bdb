"""AutoReach's API guide, statement by statement, in the order of the document: the resources."""

from tests.contract.autoreach import DOCUMENT, WORKFLOW, a_workflow, is_error, some_leads
from tests.contract.deployed import eventually
from tests.contract.statements import statement
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
    @statement(
        DOCUMENT,
        "Can I use the API to build a custom UI?",
        "The API provides all the data and actions needed to build a custom interface",
    )
    def test_a_workflow_runs_from_its_leads_to_their_replies(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        workflow = a_workflow(api, stages=["qualify", "contact"], settings={"autoReview": True})
        (lead,) = some_leads(api, workflow, firstName="Ada", company="Acme")

        started = api.post(f"/api/workflows/{workflow}/run")
        (mail,) = eventually(cloud, cloud.mails)
        put_into_bucket(cloud, a_reply(mail, "Sounds great, let's talk."))
        campaign = api.get("/api/campaigns").json["data"][0]["id"]
        stats = f"/api/campaigns/{campaign}/stats"
        eventually(cloud, lambda: api.get(stats).json["totals"]["replied"])

        assert (started.status, started.json["run"]["status"]) == (200, "running")
        assert mail.recipients == ["ada0@acme.example"]
        shown = api.get(f"/api/leads/{lead}").json
        assert (shown["status"], bool(shown["repliedAt"])) == ("replied", True)
        totals = api.get(stats).json["totals"]
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
    @statement(
        DOCUMENT,
        "JavaScript (Node.js): Create a Workflow and Add Leads",
        "`fetch(`${API_BASE}/api/workflows`, {method: 'POST', body: JSON.stringify({name, stages: "
        "['research', 'qualify', 'contact'], settings: {autoReview: false, dailyLimit: 50}})})`",
        settled="`tests/e2e/test_documents.py` runs the example itself, in Node",
    )
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
        custom = {"crmId": "A-1", "deal_size": 9}
        workflow = a_workflow(api)

        answer = api.post(
            "/api/leads",
            {
                **person,
                "workflowId": workflow,
                "linkedinUrl": "https://x.example/d",
                "custom": custom,
            },
        )

        assert (answer.status, answer.json["status"]) == (201, "new")
        assert answer.json["workflowId"] == workflow
        assert answer.json["contact"]["fullName"] == "Dana Ruiz"
        contact = api.get(f"/v1/contacts/{answer.json['contactId']}").json
        assert (contact["custom"], contact["linkedin_url"]) == (custom, "https://x.example/d")

    @statement(DOCUMENT, "Leads", "GET /api/leads/:id: Get lead details")
    def test_get(self, api: Api) -> None:
        created = api.post("/api/leads", {"email": "dana@acme.example"}).json

        assert api.get(f"/api/leads/{created['id']}").json == created

    @statement(
        DOCUMENT,
        "Leads",
        "PUT /api/leads/:id: Update a lead",
        settled="`status`, `statusReason` and `notes` can be changed; only the given fields "
        "change, and read-only ones, as GET shows them, may be sent back",
    )
    def test_update(self, api: Api) -> None:
        path = f"/api/leads/{api.post('/api/leads', {'email': 'dana@acme.example'}).json['id']}"
        whole = api.put(path, {**api.get(path).json, "notes": "Call her"})

        answer = api.put(path, {"status": "disqualified", "statusReason": "Too small"})

        assert (whole.status, whole.json["notes"]) == (200, "Call her"), whole.text
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
    @statement(
        DOCUMENT,
        "Python: Retrieve and Filter Leads",
        "`requests.get(f'{API_BASE}/api/leads/{lead_id}/research', headers=headers)`",
        settled="`tests/e2e/test_documents.py` runs the example itself",
    )
    def test_research(self, api: Api) -> None:
        lead = a_researched_lead(api)

        answer = api.get(f"/api/leads/{lead}/research")

        assert (answer.status, answer.json["outcome"]) == (200, "found")
        assert {"contactId", "company", "person", "researchedAt"} <= answer.json.keys()
