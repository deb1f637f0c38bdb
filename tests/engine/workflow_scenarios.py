"""What the handlers of workflows are given, and what comes of it wherever they die."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.wiring import credits
from tests.engine.invariants import Books
from tests.engine.scenarios import KEY
from tests.engine.sweep import Deliver, Scenario
from tests.engine.workflow_books import WorkflowBooks, wrong_in_workflows_at_rest
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox
from tests.integration.running_workflows import PROFILE, SALES, a_lead, a_workflow, run

Check = Callable[[Cloud, Books], None]


def ended(
    statuses: dict[str, int], counts: dict[str, int] | None = None, run_status: str = "completed"
) -> Check:
    """The leads have these statuses, the runs this one, and these counts; and nothing is wrong."""

    def check(cloud: Cloud, books: Books) -> None:
        found = WorkflowBooks(cloud, books.workspace)
        wrong = list(wrong_in_workflows_at_rest(found))
        assert not wrong, wrong
        reached = Counter(lead.status for lead in found.leads)
        assert reached == statuses, reached
        assert {each["status"] for each in found.runs} == {run_status}, found.runs
        counted = found.of_runs()
        assert {name: counted[name] for name in counts or {}} == (counts or {})

    return check


def a_stage(stage: str, website: str = "") -> Callable[[Cloud], Deliver]:
    """The worker of the stage gets one lead of two."""

    def build(cloud: Cloud) -> Deliver:
        stages = ["research", "qualify"][["research", "qualify"].index(stage) :]
        workflow = a_workflow(cloud.api, *stages, profile=PROFILE)
        company = cloud.api.post("/v1/companies", {"name": "Acme", "website": website or None})
        for name in ("ada", "bob"):
            linked = {"company_id": company.json["id"]} if website else {}
            a_lead(cloud.api, workflow, f"{name}@gmail.com", **SALES, **linked)
        run(cloud.api, workflow)
        cloud.drain()
        cloud.invoke("workflows_dispatch", _first_round(cloud, workflow))
        records = cloud.take(f"{stage.title()}Queue", 1)
        return lambda: cloud.invoke(f"workflows_{stage}", records)

    return build


def a_research_without_credits(website: str) -> Callable[[Cloud], Deliver]:
    """The worker gets a lead to research, and no credit is left until the run is resumed."""

    def build(cloud: Cloud) -> Deliver:
        deliver = a_stage("research", website)(cloud)
        ledger = credits(Caller.engine(WorkspaceId(cloud.api.workspace().id)))
        ledger.hold("cht_all", "chat", ledger.show().available)
        return deliver

    return build


def a_draft(cloud: Cloud) -> Deliver:
    """The worker gets a lead that a person has to approve."""
    _to_contact(cloud, auto_review=False)
    records = cloud.take("ContactQueue", 1)
    return lambda: cloud.invoke("workflows_contact", records)


def an_enrollment(cloud: Cloud) -> Deliver:
    """The worker gets a lead that is to be enrolled."""
    _to_contact(cloud, auto_review=True)
    records = cloud.take("ContactQueue", 1)
    return lambda: cloud.invoke("workflows_contact", records)


def an_approval(cloud: Cloud) -> Deliver:
    """Somebody approves a draft after the run."""
    _to_contact(cloud, auto_review=False)
    cloud.run(hours=0.1)
    (lead,) = cloud.api.get("/v1/leads").json["data"]
    return lambda: cloud.api.post(f"/v1/leads/{lead['id']}/approve", headers=KEY)


def an_approved_lead(cloud: Cloud) -> Deliver:
    """The worker gets a lead that was approved after the run."""
    an_approval(cloud)()
    cloud.carry_until("ContactQueue")
    records = cloud.take("ContactQueue", 1)
    return lambda: cloud.invoke("workflows_contact", records)


def a_round_of_leads(cloud: Cloud) -> Deliver:
    workflow = _with_leads(cloud, 3)
    run(cloud.api, workflow)
    cloud.drain()
    this = _first_round(cloud, workflow)
    return lambda: cloud.invoke("workflows_dispatch", this)


def a_round_without_leads(cloud: Cloud) -> Deliver:
    """The round that completes the run."""
    workflow = _with_leads(cloud, 2)
    run(cloud.api, workflow)
    this = _first_round(cloud, workflow)
    cloud.invoke("workflows_dispatch", this)
    cloud.drain()
    cloud.clock.advance(minutes=1)
    return lambda: cloud.invoke("workflows_dispatch", this)


def a_hand_over(cloud: Cloud) -> Deliver:
    """The execution has become long, and another one takes its place."""
    workflow = _with_leads(cloud, 1)
    run(cloud.api, workflow)
    cloud.drain()
    this = {**_first_round(cloud, workflow), "round": 500}
    return lambda: cloud.invoke("workflows_dispatch", this)


def a_request(method: str, what: str) -> Callable[[Cloud], Deliver]:
    """Somebody runs, pauses, resumes or deletes the workflow."""

    def build(cloud: Cloud) -> Deliver:
        workflow = _with_leads(cloud, 2)
        if what != "/run":
            run(cloud.api, workflow)
        if what == "/resume":
            cloud.api.post(f"/v1/workflows/{workflow}/pause")
            cloud.run(hours=0.1)
        path = f"/v1/workflows/{workflow}{what}"
        return lambda: cloud.api.request(method, path, headers=KEY)

    return build


def a_round_of_a_deleted(cloud: Cloud) -> Deliver:
    """The workflow was deleted, and its leads are to end."""
    workflow = _with_leads(cloud, 2)
    run(cloud.api, workflow)
    cloud.drain()
    cloud.api.delete(f"/v1/workflows/{workflow}")
    this = {**_first_round(cloud, workflow), "clock": 2}
    return lambda: cloud.invoke("workflows_dispatch", this)


def a_stopped_clock(cloud: Cloud) -> Deliver:
    workflow = _with_leads(cloud, 1)
    run(cloud.api, workflow)
    cloud.drain()
    cloud.executions.clear()
    cloud.clock.advance(minutes=6)
    return lambda: cloud.invoke("workflows_start", {})


def gone(cloud: Cloud, books: Books) -> None:
    """Nothing is left of the workflow, and each lead says so."""
    found = WorkflowBooks(cloud, books.workspace)
    assert not found.workflows
    assert not found.runs
    assert {lead.failure.code for lead in found.leads if lead.failure} == {"workflow_deleted"}
    assert {lead.status for lead in found.leads} == {"failed"}
    assert not [item for item in found.items if item["sk"].startswith("count#")]


def written_to(cloud: Cloud, books: Books) -> None:
    """The lead was enrolled once and got one mail."""
    counts = {"entered": 1, "enrolled": 1, "done": 1}
    ended({"contacted": 1}, counts)(cloud, books)
    assert len(cloud.mails()) == len(books.enrollments) == 1
    assert books.told("lead.contacted", "lead_id").total() == 1


def paused(reason: str, statuses: dict[str, int]) -> Check:
    def check(cloud: Cloud, books: Books) -> None:
        ended(statuses, run_status="paused")(cloud, books)
        (workflow,) = WorkflowBooks(cloud, books.workspace).workflows
        assert (workflow["status"], workflow["paused_reason"]) == ("paused", reason)
        assert not cloud.executions.running()

    return check


def scenarios(website: str) -> list[Scenario]:
    scored, both = {"qualified": 2}, {"qualified": 2, "entered": 2, "done": 2}
    return [
        Scenario(
            "research",
            a_stage("research", website),
            ended(scored, {**both, "researched": 2, "credits": 1}),
            minutes=3,
        ),
        Scenario(
            "research_of_nothing",
            a_stage("research"),
            ended(scored, {**both, "not_researched": 2}),
            minutes=3,
        ),
        Scenario(
            "no_credits",
            a_research_without_credits(website),
            paused("credits", {"new": 2}),
            minutes=3,
        ),
        Scenario("qualify", a_stage("qualify"), ended(scored, both), minutes=3),
        Scenario("draft", a_draft, ended({"review": 1}, {"review": 1, "done": 1}), minutes=3),
        Scenario("enrollment", an_enrollment, written_to, minutes=20),
        Scenario("approval", an_approval, written_to, minutes=20),
        Scenario("approved", an_approved_lead, written_to, minutes=20),
        Scenario("round", a_round_of_leads, ended({"qualified": 3}, {"entered": 3})),
        Scenario("round_last", a_round_without_leads, ended(scored, both)),
        Scenario("round_long", a_hand_over, ended({"qualified": 1})),
        Scenario("run", a_request("POST", "/run"), ended(scored, both), minutes=2),
        Scenario("pause", a_request("POST", "/pause"), paused("person", {"new": 2}), minutes=2),
        Scenario("resume", a_request("POST", "/resume"), ended(scored, both), minutes=2),
        Scenario("delete", a_request("DELETE", ""), gone, minutes=2),
        Scenario("round_of_deleted", a_round_of_a_deleted, gone),
        Scenario("check", a_stopped_clock, ended({"qualified": 1}), minutes=6),
    ]


def _with_leads(cloud: Cloud, count: int) -> str:
    workflow = a_workflow(cloud.api, "qualify", profile=PROFILE)
    for number in range(count):
        a_lead(cloud.api, workflow, f"a{number}@acme.example", **SALES)
    return workflow


def _to_contact(cloud: Cloud, *, auto_review: bool) -> None:
    """A run has put the lead of a workflow into the queue of the last stage."""
    a_mailbox(cloud.api)
    workflow = a_workflow(cloud.api, "contact", auto_review=auto_review)
    a_lead(cloud.api, workflow, "ada@acme.example", **SALES)
    run(cloud.api, workflow)
    cloud.drain()
    cloud.invoke("workflows_dispatch", _first_round(cloud, workflow))


def _first_round(cloud: Cloud, workflow_id: str) -> dict[str, Any]:
    cloud.clock.advance(minutes=1)
    workspace = cloud.api.workspace().id
    return {"workspace": workspace, "workflow_id": workflow_id, "clock": 1, "round": 0}
