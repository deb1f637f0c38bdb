"""What others do to a workflow, its sequence or its contacts between the reads of a request and its
write."""

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_workflow_leads import a_contact, add, pending, results
from tests.integration.test_workflows import a_workflow, campaign_of, sequence_of


class TestUpdate:
    def test_loses_no_change_made_at_the_same_time(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api)
        path = f"/v1/workflows/{workflow['id']}"

        with cloud.wire.once_after("GetItem", lambda: api.patch(path, {"name": "Theirs"})):
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
