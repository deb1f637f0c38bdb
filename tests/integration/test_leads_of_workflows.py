"""/v1/leads of workflows: created, listed, decided and waiting."""

from collections.abc import Iterator
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import batch_get
from outrider.kit.counters import total
from outrider.leads.models import LeadDraft
from outrider.leads.wiring import lead_repository
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points

ADA = {"email": "ada@acme.example", "title": "CTO"}
CTO = {"titles": ["cto"]}
KEY = {"idempotency-key": "lead-1"}


@pytest.fixture
def workflow(api: Api) -> str:
    return a_workflow(api)


def a_workflow(api: Api) -> str:
    answer = api.post("/v1/workflows", {"name": "First", "stages": ["research", "qualify"]})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def a_lead(api: Api, workflow_id: str, **given: Any) -> Any:
    answer = api.post("/v1/leads", {**ADA, **given, "workflow_id": workflow_id})
    assert answer.status == 201, answer.text
    return answer.json


def pending(api: Api, workflow_id: str) -> int:
    leads = lead_repository(WorkspaceId(api.workspace().id))
    return total(batch_get(leads.pending(workflow_id).keys()).values(), "pending")


def changed(api: Api, lead_id: str, **changes: Any) -> None:
    """Change a lead as a worker of its workflow does."""
    leads = lead_repository(WorkspaceId(api.workspace().id))
    lead = leads.get(lead_id)
    assert lead is not None
    leads.change(lead, lead.changed(**changes), [])


