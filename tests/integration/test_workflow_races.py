"""What others do to a workflow, its sequence or its contacts between the reads of a request and its
write."""

from dataclasses import replace

from outrider.access.models import WorkspaceId
from outrider.leads.wiring import lead_repository
from outrider.workflows.lead_wiring import rescoring_worker
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_workflow_leads import a_contact, add, pending, results
from tests.integration.test_workflows import a_workflow, campaign_of, sequence_of


class TestUpdate:
    def test_loses_no_change_made_at_the_same_time(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api)
        path = f"/v1/workflows/{workflow['id']}"

        with cloud.wire.once_after("BatchGetItem", lambda: api.patch(path, {"name": "Theirs"})):
            mine = api.patch(path, {"settings": {"threshold": 60}})

        assert (mine.json["name"], mine.json["settings"]["threshold"]) == ("Theirs", 60)
        assert api.get(path).json["version"] == 3

    def test_loses_no_setting_of_the_sequence(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api)
        sequence = f"/v1/sequences/{workflow['sequence_id']}"
        tracked = {"settings": {"track_clicks": True}}

        with cloud.wire.once_after("GetItem", lambda: api.patch(sequence, tracked)):
            api.patch(f"/v1/workflows/{workflow['id']}", {"settings": {"daily_limit": 7}})

        for followed in (campaign_of(api, workflow), sequence_of(api, workflow)):
            assert followed["settings"]["track_clicks"]
            assert followed["settings"]["daily_limit"] == 7


class TestAdd:
    def test_adds_nothing_to_a_workflow_that_is_deleted(self, api: Api, cloud: Cloud) -> None:
        workflow, contact = a_workflow(api, ["research"]), a_contact(api)

        with cloud.wire.once_after(
            "GetItem", lambda: api.delete(f"/v1/workflows/{workflow['id']}")
        ):
            refused = add(api, workflow, {"contact_id": contact})

        assert refused.status == 404
        assert api.get(f"/v1/leads?contact_id={contact}").json["data"] == []

    def test_adds_no_contact_that_is_deleted(self, api: Api, cloud: Cloud) -> None:
        workflow, contact = a_workflow(api, ["research"]), a_contact(api)

        with cloud.wire.once_after("BatchGetItem", lambda: api.delete(f"/v1/contacts/{contact}")):
            answer = add(api, workflow, {"contact_id": contact})

        assert results(answer) == ["not_found"]
        assert pending(api, workflow) == 0

    def test_adds_a_contact_once_for_two_requests(self, api: Api, cloud: Cloud) -> None:
        workflow, contact = a_workflow(api, ["research"]), a_contact(api)
        lead = {"contact_id": contact}

        with cloud.wire.once_after("BatchGetItem", lambda: add(api, workflow, lead)):
            late = add(api, workflow, lead)

        assert results(late) == ["already_in_workflow"]
        assert pending(api, workflow) == 1


class TestStage:
    """Nobody carries out a stage of a workflow that is gone."""

    def test_is_not_given_again_by_a_person(self, api: Api, cloud: Cloud) -> None:
        workflow, lead_id = a_disqualified_lead(api)

        with cloud.wire.once_after("BatchGetItem", lambda: removed(api, cloud, workflow)):
            again = api.patch(f"/v1/leads/{lead_id}", {"status": "new"})

        assert again.status == 404
        assert without_a_stage(api, lead_id)

    def test_is_not_given_again_by_a_new_score(self, api: Api, cloud: Cloud) -> None:
        workflow, lead_id = a_disqualified_lead(api)
        api.put("/v1/profile", {"titles": ["sales"]})
        scores = rescoring_worker(WorkspaceId(api.workspace().id))

        with cloud.wire.once_after("BatchGetItem", lambda: removed(api, cloud, workflow)):
            replace(scores, go_on=lambda *_: None).run(None, lambda: True)

        assert api.get(f"/v1/leads/{lead_id}").json["status"] == "qualified"
        assert without_a_stage(api, lead_id)


def a_disqualified_lead(api: Api) -> tuple[str, str]:
    """One that its workflow would go on with if it qualified after all."""
    workflow = a_workflow(api, ["qualify", "contact"])
    answer = add(api, workflow, {"email": "ada@acme.example", "title": "Sales"})
    lead_id = str(answer.json["results"][0]["lead_id"])
    api.put("/v1/profile", {"titles": ["gardener"]})
    api.post(f"/v1/leads/{lead_id}/qualify")
    leads = lead_repository(WorkspaceId(api.workspace().id))
    lead = leads.get(lead_id)
    assert lead is not None
    leads.change(lead, lead.at_stage(None, status="disqualified"), [])
    return workflow["id"], lead_id


def removed(api: Api, cloud: Cloud, workflow_id: str) -> None:
    """The workflow is deleted, and its clock has carried that out."""
    api.delete(f"/v1/workflows/{workflow_id}")
    this = {"workspace": api.workspace().id, "workflow_id": workflow_id, "clock": 1, "round": 0}
    while this.get("next") != "stop":
        this = cloud.invoke("workflows_dispatch", this)


def without_a_stage(api: Api, lead_id: str) -> bool:
    lead = lead_repository(WorkspaceId(api.workspace().id)).get(lead_id)
    return lead is not None and lead.stage is None
