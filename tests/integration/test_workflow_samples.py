"""The sample events of runs of workflows."""

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox
from tests.integration.running_workflows import a_lead, a_workflow, run, statuses
from tests.integration.samples import (
    WORKFLOW_CONTACT,
    WORKFLOW_QUALIFY,
    WORKFLOW_RESEARCH,
    WORKFLOW_ROUND,
    WORKFLOWS_CHECK,
)


def test_check_starts_a_clock_that_stands_still(api: Api, cloud: Cloud) -> None:
    workflow = a_workflow(api, "qualify")
    run(api, workflow)
    cloud.clock.advance(minutes=10)

    answer = WORKFLOWS_CHECK.invoke(cloud)

    assert answer["started"] >= 1
    assert f"{workflow}-2" in cloud.executions.all


def test_round_queues_what_is_due(api: Api, cloud: Cloud) -> None:
    workflow = a_workflow(api, "research")
    lead = a_lead(api, workflow, "ada@acme.example")
    run(api, workflow)
    cloud.clock.advance(minutes=1)

    answer = WORKFLOW_ROUND.invoke(cloud, workspace=api.workspace().id, workflow=workflow)

    assert (answer["next"], answer["round"], answer["queued"]) == ("wait", 1, 1)
    (queued,) = cloud.queue("ResearchQueue").messages
    assert queued.json["lead_id"] == lead


def test_leads_go_on_once(api: Api, cloud: Cloud) -> None:
    workflow = a_workflow(api, "research", "qualify")
    lead = a_lead(api, workflow, "ada@gmail.com")
    run(api, workflow)

    for sample in (WORKFLOW_RESEARCH, WORKFLOW_RESEARCH, WORKFLOW_QUALIFY, WORKFLOW_QUALIFY):
        answer = sample.invoke(cloud, workspace=api.workspace().id, workflow=workflow, lead=lead)
        assert answer == {"batchItemFailures": []}

    assert statuses(api, workflow) == {"qualified": 1}


def test_lead_is_drafted_once(api: Api, cloud: Cloud) -> None:
    a_mailbox(api)
    workflow = a_workflow(api, "contact")
    lead = a_lead(api, workflow, "ada@acme.example")
    run(api, workflow)

    for _ in range(2):
        answer = WORKFLOW_CONTACT.invoke(
            cloud, workspace=api.workspace().id, workflow=workflow, lead=lead
        )
        assert answer == {"batchItemFailures": []}

    assert statuses(api, workflow) == {"review": 1}
