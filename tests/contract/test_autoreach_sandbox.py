"""AutoReach's API guide, statement by statement: its sandbox."""

from tests.contract.autoreach import DOCUMENT, WORKFLOW
from tests.contract.deployed import eventually
from tests.contract.statements import statement
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox


class TestSandbox:
    @statement(
        DOCUMENT,
        "How do I test the API without consuming credits?",
        "Use a development API key with sandbox mode enabled. Sandbox requests return … without "
        "consuming credits or sending real emails",
        settled="every `otr_test_sk_…` key is one; research tells of an invented company, and the "
        "emails of a campaign are only recorded",
    )
    def test_a_development_key_researches_and_contacts_nobody(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api, mode="test")
        body = WORKFLOW | {"settings": {"autoReview": True}}
        workflow = api.post("/api/workflows", body, mode="test").json["id"]
        rows = {"leads": [{"email": "dana@acme.example", "firstName": "Dana"}]}
        added = api.post(f"/api/workflows/{workflow}/leads", rows, mode="test").json
        lead = f"/api/leads/{added['results'][0]['leadId']}"

        api.post(f"/api/workflows/{workflow}/run", mode="test")

        assert eventually(cloud, lambda: api.get(lead, mode="test").json["status"] == "contacted")
        research = api.get(f"{lead}/research", mode="test").json
        assert (research["outcome"], bool(research["company"]["name"])) == ("found", True)
        assert api.get("/api/account/credits", mode="test").json["spent"] == 0
        assert cloud.mails() == []

    @statement(
        DOCUMENT,
        "How do I test the API without consuming credits?",
        "Sandbox requests return realistic mock data",
        settled="the sandbox of every workspace begins with example data; `POST /v1/sandbox/reset` "
        "puts it back",
    )
    def test_a_development_key_finds_leads_workflows_and_campaigns(
        self, api: Api, cloud: Cloud
    ) -> None:
        api.workspace(sandbox="examples")
        workflows = api.get("/api/workflows", mode="test").json["data"]
        path = f"/api/leads?workflowId={workflows[0]['id']}&status=qualified&minScore=70&limit=100"

        qualified = api.get(path, mode="test").json["data"]

        assert [each["status"] for each in workflows] == ["paused", "idle"]
        assert {each["status"] for each in qualified} == {"qualified"}
        assert min(each["score"] for each in qualified) >= 70
        research = api.get(f"/api/leads/{qualified[0]['id']}/research", mode="test").json
        assert (research["outcome"], bool(research["company"]["name"])) == ("found", True)
        campaigns = api.get("/api/campaigns", mode="test").json["data"]
        stats = [f"/api/campaigns/{each['id']}/stats" for each in campaigns]
        assert eventually(
            cloud,
            lambda: (
                [api.get(path, mode="test").json["totals"]["sent"] for path in stats] == [4, 35]
            ),
        )
        people = api.get("/api/v1/contacts?status=interested", mode="test").json
        assert people["meta"]["total"] == 2
        assert api.get("/api/account/credits", mode="test").json["spent"] == 0
        assert cloud.mails() == []
