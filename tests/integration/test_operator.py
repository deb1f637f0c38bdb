"""The operator's function: workspaces as they are listed, changed, suspended and resumed."""

from contextlib import AbstractContextManager
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.messages.wiring import explanations
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.integration.outreach import launched
from tests.integration.running_workflows import SALES, a_lead, a_workflow, run, statuses

SUSPEND_CALLS = 6
"""One read, one write, and for each mode a query and the write of a key."""


def operate(cloud: Cloud, action: str, workspace_id: str | None = None, **fields: Any) -> Any:
    event = {"action": action, **fields}
    return cloud.invoke("admin", event | ({"workspace_id": workspace_id} if workspace_id else {}))


def refusal(api: Api, key: str | None = None) -> str | None:
    """The code that refuses a call with the key, if one does."""
    answer = api.get("/v1/contacts", key=key)
    return str(answer.json["code"]) if answer.status != 200 else None


def suspended_after(cloud: Cloud, call: str, workspace_id: str) -> AbstractContextManager[None]:
    """Suspend the workspace right after the first such call inside the block."""
    return cloud.wire.once_after(call, lambda: operate(cloud, "suspend_workspace", workspace_id))


class TestList:
    def test_has_all_workspaces_a_page_at_a_time(self, api: Api, cloud: Cloud) -> None:
        made = sorted(api.workspace(name).id for name in ("one", "two", "three"))

        first = operate(cloud, "list_workspaces", limit=2)
        second = operate(cloud, "list_workspaces", limit=2, after=first["next"])

        assert [each["workspace_id"] for each in first["data"] + second["data"]] == made
        assert (first["next"], second["next"]) == (made[1], None)


class TestShow:
    def test_has_the_keys_of_both_modes(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace("acme", plan="scale")

        shown = operate(cloud, "show_workspace", workspace.id)

        assert (shown["name"], shown["plan"], shown["status"]) == ("acme", "scale", "active")
        assert [(key["mode"], key["name"]) for key in shown["keys"]] == [
            ("live", "First live key"),
            ("test", "First test key"),
        ]
        assert workspace.live_key not in repr(shown)

    @pytest.mark.parametrize(
        "action", ["show_workspace", "suspend_workspace", "resume_workspace", "create_owner_key"]
    )
    def test_of_an_unknown_one_is_an_error(self, cloud: Cloud, action: str) -> None:
        answer = operate(cloud, action, "wsp_01kjpwd6m0khywa3afbhj9mjsv")

        assert answer["error"]["code"] == "RESOURCE_NOT_FOUND"


class TestChange:
    def test_renames(self, api: Api, cloud: Cloud) -> None:
        operate(cloud, "rename_workspace", api.workspace().id, name="Acme Europe")

        assert api.get("/v1/account").json["name"] == "Acme Europe"

    def test_gives_all_keys_the_rates_of_the_new_plan(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace("small", plan="free")
        assert refusal(api, workspace.live_key) == "PLAN_REQUIRED"

        operate(cloud, "change_plan", workspace.id, plan="starter")

        for key in (workspace.live_key, workspace.test_key):
            policy = api.get("/v1/contacts", key=key).headers["RateLimit-Policy"]
            assert policy == '"minute";q=60;w=60, "day";q=5000;w=86400'
        operate(cloud, "change_plan", workspace.id, plan="scale")
        account = api.get("/v1/account", key=workspace.live_key)
        assert account.headers["RateLimit"] == '"minute";r=199;t=1, "day";r=49999;t=2'
        assert account.json["key"]["calls_per_minute"] == 200
        made = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}, key=workspace.live_key)
        assert made.status == 201


class TestOwnerKey:
    @pytest.mark.parametrize(
        ("revoke", "left"),
        [("none", {"owner", "test", "reader"}), ("owner_keys", {"reader"}), ("all_keys", set())],
    )
    def test_replaces_the_keys_that_are_named(
        self, api: Api, cloud: Cloud, revoke: str, left: set[str]
    ) -> None:
        workspace = api.workspace()
        keys = {"owner": workspace.live_key, "test": workspace.test_key}
        keys["reader"] = api.key("contacts:read")

        made = operate(cloud, "create_owner_key", workspace.id, revoke=revoke)

        assert refusal(api, made["key"]) is None
        assert {name for name, key in keys.items() if refusal(api, key) is None} == left
        assert len(made["revoked"]) == len(keys) - len(left)


