"""A run of a workflow on the real template: its clock, its queues and the workers of its stages."""

from typing import Any

from tests.e2e.running import LocalStack, eventually
from tests.websites import page, website


class TestRun:
    def test_researches_scores_and_drafts_each_lead(self, stack: LocalStack) -> None:
        body = {"name": "Local", "stages": ["research", "qualify", "contact"]}
        workflow = stack.call("POST", "/v1/workflows", body).json
        path = f"/v1/workflows/{workflow['id']}"
        with website({"/": page("<title>Acme</title>")}) as site:
            company = {"name": "Acme", "website": site.url}
            company_id = stack.call("POST", "/v1/companies", company).json["id"]
            for name in ("ada", "bob"):
                contact = {"email": f"{name}@workflows.example", "company_id": company_id}
                contact_id = stack.call("POST", "/v1/contacts", contact).json["id"]
                lead = {"contact_id": contact_id, "workflow_id": workflow["id"]}
                assert stack.call("POST", "/v1/leads", lead).status == 201

            run_id = stack.call("POST", f"{path}/run").json["run"]["id"]

            def completed() -> Any:
                run = stack.call("GET", f"{path}/runs/{run_id}").json
                return run if run["status"] == "completed" else None

            done = eventually(completed)

        assert done
        counts = done["counts"]
        assert (counts["researched"], counts["qualified"], counts["review"]) == (2, 2, 2)
        assert done["counts"]["credits"] == 1
        listed = stack.call("GET", f"/v1/leads?workflow_id={workflow['id']}")
        assert listed.status == 200, listed
        leads = listed.json["data"]
        assert {lead["status"] for lead in leads} == {"review"}
