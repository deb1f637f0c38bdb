"""AutoReach's API guide, statement by statement, in the order of the document: from its code
examples on."""

import pytest

from tests.contract.autoreach import (
    DOCUMENT,
    PLANS,
    WORKFLOW,
    a_workflow,
    called_until_refused,
    is_error,
    some_leads,
)
from tests.contract.deployed import eventually
from tests.contract.spoiling import spoil_the_balance
from tests.contract.statements import statement
from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud
from tests.integration import endpoints

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestCodeExamples:
    @statement(
        DOCUMENT,
        "JavaScript (Node.js): Create a Workflow and Add Leads",
        "`fetch(`${API_BASE}/api/workflows/${workflowId}/leads`, {method: 'POST', body: "
        "JSON.stringify({ leads })})`",
        settled="each lead has the fields of `POST /api/leads`, and gets a result of its own",
    )
    def test_leads_are_added_to_a_workflow(self, api: Api) -> None:
        workflow = a_workflow(api)
        rows = [{"email": "dana@acme.example", "firstName": "Dana"}, {"first_name": "Kim"}]

        answer = api.post(f"/api/workflows/{workflow}/leads", {"leads": rows})

        added, failed = answer.json["results"]
        assert (answer.status, answer.json["counts"]["added"]) == (200, 1)
        assert (added["result"], added["leadId"][:4]) == ("added", "led_")
        assert (failed["result"], failed["reason"]) == ("failed", "invalid")
        assert "There is no field first_name. Did you mean firstName?" in failed["detail"]

    @statement(
        DOCUMENT,
        "Python: Retrieve and Filter Leads",
        "`params={'workflowId': workflow_id, 'status': 'qualified', 'minScore': min_score, "
        "'limit': 100}`",
        settled="a lead whose draft waits for approval, without `autoReview`, is in `review`",
    )
    def test_leads_are_filtered(self, api: Api, cloud: Cloud) -> None:
        api.put("/v1/profile", {"titles": ["sales"], "weights": {"titles": 100}})
        workflow, other = a_workflow(api, stages=["qualify"]), a_workflow(api)
        (lead,) = some_leads(api, workflow, title="VP Sales")
        gardener = {"email": "kim@acme.example", "title": "Gardener", "workflowId": workflow}
        low = api.post("/api/leads", gardener).json["id"]
        some_leads(api, other)
        api.post(f"/api/workflows/{workflow}/run")
        eventually(cloud, lambda: api.get(f"/api/leads/{lead}").json["status"] == "qualified")
        eventually(cloud, lambda: api.get(f"/api/leads/{low}").json["score"] is not None)
        of_workflow = f"/api/leads?workflowId={workflow}"
        found = f"{of_workflow}&status=qualified&limit=100&minScore="

        assert [each["id"] for each in api.get(f"{found}70").json["data"]] == [lead]
        assert api.get(f"{found}100").json["data"] != []
        assert {each["id"] for each in api.get(of_workflow).json["data"]} == {lead, low}
        scored = api.get(f"{of_workflow}&minScore=70").json["data"]
        assert [each["id"] for each in scored] == [lead]
        assert api.get(f"/api/leads?workflowId={other}&status=qualified").json["data"] == []
        assert is_error(api.get(f"{found}many"), 400, "validation_error")