class TestSuspend:
    def test_refuses_every_key_until_it_is_resumed(self, api: Api, cloud: Cloud) -> None:
        workspace, other = api.workspace(), api.workspace("other")
        reader = api.key("contacts:read")
        keys = (workspace.live_key, workspace.test_key, reader)

        for _ in range(2):
            suspended = operate(cloud, "suspend_workspace", workspace.id)

        assert suspended["status"] == "suspended"
        assert [refusal(api, key) for key in keys] == ["WORKSPACE_SUSPENDED"] * 3
        assert api.post("/v1/contacts", {"email": "a@b.example"}).status == 403
        assert refusal(api, other.live_key) is None
        assert operate(cloud, "show_workspace", workspace.id)["suspended_at"]
        for _ in range(2):
            assert operate(cloud, "resume_workspace", workspace.id)["status"] == "active"
        assert [refusal(api, key) for key in keys] == [None] * 3

    def test_tells_nothing_to_who_has_no_key(self, api: Api, cloud: Cloud) -> None:
        revoked = api.create_key("*")
        api.delete(f"/v1/api-keys/{revoked['id']}")

        operate(cloud, "suspend_workspace", api.workspace().id)

        assert refusal(api, revoked["key"]) == "INVALID_API_KEY"

    @pytest.mark.parametrize("action", ["suspend_workspace", "resume_workspace"])
    @pytest.mark.parametrize(("number", "when"), crash_points(SUSPEND_CALLS))
    def test_that_was_cut_short_is_finished_by_the_next(
        self, api: Api, cloud: Cloud, action: str, number: int, when: Any
    ) -> None:
        workspace = api.workspace()
        if action == "resume_workspace":
            operate(cloud, "suspend_workspace", workspace.id)

        with cloud.wire.crash_at(number, when):
            operate(cloud, action, workspace.id)
        operate(cloud, action, workspace.id)

        expected = None if action == "resume_workspace" else "WORKSPACE_SUSPENDED"
        assert [refusal(api, key) for key in (workspace.live_key, workspace.test_key)] == [
            expected
        ] * 2

    def test_leaves_no_way_to_a_key_that_works(self, api: Api, cloud: Cloud) -> None:
        """A request that was admitted right before creates its key right after."""
        workspace = api.workspace()

        with suspended_after(cloud, "UpdateItem", workspace.id):
            answer = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]})

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert operate(cloud, "create_owner_key", workspace.id)["error"]["code"] == "CONFLICT"


class TestSuspendedCampaign:
    def test_waits_and_goes_on_with_nothing_sent_twice(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2)
        cloud.run(hours=1)
        assert len(cloud.mails()) == 2

        operate(cloud, "suspend_workspace", api.workspace().id)
        cloud.run(hours=5)
        assert len(cloud.mails()) == 2
        operate(cloud, "resume_workspace", api.workspace().id)
        cloud.run(hours=0.25)

        assert [mail.recipients for mail in cloud.mails()].count(["ada0@example.com"]) == 2
        assert len(cloud.mails()) == 4
        cloud.run_campaign(campaign.campaign_id)
        assert len(cloud.mails()) == 4

    def test_sends_no_step_that_is_in_the_queue(self, api: Api, cloud: Cloud) -> None:
        campaign, workspace = launched(api), api.workspace().id
        round_ = {"campaign_id": campaign.campaign_id, "run": 1, "round": 0}
        cloud.invoke("campaigns_dispatch", {"workspace": workspace, **round_})

        operate(cloud, "suspend_workspace", workspace)
        cloud.invoke("steps_run", cloud.take("StepsQueue"))

        assert cloud.mails() == []
        explained = explanations(Caller.engine(workspace)).explain(
            enrollment_ids.of(campaign.campaign_id, campaign.contact_ids[0])
        )
        assert [(gate.gate, gate.reason) for gate in explained.gates] == [
            ("workspace", "workspace_suspended")
        ]
        assert explained.earliest_send_at is None
        cloud.queue("StepsQueue").messages.clear()
        operate(cloud, "resume_workspace", workspace)
        cloud.run(hours=0.5)
        assert len(cloud.mails()) == 1


class TestSuspendedWorkflow:
    def test_takes_no_lead_on_until_it_is_resumed(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        a_lead(api, workflow, "ada@acme.example", **SALES)
        run(api, workflow)
        cloud.clock.advance(minutes=1)
        round_ = {"workflow_id": workflow, "clock": 1, "round": 0}
        cloud.invoke("workflows_dispatch", {"workspace": api.workspace().id, **round_})
        assert cloud.queue("QualifyQueue").messages

        operate(cloud, "suspend_workspace", api.workspace().id)
        cloud.run(hours=1)
        operate(cloud, "resume_workspace", api.workspace().id)
        waiting = statuses(api, workflow)
        cloud.run(hours=0.5)

        assert waiting == {"new": 1}
        assert statuses(api, workflow) == {"qualified": 1}
