"""New scores of leads after a change of their profile."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.leads.models import Stage
from outrider.leads.rescoring import worker
from outrider.leads.rescoring.worker import RescoringWorker
from outrider.leads.wiring import lead_repository
from outrider.workflows.lead_wiring import rescoring_worker
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.test_reviewing_leads import pending
from tools import templates

SALES, FINANCE = {"titles": ["sales"]}, {"titles": ["finance"]}
ALL: list[Stage] = ["research", "qualify", "contact"]
WHEN = "2026-03-02T09:00:00.000Z"
APPROVED, LEASED = {"approved_at": WHEN}, {"lease_until": "2036-03-02T09:00:00.000Z"}
KEPT = ("qualified", "contact")


def qualified(api: Api, title: str, name: str = "ada") -> str:
    """A lead with a score."""
    body = {"email": f"{name}@acme.example", "title": title}
    lead_id = str(api.post("/v1/leads", body).json["id"])
    api.post(f"/v1/leads/{lead_id}/qualify")
    return lead_id


def shown(api: Api, lead_id: str) -> tuple[int, str, float]:
    lead = api.get(f"/v1/leads/{lead_id}").json
    contact = api.get(f"/v1/contacts/{lead['contact_id']}").json
    return lead["score"], lead["status"], contact["fit_score"]


def decisions(api: Api, lead_id: str) -> list[str]:
    feed = api.get("/v1/events?limit=200&type=lead.*").json["data"]
    events = [each["event"] for each in feed if each["data"]["lead_id"] == lead_id]
    return [each for each in events if each != "lead.created"]


def settle(cloud: Cloud) -> None:
    cloud.drain()
    cloud.clock.advance(seconds=worker.SETTLE.total_seconds() + 1)
    cloud.drain()


def worker_of(api: Api) -> RescoringWorker:
    """The worker, which queues nothing."""
    return replace(rescoring_worker(WorkspaceId(api.workspace().id)), go_on=lambda *_: None)


class TestChangeOfTheProfile:
    def test_gives_leads_new_scores(self, api: Api, cloud: Cloud) -> None:
        api.put("/v1/profile", SALES)
        lost, won = qualified(api, "Sales", "ada"), qualified(api, "Finance", "bo")
        unscored = api.post("/v1/leads", {"email": "new@acme.example", "title": "Finance"}).json
        before = [shown(api, each) for each in (lost, won)]

        api.put("/v1/profile", FINANCE)
        cloud.drain()

        assert before == [(100, "qualified", 1), (0, "disqualified", 0)]
        assert [shown(api, each) for each in (lost, won)] == [
            (0, "disqualified", 0),
            (100, "qualified", 1),
        ]
        assert api.get(f"/v1/leads/{unscored['id']}").json["score"] is None
        cloud.drain()
        assert decisions(api, lost) == ["lead.qualified", "lead.disqualified"]
        assert decisions(api, won) == ["lead.disqualified", "lead.qualified"]

    def test_scores_what_is_known_of_the_company(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/companies", {"domain": "acme.example", "industry": "Anvils"})
        api.put("/v1/profile", SALES)
        won, lost = qualified(api, "Gardener"), qualified(api, "Sales", "bo")
        other = api.get(f"/v1/leads/{lost}").json["contact_id"]
        api.patch(f"/v1/contacts/{other}", {"company_id": None})
        cloud.drain()
        before = shown(api, won)

        api.put("/v1/profile", {"industries": ["anvils"]})
        cloud.drain()

        assert before[:2] == (0, "disqualified")
        assert shown(api, won) == (100, "qualified", 1)
        assert shown(api, lost)[:2] == (0, "disqualified")

    def test_shows_how_far_the_scores_have_come(self, api: Api, cloud: Cloud) -> None:
        never = api.get("/v1/profile").json["rescoring"]
        qualified(api, "Sales")

        begun = api.put("/v1/profile", SALES).json
        same = api.get("/v1/profile").json
        cloud.drain()

        done = api.get("/v1/profile").json["rescoring"]
        assert (never, same) == (None, begun)
        assert (begun["rescoring"]["status"], begun["rescoring"]["total"]) == ("running", None)
        assert (done["status"], done["checked"], done["total"]) == ("completed", 1, 1)

    def test_keeps_what_a_person_decided(self, api: Api, cloud: Cloud) -> None:
        lead_id = qualified(api, "Sales")
        body = {"status": "qualified", "status_reason": "Asked for a call"}
        decided = api.patch(f"/v1/leads/{lead_id}", body).json

        api.put("/v1/profile", FINANCE)
        cloud.drain()

        after = api.get(f"/v1/leads/{lead_id}").json
        assert (after["score"], after["status"]) == (0, "qualified")
        assert after["decided_at"] == decided["decided_at"] is not None

    def test_keeps_a_fit_score_that_is_not_from_the_lead(self, api: Api, cloud: Cloud) -> None:
        lead_id = qualified(api, "Sales")
        contact_id = api.get(f"/v1/leads/{lead_id}").json["contact_id"]
        api.patch(f"/v1/contacts/{contact_id}", {"fit_score": 0.4})

        api.put("/v1/profile", FINANCE)
        cloud.drain()

        assert shown(api, lead_id) == (0, "disqualified", 0.4)

    def test_goes_on_after_each_page(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "PAGE", 2)
        leads = [qualified(api, "Sales", f"p{number}") for number in range(5)]
        api.put("/v1/profile", FINANCE)

        scores = worker_of(api)
        outcomes = [scores.run(None, lambda: False) for _ in range(4)]

        assert outcomes == [
            "to be continued",
            "to be continued",
            "completed",
            "waits for the second pass",
        ]
        assert {shown(api, each)[:2] for each in leads} == {(0, "disqualified")}
        assert api.get("/v1/profile").json["rescoring"]["checked"] == 5

    def test_counts_for_the_newest_profile(self, api: Api, cloud: Cloud) -> None:
        lead_id = qualified(api, "Sales")

        for profile in (FINANCE, SALES, FINANCE):
            api.put("/v1/profile", profile)
        settle(cloud)

        assert shown(api, lead_id) == (0, "disqualified", 0)

    def test_reaches_what_was_scored_by_the_earlier_profile_meanwhile(
        self, api: Api, cloud: Cloud
    ) -> None:
        """A request reads the profile, which then changes, and writes when the worker is done."""
        api.put("/v1/profile", SALES)
        lead = api.post("/v1/leads", {"email": "ada@acme.example", "title": "Sales"}).json

        def change() -> None:
            api.put("/v1/profile", FINANCE)
            cloud.drain()

        with cloud.wire.once_after("GetItem", change):
            api.post(f"/v1/leads/{lead['id']}/qualify")
        settle(cloud)

        assert shown(api, lead["id"]) == (0, "disqualified", 0)

    def test_waits_longer_than_any_function_runs(self) -> None:
        functions = templates.resources(
            templates.load("template.yaml"), "AWS::Serverless::Function"
        )
        longest = max(each["Properties"].get("Timeout", 29) for each in functions.values())

        assert timedelta(seconds=longest) < worker.SETTLE

    @pytest.mark.parametrize(("number", "when"), crash_points(24))
    def test_comes_to_the_same_when_the_worker_crashes(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        api.put("/v1/profile", SALES)
        leads = [qualified(api, title, title.lower()) for title in ("Sales", "Finance")]
        settle(cloud)
        api.put("/v1/profile", FINANCE)

        with cloud.wire.crash_at(number, when):
            cloud.drain(tolerate_failures=True)
        settle(cloud)

        assert [shown(api, each) for each in leads] == [
            (0, "disqualified", 0),
            (100, "qualified", 1),
        ]
        assert [len(decisions(api, each)) for each in leads] == [2, 2]
        done = api.get("/v1/profile").json["rescoring"]
        assert (done["status"], done["checked"], done["total"]) == ("completed", 2, 2)


def a_workflow(api: Api, stages: list[Stage], **settings: Any) -> str:
    body = {"name": "First", "stages": stages, "settings": settings}
    answer = api.post("/v1/workflows", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


class TestLeadOfAWorkflow:
    @pytest.mark.parametrize(
        ("changed", "score", "status"),
        [
            ({"profile": FINANCE}, 0, "disqualified"),
            ({"threshold": 40}, 57, "qualified"),
            ({"profile": None}, 100, "qualified"),
        ],
        ids=str,
    )
    def test_gets_a_new_score_when_its_workflow_is_changed(
        self, api: Api, cloud: Cloud, changed: dict[str, Any], score: int, status: str
    ) -> None:
        profile = {"titles": ["sales"], "countries": ["DE"]}
        workflow_id = a_workflow(api, ["qualify"], profile=profile)
        body = {"email": "ada@acme.example", "title": "Sales", "workflow_id": workflow_id}
        lead_id = api.post("/v1/leads", body).json["id"]
        before = api.post(f"/v1/leads/{lead_id}/qualify").json
        leads = lead_repository(WorkspaceId(api.workspace().id))
        lead = leads.get(lead_id)
        assert lead is not None
        leads.change(lead, lead.at_stage(None, status="disqualified"), [])
        alone = qualified(api, "Sales", "bo")

        answer = api.patch(f"/v1/workflows/{workflow_id}", {"settings": changed})
        cloud.drain()

        assert (before["score"], answer.status) == (57, 200)
        assert shown(api, lead_id)[:2] == (score, status)
        assert shown(api, alone)[0] == 100
        (event,) = api.get("/v1/events?type=profile.updated").json["data"]
        assert event["data"] == {"workflow_id": workflow_id}
        assert answer.json["rescoring"]["status"] == "running"
        done = api.get(f"/v1/workflows/{workflow_id}").json["rescoring"]
        assert (done["status"], done["checked"], done["total"]) == ("completed", 1, 1)

    def test_keeps_its_score_when_other_settings_are_changed(self, api: Api, cloud: Cloud) -> None:
        workflow_id = a_workflow(api, ["qualify"])

        answer = api.patch(f"/v1/workflows/{workflow_id}", {"name": "Second"})
        cloud.drain()

        assert answer.json["rescoring"] is None
        assert api.get("/v1/events?type=profile.updated").json["data"] == []

    @pytest.mark.parametrize(
        ("stages", "title", "before", "after"),
        [
            (["qualify"], "Sales", {"status": "qualified"}, ("disqualified", None)),
            (["qualify"], "Finance", {"status": "disqualified"}, ("qualified", None)),
            (ALL, "Finance", {"status": "disqualified"}, ("researched", "qualify")),
            (ALL, "Sales", {"status": "qualified", "stage": "contact"}, ("disqualified", None)),
            (ALL, "Sales", {"status": "qualified", "stage": "contact", **APPROVED}, KEPT),
            (
                ALL,
                "Sales",
                {"status": "qualified", "stage": "contact", **LEASED},
                ("disqualified", None),
            ),
            (ALL, "Sales", {"status": "qualified", "enrollment_id": "enr_1"}, ("qualified", None)),
            (ALL, "Sales", {"status": "review"}, ("review", None)),
            (ALL, "Sales", {"status": "contacted"}, ("contacted", None)),
            (ALL, "Finance", {"status": "failed"}, ("failed", None)),
        ],
        ids=str,
    )
    def test_goes_another_way_only_where_nothing_was_begun(
        self,
        api: Api,
        cloud: Cloud,
        *,
        stages: list[Stage],
        title: str,
        before: dict[str, Any],
        after: tuple[str, Stage | None],
    ) -> None:
        leads = lead_repository(WorkspaceId(api.workspace().id))
        workflow_id = a_workflow(api, stages, profile=FINANCE)
        lead = leads.get(qualified(api, title))
        assert lead is not None
        leads.change(lead, lead.changed(workflow_id=workflow_id, staged_at=WHEN, **before), [])
        api.put("/v1/profile", {"titles": ["nobody"]})

        settle(cloud)

        now = leads.get(lead.id)
        assert now is not None
        assert now.score is not None
        assert (now.status, now.stage) == after
        assert now.score.score == (100 if title == "Finance" else 0)
        assert pending(api, workflow_id) == (after[1] is not None)
