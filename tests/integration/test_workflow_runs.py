"""Runs of workflows: leads go through research and qualification, and each run says what it did."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.wiring import credits
from outrider.research.service import ResearchService
from outrider.research.site.looking import SiteLookup
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.running_workflows import (
    OTHER,
    PROFILE,
    SALES,
    a_lead,
    a_workflow,
    run,
    statuses,
    the_run,
    told,
)
from tests.websites import Website, page, website

HOME = page("<title>Acme</title><p>Anvils</p>")


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Website]:
    with cloud.environment(STAGE="local"), website({"/": HOME}) as opened:
        yield opened


@pytest.fixture
def sites() -> Iterator[list[Website]]:
    with website({"/": HOME}) as one, website({"/": HOME}) as other:
        yield [one, other]


class TestRun:
    def test_researches_and_scores_each_lead(self, api: Api, cloud: Cloud, site: Website) -> None:
        company = api.post("/v1/companies", {"name": "Acme", "website": site.url}).json["id"]
        workflow = a_workflow(api, "research", "qualify", profile=PROFILE)
        for number, contact in enumerate((SALES, SALES, OTHER)):
            a_lead(api, workflow, f"a{number}@acme.example", company_id=company, **contact)

        started = run(api, workflow)
        cloud.run(hours=1)

        assert statuses(api, workflow) == {"qualified": 2, "disqualified": 1}
        done = the_run(api, workflow)
        assert done["status"] == "completed"
        assert {name: n for name, n in done["counts"].items() if n} == {
            "entered": 3,
            "researched": 3,
            "qualified": 2,
            "disqualified": 1,
            "credits": 1,
        }
        assert done["progress"] == {"pending": 0, "done": 3, "percent": 100}
        assert api.get(f"/v1/workflows/{workflow}").json["status"] == "idle"
        ids = {"workflow_id": workflow, "run_id": started["run"]["id"]}
        assert told(cloud, api, "workflow.started") == [{**ids, "pending": 3}]
        assert told(cloud, api, "workflow.completed") == [{**ids, **done["counts"]}]
        assert len(told(cloud, api, "lead.qualified")) == 2

    def test_goes_on_with_what_is_known_where_nothing_can_be_researched(
        self, api: Api, cloud: Cloud
    ) -> None:
        workflow = a_workflow(api, "research", "qualify")
        a_lead(api, workflow, "ada@gmail.com")

        run(api, workflow)
        cloud.run(hours=1)

        assert statuses(api, workflow) == {"qualified": 1}
        done = the_run(api, workflow)
        assert (done["counts"]["not_researched"], done["counts"]["researched"]) == (1, 0)
        assert done["not_researched"] == {"nothing_to_research": 1}

    def test_fails_a_lead_of_which_research_is_all_that_is_wanted(
        self, api: Api, cloud: Cloud
    ) -> None:
        workflow = a_workflow(api, "research")
        lead = a_lead(api, workflow, "ada@gmail.com")

        run(api, workflow)
        cloud.run(hours=1)

        assert api.get(f"/v1/leads/{lead}").json["failure"]["code"] == "nothing_to_research"
        assert the_run(api, workflow)["errors"] == {"nothing_to_research": 1}

    def test_estimates_what_it_costs_and_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "research", "qualify")
        for number in range(3):
            a_lead(api, workflow, f"a{number}@acme.example")

        with cloud.writes() as written:
            answer = run(api, workflow, dry_run=True)

        assert (answer["dry_run"], answer["run"], written) == (True, None, [])
        assert answer["estimate"] == {
            "pending": 3,
            "stages": {"research": 3, "qualify": 0},
            "most_credits": 3,
        }

    def test_is_refused_while_one_is_under_way(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        run(api, workflow)

        again = api.post(f"/v1/workflows/{workflow}/run")
        api.post(f"/v1/workflows/{workflow}/pause")
        paused = api.post(f"/v1/workflows/{workflow}/run")

        assert (again.status, paused.status) == (409, 409)
        assert "/resume" in paused.json["detail"]

    def test_takes_in_leads_that_come_meanwhile(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", profile=PROFILE)
        a_lead(api, workflow, "ada@acme.example")
        run(api, workflow)
        cloud.run(hours=0.001)
        a_lead(api, workflow, "bob@acme.example", **SALES)

        cloud.run(hours=1)

        assert statuses(api, workflow) == {"qualified": 1, "disqualified": 1}
        assert the_run(api, workflow)["number"] == 1

    def test_can_be_repeated_for_leads_that_came_later(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        a_lead(api, workflow, "ada@acme.example")
        run(api, workflow)
        cloud.run(hours=1)
        a_lead(api, workflow, "bob@acme.example")

        second = run(api, workflow)["run"]
        cloud.run(hours=1)

        runs = api.get(f"/v1/workflows/{workflow}/runs").json["data"]
        assert [each["counts"]["entered"] for each in runs] == [1, 1]
        assert api.get(f"/v1/workflows/{workflow}/runs/{second['id']}").json == runs[0]
        assert api.get(f"/v1/workflows/{a_workflow(api)}/runs/{second['id']}").status == 404


class TestPause:
    def test_holds_at_once_and_loses_nothing(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        for number in range(3):
            a_lead(api, workflow, f"a{number}@acme.example")
        run(api, workflow)

        paused = api.post(f"/v1/workflows/{workflow}/pause").json
        cloud.run(hours=1)

        assert (paused["status"], paused["paused_reason"]) == ("paused", "person")
        assert statuses(api, workflow) == {"new": 3}
        assert (the_run(api, workflow)["status"], cloud.executions.running()) == ("paused", [])
        api.post(f"/v1/workflows/{workflow}/resume")
        cloud.run(hours=1)
        assert statuses(api, workflow) == {"qualified": 3}
        assert len(told(cloud, api, "workflow.completed")) == 1

    def test_needs_a_run(self, api: Api) -> None:
        workflow = a_workflow(api, "qualify")

        for what in ("pause", "resume"):
            answer = api.post(f"/v1/workflows/{workflow}/{what}")
            assert (answer.status, "/run" in answer.json["detail"]) == (409, True)


class TestCredits:
    def test_that_end_pause_the_run_and_lose_nothing(
        self, api: Api, cloud: Cloud, site: Website, sites: list[Website]
    ) -> None:
        workflow = a_workflow(api, "research", "qualify")
        for number, each in enumerate([site, *sites]):
            body = {"name": f"A{number}", "website": each.url}
            company = api.post("/v1/companies", body).json["id"]
            a_lead(api, workflow, f"a@a{number}.example", company_id=company)
        ledger = credits(Caller.engine(WorkspaceId(api.workspace().id)))
        left = ledger.show().available - 1
        ledger.hold("cht_all", "chat", left)

        run(api, workflow)
        cloud.run(hours=0.1)

        stopped = api.get(f"/v1/workflows/{workflow}").json
        assert (stopped["status"], stopped["paused_reason"]) == ("paused", "credits")
        assert statuses(api, workflow) == {"new": 2, "researched": 1}
        (error,) = told(cloud, api, "workflow.error")
        assert (error["code"], error["credits"]) == ("insufficient_credits", 1)
        api.post(f"/v1/workflows/{workflow}/resume")
        cloud.run(hours=0.1)
        ledger.void("cht_all")
        api.post(f"/v1/workflows/{workflow}/resume")
        cloud.run(hours=1)
        assert statuses(api, workflow) == {"qualified": 3}
        assert len(told(cloud, api, "workflow.error")) == 1
        assert the_run(api, workflow)["counts"]["credits"] == 3


class TestFailingLead:
    def test_stops_no_other_and_says_why(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        poison, other = (a_lead(api, workflow, f"{name}@acme.example") for name in ("ada", "bob"))
        contact = api.get(f"/v1/leads/{poison}").json["contact_id"]

        def known(service: ResearchService, contact_id: str) -> Any:
            if contact_id == contact:
                raise ZeroDivisionError
            return whole(service, contact_id)

        whole = ResearchService.known
        run(api, workflow)
        with patch.object(ResearchService, "known", known):
            cloud.run(hours=0.01)
            assert api.get(f"/v1/leads/{other}").json["status"] == "qualified"
            cloud.run(hours=2)

        failed = api.get(f"/v1/leads/{poison}").json
        assert (failed["status"], failed["failure"]["code"]) == ("failed", "gave_up")
        assert "5 attempts" in failed["failure"]["detail"]
        assert the_run(api, workflow)["errors"] == {"gave_up": 1}
        assert the_run(api, workflow)["status"] == "completed"

    @pytest.mark.parametrize("failures", [1, 4, 5])
    def test_is_researched_later_and_paid_once(
        self, api: Api, cloud: Cloud, site: Website, failures: int
    ) -> None:
        company = api.post("/v1/companies", {"name": "Acme", "website": site.url}).json["id"]
        workflow = a_workflow(api, "research")
        lead = a_lead(api, workflow, "ada@acme.example", company_id=company)
        tried: list[datetime] = []
        whole = SiteLookup.look

        def look(looker: SiteLookup, *asked: Any) -> Any:
            tried.append(cloud.clock.now)
            if len(tried) <= failures:
                raise ZeroDivisionError
            return whole(looker, *asked)

        run(api, workflow)
        with patch.object(SiteLookup, "look", look):
            cloud.run(hours=2)

        found, counts = api.get(f"/v1/leads/{lead}").json, the_run(api, workflow)["counts"]
        waits = [round((after - before).total_seconds()) for before, after in pairwise(tried)]
        assert waits == [60, 300, 900, 900][:failures], "not only when the dispatcher finds it"
        paid = failures < 5
        assert found["status"] == ("researched" if paid else "failed")
        assert (found["failure"] or {}).get("code") == (None if paid else "gave_up")
        shown = api.get("/v1/credits").json
        assert (shown["spent"], shown["held"], counts["credits"]) == (paid, 0, paid)

    def test_of_a_contact_that_is_gone_ends(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        lead = a_lead(api, workflow, "ada@acme.example")
        run(api, workflow)
        api.delete(f"/v1/contacts/{api.get(f'/v1/leads/{lead}').json['contact_id']}")

        cloud.run(hours=1)

        assert the_run(api, workflow)["status"] == "completed"


class TestDelete:
    def test_ends_the_run_and_the_leads_under_way(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        leads = [a_lead(api, workflow, f"a{number}@acme.example") for number in range(3)]
        run(api, workflow)

        assert api.delete(f"/v1/workflows/{workflow}").status == 200
        gone = api.get(f"/v1/workflows/{workflow}/runs").status
        cloud.run(hours=1)

        assert gone == 404
        found = [api.get(f"/v1/leads/{lead}").json for lead in leads]
        assert {lead["failure"]["code"] for lead in found} == {"workflow_deleted"}
        assert cloud.executions.running() == []
        left = [item for item in cloud.items("leads") if workflow in f"{item['pk']}{item['sk']}"]
        assert [item["lead_id"] for item in left if not item["pk"].endswith("#lead")] == []