class TestCreate:
    def test_waits_for_the_next_run(self, api: Api, cloud: Cloud, workflow: str) -> None:
        lead = a_lead(api, workflow)
        alone = api.post("/v1/leads", {"contact_id": lead["contact_id"]}).json

        assert (lead["workflow_id"], lead["status"], lead["waits_for"]) == (workflow, "new", "run")
        assert (alone["workflow_id"], alone["waits_for"]) == (None, None)
        assert api.get(f"/v1/leads/{lead['id']}").json == lead
        assert pending(api, workflow) == 1
        cloud.drain()
        created = api.get("/v1/events?type=lead.created").json["data"]
        assert [each["data"].get("workflow_id") for each in created] == [workflow, None]

    def test_is_refused_for_a_contact_that_is_in_the_workflow(
        self, api: Api, workflow: str
    ) -> None:
        lead = a_lead(api, workflow)

        again = api.post("/v1/leads", {**ADA, "workflow_id": workflow})

        assert (again.status, again.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert lead["id"] in again.json["detail"]
        assert pending(api, workflow) == 1

    def test_needs_a_workflow_that_is_there(self, api: Api, workflow: str) -> None:
        api.delete(f"/v1/workflows/{workflow}")

        for gone in (workflow, "wfl_x", ""):
            assert api.post("/v1/leads", {**ADA, "workflow_id": gone}).status == 404
        assert api.get("/v1/contacts").json["data"] == []

    def test_is_refused_when_the_workflow_goes_meanwhile(
        self, api: Api, cloud: Cloud, workflow: str
    ) -> None:
        delete = f"/v1/workflows/{workflow}"

        with cloud.wire.once_after("GetItem", lambda: api.delete(delete)):
            answer = api.post("/v1/leads", {**ADA, "workflow_id": workflow})

        assert answer.status == 404
        assert api.get("/v1/leads").json["data"] == []

    @pytest.mark.parametrize(("number", "when"), crash_points(8))
    def test_that_crashes_makes_one_lead_when_it_is_repeated(
        self, api: Api, cloud: Cloud, workflow: str, number: int, when: When
    ) -> None:
        body = {**ADA, "workflow_id": workflow}
        with cloud.wire.crash_at(number, when):
            api.post("/v1/leads", body, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = api.post("/v1/leads", body, headers=KEY)

        assert answer.status == 201
        assert [lead["id"] for lead in api.get("/v1/leads").json["data"]] == [answer.json["id"]]
        assert pending(api, workflow) == 1


class TestByHand:
    def test_is_researched_and_scored_without_leaving_its_stage(self, api: Api) -> None:
        key = api.workspace().key("test")
        body = {"name": "First", "stages": ["research"], "settings": {"profile": CTO}}
        workflow = api.post("/v1/workflows", body, key=key).json["id"]
        lead = api.post("/v1/leads", {**ADA, "workflow_id": workflow}, key=key).json
        path = f"/v1/leads/{lead['id']}"

        found = api.post(f"{path}/research", key=key)
        scored = api.post(f"{path}/qualify", key=key).json

        assert (found.status, found.json["outcome"]) == (200, "found")
        assert (scored["score"], scored["status"]) == (100, "researched")
        assert scored["waits_for"] == "run"


class TestDecision:
    def test_takes_the_lead_out_of_its_workflow_and_back(
        self, api: Api, cloud: Cloud, workflow: str
    ) -> None:
        path = f"/v1/leads/{a_lead(api, workflow)['id']}"

        out = api.patch(path, {"status": "disqualified", "status_reason": "A competitor"}).json
        waiting = pending(api, workflow)
        back = api.patch(path, {"status": "new"}).json

        assert (out["status"], out["waits_for"], waiting) == ("disqualified", None, 0)
        assert (back["status"], back["waits_for"]) == ("new", "run")
        assert back["status_reason"] is back["decided_at"] is None
        assert pending(api, workflow) == 1
        cloud.drain()
        assert len(api.get("/v1/events?type=lead.disqualified").json["data"]) == 1

    def test_is_left_to_the_workflow_otherwise(self, api: Api, workflow: str) -> None:
        lead = a_lead(api, workflow)
        path = f"/v1/leads/{lead['id']}"

        answers = [api.patch(path, {"status": each}) for each in ("qualified", "researched")]
        changed(api, lead["id"], status="qualified", stage=None, enrollment_id="enr_1")
        enrolled = [api.patch(path, {"status": each}) for each in ("new", "disqualified")]
        noted = api.patch(path, {"notes": "Call first"})

        assert [each.status for each in answers + enrolled] == [409] * 4
        assert "disqualified" in answers[0].json["detail"]
        assert "enr_1/stop" in enrolled[0].json["detail"]
        assert (noted.status, noted.json["waits_for"]) == (200, "email")

    def test_begins_again_only_with_a_workflow_that_is_there(self, api: Api, workflow: str) -> None:
        lead = a_lead(api, workflow)
        api.delete(f"/v1/workflows/{workflow}")

        answer = api.patch(f"/v1/leads/{lead['id']}", {"status": "new"})

        assert answer.status == 404
        assert api.get(f"/v1/leads/{lead['id']}").json["waits_for"] == "deletion"


class TestList:
    @pytest.fixture
    def leads(self, api: Api, workflow: str) -> dict[str, str]:
        """Ids of leads by name: four of the workflow, with these statuses and scores, one of
        another workflow, and one without."""
        made = {}
        for name, title in (("ada", "Sales"), ("bo", "CTO"), ("cy", "Sales"), ("di", "Sales")):
            body = {"email": f"{name}@acme.example", "first_name": name, "title": title}
            made[name] = a_lead(api, workflow, **body)["id"]
        api.put("/v1/profile", {"titles": ["sales"]})
        for name, status in (("ada", "qualified"), ("bo", "qualified"), ("cy", "disqualified")):
            api.post(f"/v1/leads/{made[name]}/qualify")
            changed(api, made[name], status=status, stage=None)
        elsewhere = a_lead(api, a_workflow(api), email="eve@acme.example", first_name="eve")
        made["eve"] = elsewhere["id"]
        contact = api.get(f"/v1/leads/{made['ada']}").json["contact_id"]
        made["ada alone"] = api.post("/v1/leads", {"contact_id": contact}).json["id"]
        return made

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["di", "cy", "bo", "ada"]),
            ("sort=created_at", ["ada", "bo", "cy", "di"]),
            ("status=qualified", ["bo", "ada"]),
            ("status=qualified&min_score=50", ["ada"]),
            ("status=qualified&sort=-score", ["ada", "bo"]),
            ("sort=-score", ["cy", "ada", "bo"]),
            ("sort=score&min_score=1", ["ada", "cy"]),
            ("search=ada", ["ada"]),
            ("search=sales&status=new&sort=created_at", ["di"]),
            ("search=acme&sort=-score&min_score=100&status=disqualified", ["cy"]),
            ("contact_id={contact}", ["ada"]),
            ("contact_id={contact}&status=new", []),
            ("contact_id={contact}&sort=-score&min_score=100", ["ada"]),
            ("created_after=2020-01-01T00:00:00Z&status=new", ["di"]),
            ("created_after=2999-01-01T00:00:00Z&sort=-score", []),
        ],
    )
    def test_combines_filters_and_orders(
        self, api: Api, workflow: str, leads: dict[str, str], query: str, names: list[str]
    ) -> None:
        contact = api.get(f"/v1/leads/{leads['ada']}").json["contact_id"]
        query = query.format(contact=contact)
        of_workflow = f"workflow_id={workflow}&{query}"

        found = api.get(f"/v1/leads?{of_workflow}").json["data"]
        pages, cursor = [], ""
        while True:
            page = api.get(f"/v1/leads?limit=1&{of_workflow}{cursor}").json
            pages += page["data"]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"

        assert [each["id"] for each in found] == [leads[name] for name in names]
        assert pages == found

    def test_lists_all_leads_of_a_contact(self, api: Api, leads: dict[str, str]) -> None:
        contact = api.get(f"/v1/leads/{leads['ada']}").json["contact_id"]

        found = api.get(f"/v1/leads?contact_id={contact}").json["data"]

        assert [each["id"] for each in found] == [leads["ada alone"], leads["ada"]]

    def test_reads_a_page_of_an_index_and_no_more(
        self, api: Api, cloud: Cloud, workflow: str, leads: dict[str, str]
    ) -> None:
        with cloud.wire.recording() as calls:
            api.get(f"/v1/leads?workflow_id={workflow}&status=qualified")

        assert [each.operation for each in calls][1:] == ["Query"] + ["BatchGetItem"] * 3

    def test_ends_a_page_before_it_is_too_large_to_return(
        self, api: Api, workflow: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With a lower limit, because moto counts what an index does not have towards its 1 MB."""
        monkeypatch.setattr("outrider.leads.lists._MOST_BYTES", 100_000)
        draft = LeadDraft(
            subject="Hello",
            text="é" * 15_000,
            mailbox_id="mbx_1",
            step_id="stp_1",
            made_at="2026-01-01T00:00:00.000Z",
            hash="0" * 64,
        )
        made = {a_lead(api, workflow, email=f"p{number}@acme.example")["id"] for number in range(7)}
        for lead_id in made:
            changed(api, lead_id, status="review", stage=None, draft=draft)

        pages = list(paged(api, f"/v1/leads?workflow_id={workflow}&status=review&limit=200"))

        assert [len(page.json["data"]) for page in pages] == [3, 3, 1]
        assert {lead["id"] for page in pages for lead in page.json["data"]} == made


def paged(api: Api, path: str) -> Iterator[Answer]:
    """All pages of a list."""
    cursor = ""
    while True:
        page = api.get(path + cursor)
        yield page
        if not page.json["has_more"]:
            return
        cursor = f"&cursor={page.json['next_cursor']}"
