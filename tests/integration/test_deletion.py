"""Deletion of a workspace: all that it has, nothing of others, and any turn may be cut short."""

from typing import Any
from unittest.mock import patch

import pytest

from outrider.deletion import stores
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import imported
from tests.integration.outreach import launched
from tests.integration.running_workflows import SALES, a_lead, a_workflow, run
from tests.integration.samples import WORKSPACES_DELETE
from tests.integration.test_operator import operate
from tools import templates

TABLES = sorted(
    name.removesuffix("Table").lower()
    for name in templates.resources(templates.load("infra/data.yaml"), "AWS::DynamoDB::Table")
)


def delete(cloud: Cloud, workspace_id: str, confirm: str = "acme") -> dict[str, Any]:
    answer: dict[str, Any] = cloud.invoke(
        "workspaces_delete", {"workspace_id": workspace_id, "confirm": confirm}
    )
    return answer


def left(cloud: Cloud, *names: str) -> dict[str, list[str]]:
    """The items that contain one of these ids anywhere, by table."""
    found = {
        table: [
            f"{item['pk']} / {item['sk']}"
            for item in cloud.items(table)
            if any(name in repr(item) for name in names)
        ]
        for table in TABLES
    }
    return {table: items for table, items in found.items() if items}


@pytest.fixture
def old(api: Api, cloud: Cloud) -> str:
    """The id of a workspace that had outreach of every kind, and is suspended."""
    acme = api.workspace()
    campaign = launched(api)
    launched(api, mode="test", mailbox={"email": "bob@outrider.test"})
    workflow = a_workflow(api, "qualify")
    a_lead(api, workflow, "eve@acme.example", **SALES)
    run(api, workflow)
    api.post("/v1/companies", {"domain": "acme.example", "name": "Acme"})
    api.post("/v1/suppressions", {"address": "no@acme.example", "reason": "manual"})
    hooks = {"url": "https://hooks.acme.example/x", "events": ["*"]}
    webhook = api.post("/v1/webhooks", hooks).json["id"]
    api.put("/v1/llm-providers/openai", {"model": "gpt-5", "api_key": "sk-1"})
    api.patch("/v1/agent/policy", {"enabled": True})
    imported(api, cloud, "email\nkim@acme.example\n")
    api.post("/v1/exports", {"kind": "contacts", "format": "csv"})
    cloud.run(hours=1)
    # Else most of the time would go into the retries of four days.
    api.patch(f"/v1/webhooks/{webhook}", {"status": "disabled"})
    api.delete(f"/v1/contacts/{campaign.contact_ids[0]}")
    cloud.run(days=4)
    operate(cloud, "suspend_workspace", acme.id)
    return acme.id


class TestDelete:
    def test_leaves_nothing_of_the_workspace_and_all_of_others(
        self, api: Api, cloud: Cloud, old: str
    ) -> None:
        other = api.workspace("other")
        api.post("/v1/contacts", {"email": "ada@example.com"}, workspace="other")
        cloud.run(hours=0.25)
        key_id = operate(cloud, "show_workspace", old)["keys"][0]["id"]
        assert sorted(left(cloud, old, key_id)) == TABLES
        others = left(cloud, other.id)

        progress = delete(cloud, old)

        assert progress["done"]
        cloud.run(hours=1)
        assert left(cloud, old, key_id) == {}
        assert left(cloud, other.id) == others
        assert api.get("/v1/contacts").json["code"] == "INVALID_API_KEY"
        listed = operate(cloud, "list_workspaces")["data"]
        assert [each["workspace_id"] for each in listed] == [other.id]
        assert delete(cloud, old)["error"]["code"] == "RESOURCE_NOT_FOUND"

    def test_takes_up_where_an_earlier_turn_ended(self, cloud: Cloud, old: str) -> None:
        cloud.run(hours=0.25)
        turns = 0
        with patch.object(stores, "PAGE", 60):
            happened = True
            while happened:
                turns += 1
                with cloud.wire.crash_at(10 + 7 * turns, "after") as crashed:
                    progress = delete(cloud, old)
                happened = crashed()

        assert turns > 3
        assert progress["done"]
        assert left(cloud, old) == {}

    def test_deletes_what_a_straggler_has_written(self, cloud: Cloud, old: str) -> None:
        cloud.run(hours=0.25)
        table = cloud.stack.data["EnrollmentsTableName"]

        def write() -> None:
            item = {"pk": {"S": f"{old}#cam_1"}, "sk": {"S": "con_1"}}
            cloud.stack.session.create_client("dynamodb").put_item(TableName=table, Item=item)

        with cloud.wire.once_after("DeleteObject", write):
            assert delete(cloud, old)["done"]

        assert left(cloud, old) == {}


class TestRefusals:
    def test_protect_from_accidents(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id

        answers = [delete(cloud, workspace)]
        operate(cloud, "suspend_workspace", workspace)
        answers += [delete(cloud, workspace, "other"), delete(cloud, workspace)]

        assert [each["error"]["code"] for each in answers] == [
            "CONFLICT",
            "VALIDATION_ERROR",
            "CONFLICT",
        ]
        assert "delete it in 15 minutes" in answers[2]["error"]["detail"]
        operate(cloud, "resume_workspace", workspace)
        assert api.get("/v1/contacts").status == 200

    def test_keep_a_workspace_from_being_resumed_meanwhile(self, cloud: Cloud, old: str) -> None:
        cloud.run(hours=0.25)
        with cloud.wire.crash_at(8):
            delete(cloud, old)

        shown = operate(cloud, "show_workspace", old)
        resumed = operate(cloud, "resume_workspace", old)

        assert shown["status"] == "deleting"
        assert resumed["error"]["code"] == "RESOURCE_NOT_FOUND"


def test_the_sample_asks_for_the_name(api: Api, cloud: Cloud) -> None:
    answer = WORKSPACES_DELETE.invoke(cloud, workspace=api.workspace().id)

    assert answer["error"]["errors"][0]["pointer"] == "/confirm"