class TestRateLimits:
    @statement(
        DOCUMENT,
        "Rate Limits",
        "Starter 60 requests per minute, 5,000 per day; Professional 120, 20,000; "
        "Enterprise 300, 100,000",
    )
    def test_each_plan_has_its_limits(self, api: Api) -> None:
        told = {
            plan: api.get("/api/account", key=api.workspace(plan, plan=plan).live_key).headers
            for plan in PLANS
        }

        assert {plan: headers["RateLimit-Policy"] for plan, headers in told.items()} == {
            plan: f'"minute";q={minute};w=60, "day";q={day};w=86400'
            for plan, (minute, day) in PLANS.items()
        }

    @statement(
        DOCUMENT,
        "Rate Limits",
        "When you hit a rate limit, the API returns a 429 status code with a Retry-After header "
        "indicating how long to wait",
    )
    @statement(
        DOCUMENT,
        "Handling Rate Limits",
        "If you receive a 429, wait the Retry-After duration; Retry the request",
    )
    @statement(
        DOCUMENT,
        "Error Handling",
        "429: Wait and retry with backoff",
        settled="`rate_limited`, with `Retry-After`; also while the first call with the same "
        "Idempotency-Key is still running",
    )
    def test_whoever_waits_as_told_is_admitted(self, api: Api, clock: Clock) -> None:
        key = api.workspace("busy", plan="starter").live_key
        refused = called_until_refused(api, "/api/account", key)

        clock.advance(seconds=int(refused.headers["Retry-After"]))
        again = api.get("/api/account", key=key)

        assert is_error(refused, 429, "rate_limited")
        assert again.status == 200


class TestPagination:
    @statement(DOCUMENT, "Pagination", "List endpoints support cursor-based pagination")
    @statement(
        DOCUMENT,
        "Pagination",
        "The response includes a nextCursor field. Pass it as the cursor parameter in the next "
        "request to get the next page",
        settled="the entries are in `data`; `nextCursor` is null on the last page",
    )
    @pytest.mark.parametrize("path", ["/api/leads", "/api/workflows", "/api/campaigns"])
    def test_pages_follow_by_their_cursor(self, api: Api, path: str) -> None:
        for workflow in [a_workflow(api) for _ in range(2)]:
            some_leads(api, workflow)

        first = api.get(f"{path}?limit=1").json
        second = api.get(f"{path}?limit=1&cursor={first['nextCursor']}").json

        assert (len(first["data"]), len(second["data"])) == (1, 1)
        assert first["data"][0]["id"] != second["data"][0]["id"]
        assert (first["hasMore"], second["hasMore"], second["nextCursor"]) == (True, False, None)

    @statement(
        DOCUMENT,
        "Pagination",
        "GET /api/leads?limit=50&cursor=eyJpZCI6MTAwfQ",
        settled="cursors are opaque, and one of elsewhere is refused",
    )
    def test_a_cursor_of_elsewhere_is_refused(self, api: Api) -> None:
        answer = api.get("/api/leads?limit=50&cursor=eyJpZCI6MTAwfQ")

        assert is_error(answer, 400, "validation_error")
        assert answer.json["details"] == {"field": "cursor"}
        assert "nextCursor" in answer.json["message"]


