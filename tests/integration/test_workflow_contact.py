"""The last stage of workflows: drafts for review, approvals, enrollments."""

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import transact
from outrider.workflows.runs.clock_wiring import run_repository
from outrider.workflows.stages.worker import LEASE
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.running_workflows import (
    a_lead,
    a_workflow,
    leads_of,
    run,
    statuses,
    the_run,
    told,
)

GRACE = "grace@acme.example"


@pytest.fixture(autouse=True)
def _a_mailbox(api: Api) -> None:
    a_mailbox(api)


class TestReview:
    def test_holds_each_lead_with_its_draft(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", "contact")
        lead = a_lead(api, workflow, GRACE, first_name="Grace")

        run(api, workflow)
        cloud.run(hours=1)

        waiting = api.get(f"/v1/leads/{lead}").json
        assert (waiting["status"], "Hi Grace" in waiting["draft"]["text"]) == ("review", True)
        assert cloud.mails() == []
        done = the_run(api, workflow)
        assert (done["status"], done["counts"]["review"]) == ("completed", 1)

    def test_sends_what_was_approved_between_two_runs(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", "contact")
        lead = a_lead(api, workflow, GRACE, first_name="Grace")
        run(api, workflow)
        cloud.run(hours=1)
        draft = api.get(f"/v1/leads/{lead}").json["draft"]

        approved = api.post(f"/v1/leads/{lead}/approve", {"draft_hash": draft["hash"]})
        cloud.run(hours=1)

        assert approved.status == 200, approved.text
        (mail,) = cloud.mails()
        assert (mail.recipients, mail.message["Subject"]) == ([GRACE], draft["subject"])
        assert statuses(api, workflow) == {"contacted": 1}
        done = the_run(api, workflow)
        assert (done["number"], done["counts"]["enrolled"], done["progress"]["done"]) == (1, 1, 1)
        assert len(told(cloud, api, "lead.contacted")) == 1

    def test_sends_what_was_approved_also_if_its_worker_died(self, api: Api, cloud: Cloud) -> None:
        """Between two runs no dispatcher looks after leads whose message is gone."""
        workflow = a_workflow(api, "qualify", "contact")
        lead_id = a_lead(api, workflow, GRACE)
        run(api, workflow)
        cloud.run(hours=1)
        api.post(f"/v1/leads/{lead_id}/approve")
        lead = leads_of(api).get(lead_id)
        assert lead is not None
        leads_of(api).claim(lead, LEASE)

        cloud.run(hours=1)

        assert statuses(api, workflow) == {"contacted": 1}
        assert len(cloud.mails()) == 1

    def test_of_a_rejected_lead_is_not_sent_by_who_enrolls_it(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", "contact")
        lead = a_lead(api, workflow, GRACE)
        run(api, workflow)
        cloud.run(hours=1)
        api.post(f"/v1/leads/{lead}/approve")
        cloud.carry_until("ContactQueue")
        records = cloud.take("ContactQueue", 1)

        with cloud.wire.once_after("PutItem", lambda: api.post(f"/v1/leads/{lead}/reject")):
            cloud.invoke("workflows_contact", records)
        cloud.run(hours=1)

        assert (statuses(api, workflow), cloud.mails()) == ({"disqualified": 1}, [])

    def test_waits_while_the_workflow_is_paused(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", "contact")
        lead = a_lead(api, workflow, GRACE)
        run(api, workflow)
        cloud.run(hours=1)
        run(api, workflow)
        api.post(f"/v1/workflows/{workflow}/pause")
        api.post(f"/v1/leads/{lead}/approve")
        cloud.run(hours=1)
        before = len(cloud.mails())

        api.post(f"/v1/workflows/{workflow}/resume")
        cloud.run(hours=1)

        assert (before, len(cloud.mails())) == (0, 1)

    def test_of_a_message_that_cannot_be_made_ends_the_lead(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify", "contact")
        lead = a_lead(api, workflow, GRACE)
        sequence = api.get(f"/v1/workflows/{workflow}").json["sequence_id"]
        step = {**STEP_ONE, "text": "Hi {{ custom.nick }}"}
        put = api.put(f"/v1/sequences/{sequence}/steps", {"steps": [step]})
        assert put.status == 200, put.text

        run(api, workflow)
        cloud.run(hours=1)

        assert api.get(f"/v1/leads/{lead}").json["failure"]["code"] == "missing_value"


class TestAutomatic:
    @pytest.mark.parametrize("first", ["research", "qualify"])
    def test_writes_to_leads_as_soon_as_they_have_come_to_it(
        self, api: Api, cloud: Cloud, first: str
    ) -> None:
        workflow = a_workflow(api, first, "contact", auto_review=True)
        for name in ("ada", "bob"):
            a_lead(api, workflow, f"{name}@acme.example")

        run(api, workflow)
        cloud.run(hours=0.004)
        assert the_run(api, workflow)["counts"]["enrolled"] == 2, "not only in the next round"
        cloud.run(hours=1)

        assert statuses(api, workflow) == {"contacted": 2}
        assert the_run(api, workflow)["counts"]["enrolled"] == 2
        assert sorted(mail.recipients[0] for mail in cloud.mails()) == [
            "ada@acme.example",
            "bob@acme.example",
        ]

    def test_leaves_out_who_must_not_be_written_to(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "contact", auto_review=True)
        lead = a_lead(api, workflow, GRACE)
        api.post("/v1/suppressions", {"address": GRACE, "reason": "manual"})

        run(api, workflow)
        cloud.run(hours=1)

        assert api.get(f"/v1/leads/{lead}").json["failure"]["code"] == "suppressed"
        assert the_run(api, workflow)["errors"] == {"suppressed": 1}

    def test_needs_a_mailbox_that_can_send(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "contact", mailbox_pool="pool_default")
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "paused"})

        refused = api.post(f"/v1/workflows/{workflow}/run")

        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert api.get(f"/v1/workflows/{workflow}/runs").json["data"] == []


class TestPause:
    def test_pauses_and_resumes_the_campaign(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "contact")
        run(api, workflow)
        campaign = api.get(f"/v1/workflows/{workflow}").json["campaign_id"]

        found = []
        for what in ("pause", "resume"):
            assert api.post(f"/v1/workflows/{workflow}/{what}").status == 200
            found.append(api.get(f"/v1/campaigns/{campaign}").json)

        assert [each["status"] for each in found] == ["paused", "active"]
        assert found[0]["paused_reason"] == "workflow"

    def test_pauses_the_campaign_of_a_run_that_paused_for_credits(
        self, api: Api, cloud: Cloud
    ) -> None:
        workflow = a_workflow(api, "contact")
        run(api, workflow)
        paused_for_credits(api, workflow)

        paused = api.post(f"/v1/workflows/{workflow}/pause").json

        campaign = f"/v1/campaigns/{paused['campaign_id']}"
        assert (paused["paused_reason"], api.get(campaign).json["status"]) == ("person", "paused")
        api.post(f"/v1/workflows/{workflow}/resume")
        assert api.get(campaign).json["status"] == "active"


def paused_for_credits(api: Api, workflow_id: str) -> None:
    runs = run_repository(WorkspaceId(api.workspace().id))
    workflow = runs.workflows.require(workflow_id)
    number = runs.require_number(workflow_id, workflow.run)
    transact(
        runs.workflows.change_action(
            workflow, workflow.changed(status="paused", paused_reason="credits")
        ),
        runs.change_action(number, number.turned("paused")),
    )