class TestErrorHandling:
    @statement(DOCUMENT, "Error Handling", "200: Success")
    @statement(DOCUMENT, "Error Handling", "201: Resource was created successfully")
    def test_what_creates_answers_201_and_the_rest_200(self, api: Api) -> None:
        created = api.post("/api/leads", {"email": "dana@acme.example"})

        assert created.status == 201
        assert api.get(f"/api/leads/{created.json['id']}").status == 200
        assert api.post(f"/api/leads/{created.json['id']}/qualify").status == 200

    @statement(
        DOCUMENT,
        "Error Handling",
        "400: Check your request body and parameters",
        settled="also for what is in another state (409 on `/v1`) or too large (413 there)",
    )
    def test_400(self, api: Api) -> None:
        lead = {"email": "dana@acme.example", "workflowId": a_workflow(api)}
        api.post("/api/leads", lead)

        broken = api.post("/api/workflows", "{")

        assert is_error(broken, 400, "validation_error")
        assert broken.json["details"] == {}
        assert is_error(api.get("/api/leads?limit=0"), 400, "validation_error")
        assert is_error(api.post("/api/leads", lead), 400, "validation_error")

    @statement(DOCUMENT, "Error Handling", "401: Verify your API key")
    def test_401(self, api: Api) -> None:
        answer = api.get("/api/leads", key="your-api-key-here")

        assert is_error(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @statement(
        DOCUMENT,
        "Error Handling",
        "403: You do not have permission for this action",
        settled="also when credits are short (402 on `/v1`)",
    )
    def test_403(self, api: Api) -> None:
        answer = api.post("/api/workflows", WORKFLOW, key=api.key("workflows:read"))

        assert is_error(answer, 403, "forbidden")
        assert "workflows:write" in answer.json["message"]

    @statement(
        DOCUMENT,
        "Error Handling",
        "404: Check the resource ID",
        settled="also for unknown paths and methods",
    )
    def test_404(self, api: Api) -> None:
        assert is_error(api.get("/api/leads/123"), 404, "not_found")
        assert is_error(api.get("/api/nothing"), 404, "not_found")
        assert is_error(api.patch("/api/leads/123", {}), 404, "not_found")

    @statement(
        DOCUMENT,
        "Error Handling",
        "500: Retry after a brief wait; contact support if persistent",
        settled="`server_error`; with `Retry-After` where the database does not answer (503 on "
        "`/v1`)",
    )
    def test_500(self, api: Api) -> None:
        spoil_the_balance(api)

        assert is_error(api.get("/api/account/credits"), 500, "server_error")

    @statement(
        DOCUMENT,
        "Error Handling",
        'Error responses include a message field with details: {"error": "validation_error", '
        '"message": "Workflow name is required", "details": { "field": "name" }}',
        settled="where several fields are at fault, `details.errors` lists all of them",
    )
    def test_the_documented_error(self, api: Api) -> None:
        answer = api.post("/api/workflows", {"stages": ["research"]})
        several = api.post("/api/workflows", {"settings": {"dailyLimit": "many"}})

        assert answer.json == {
            "error": "validation_error",
            "message": "Workflow name is required",
            "details": {"field": "name"},
        }
        fields = [each["field"] for each in several.json["details"]["errors"]]
        assert fields == ["name", "stages", "settings.dailyLimit"]
        assert several.json["details"]["field"] == "name"


class TestQuestions:
    @statement(DOCUMENT, "Is the API free to use?", "API access is included in all paid plans")
    def test_paid_plans_have_the_api_and_the_free_one_has_not(self, api: Api) -> None:
        plans = ("free", "starter", "professional", "scale", "enterprise")
        keys = [api.workspace(plan, plan=plan).live_key for plan in plans]

        statuses = [api.get("/api/account", key=key).status for key in keys]

        assert statuses == [403, 200, 200, 200, 200]

    @statement(
        DOCUMENT,
        "Is the API free to use?",
        "API calls consume the same credits as UI actions — there is no additional API surcharge",
    )
    def test_calls_cost_no_credits_by_themselves(self, api: Api) -> None:
        workflow = a_workflow(api)
        (lead,) = some_leads(api, workflow)
        api.post(f"/api/leads/{lead}/qualify")

        assert api.get("/api/account/credits").json["spent"] == 0


class TestVersion:
    @statement(
        DOCUMENT,
        "Is the API versioned?",
        "All endpoints are prefixed with /api/v1/ (though /api/ currently aliases to v1)",
        settled="`/api/v1/webhooks` is OutreachPilot's, whose document names no other path",
    )
    def test_every_call_has_both_paths(self, api: Api) -> None:
        created = api.post("/api/v1/workflows", WORKFLOW)
        path = f"workflows/{created.json['id']}"

        assert created.status == 201
        assert api.get(f"/api/v1/{path}").json == api.get(f"/api/{path}").json == created.json
        assert api.put(f"/api/v1/{path}", {"name": "Q2"}).json["name"] == "Q2"
        assert api.get("/api/v1/leads?minScore=70").json["data"] == []
        assert api.get("/api/v1/account/usage").status == 200
        assert api.delete(f"/api/v1/{path}").json["deleted"] is True
        assert is_error(api.get("/api/v1/leads/123"), 404, "not_found")
