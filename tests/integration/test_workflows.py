"""Workflows: what is created with them, changed with them and deleted with them."""

from collections.abc import Mapping
from typing import Any

import pytest

from outrider.kit import ids
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox

ALL = ["research", "qualify", "contact"]
WINDOWS = [{"days": ["mon", "tue"], "from": "09:00", "to": "17:00"}]
RULED = {"timezone": "Asia/Tokyo", "windows": WINDOWS, "daily_limit": 1, "keep_running": False}


def a_workflow(api: Api, stages: list[str] = ALL, **settings: Any) -> dict[str, Any]:
    body = {"name": "New signups", "stages": stages, "settings": settings}
    answer = api.post("/v1/workflows", body)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def a_sequence(api: Api, **fields: Any) -> dict[str, Any]:
    return dict(api.post("/v1/sequences", {"name": "Mine", "steps": [STEP_ONE], **fields}).json)


def campaign_of(api: Api, workflow: Mapping[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"/v1/campaigns/{workflow['campaign_id']}").json)


def sequence_of(api: Api, workflow: Mapping[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"/v1/sequences/{workflow['sequence_id']}").json)


class TestCreate:
    def test_makes_a_sequence_and_a_campaign(self, api: Api) -> None:
        workflow = a_workflow(api, daily_limit=20)

        assert (workflow["status"], workflow["owns_sequence"]) == ("idle", True)
        assert workflow["campaign_id"][4:] == workflow["id"][4:]
        campaign = campaign_of(api, workflow)
        assert campaign["sequence_id"] == workflow["sequence_id"]
        assert (campaign["status"], campaign["settings"]["daily_limit"]) == ("draft", 20)
        assert campaign["settings"]["keep_running"]
        assert sequence_of(api, workflow)["steps"] == 1

    def test_makes_a_sequence_without_lint_errors(self, api: Api) -> None:
        sequence_id = a_workflow(api)["sequence_id"]

        lint = api.post(f"/v1/sequences/{sequence_id}/lint").json

        assert lint["ok"]
        assert [each["rule"] for each in lint["findings"]] == ["postal_address"]

    @pytest.mark.parametrize(
        "contact",
        [{}, {"first_name": "Ada"}, {"title": "CTO"}, {"title": "CTO", "company": "Acme"}],
        ids=str,
    )
    def test_makes_an_email_that_can_be_sent_to_everybody(
        self, api: Api, contact: dict[str, str]
    ) -> None:
        a_mailbox(api)
        sequence_id = a_workflow(api)["sequence_id"]
        (step,) = api.get(f"/v1/sequences/{sequence_id}/steps").json["steps"]
        contact_id = api.post("/v1/contacts", {"email": "ada@example.com", **contact}).json["id"]

        query = f"sequence_id={sequence_id}&step_id={step['id']}&contact_id={contact_id}"
        preview = api.get(f"/v1/messages/preview?{query}").json

        assert preview["sendable"], preview["findings"]
        assert all(value in preview["text"] for value in contact.values())

    @pytest.mark.parametrize("stages", [["research"], ["qualify"], ["research", "qualify"]])
    def test_makes_no_campaign_unless_it_contacts(self, api: Api, stages: list[str]) -> None:
        workflow = a_workflow(api, stages)

        assert (workflow["sequence_id"], workflow["campaign_id"]) == (None, None)
        assert api.get("/v1/campaigns").json["data"] == []
        assert api.get("/v1/sequences").json["data"] == []

    def test_takes_the_settings_of_a_given_sequence(self, api: Api) -> None:
        sequence = a_sequence(
            api, settings={"timezone": "Europe/Berlin", "windows": WINDOWS, "daily_limit": 5}
        )

        workflow = a_workflow(api, sequence_id=sequence["id"], daily_limit=9)

        settings = workflow["settings"]
        assert (workflow["sequence_id"], workflow["owns_sequence"]) == (sequence["id"], False)
        assert (settings["timezone"], settings["windows"]) == ("Europe/Berlin", WINDOWS)
        campaign = campaign_of(api, workflow)["settings"]
        assert (campaign["timezone"], campaign["daily_limit"]) == ("Europe/Berlin", 9)
        refused = api.delete(f"/v1/sequences/{sequence['id']}")
        assert refused.status == 409

    @pytest.mark.parametrize("sequence_id", [f"seq_{'0' * 26}", f"con_{'0' * 26}", ""])
    def test_knows_no_sequence_of_this_id(self, api: Api, sequence_id: str) -> None:
        body = {"name": "A", "stages": ALL, "settings": {"sequence_id": sequence_id}}
        assert api.post("/v1/workflows", body).status == 404
        assert api.get("/v1/workflows").json["data"] == []

    @pytest.mark.parametrize(
        ("base", "name", "status"), [("/v1", "mailbox_pool", 422), ("/api", "mailboxPool", 400)]
    )
    def test_knows_no_pool_of_this_id(self, api: Api, base: str, name: str, status: int) -> None:
        known = api.post("/v1/mailbox-pools", {"name": "Sales"}).json["id"]

        answers = [
            api.post(f"{base}/workflows", {"name": "A", "stages": ALL, "settings": {name: pool}})
            for pool in ("pool_none", known)
        ]

        assert [answer.status for answer in answers] == [status, 201]
        assert name in answers[0].text
        (campaign,) = api.get("/v1/campaigns").json["data"]
        assert campaign["mailbox_pool"] == known

    @pytest.mark.parametrize(
        "stages", [[], ["qualify", "research"], ["contact", "contact"], ["review"]]
    )
    def test_takes_stages_in_order(self, api: Api, stages: list[str]) -> None:
        answer = api.post("/v1/workflows", {"name": "A", "stages": stages})
        assert answer.status == 422

    def test_is_made_once_with_a_key(self, api: Api) -> None:
        body, key = {"name": "A", "stages": ALL}, {"idempotency-key": "once"}

        answers = [api.post("/v1/workflows", body, headers=key).json for _ in range(2)]

        assert answers[0] == answers[1]
        assert len(api.get("/v1/workflows").json["data"]) == 1
        assert len(api.get("/v1/sequences").json["data"]) == 1


class TestUpdate:
    def test_changes_the_campaign_and_its_own_sequence(self, api: Api) -> None:
        pool = api.post("/v1/mailbox-pools", {"name": "Sales"}).json["id"]
        workflow = a_workflow(api, daily_limit=20)
        changes = {"daily_limit": None, "mailbox_pool": pool, "timezone": "Europe/Berlin"}

        answer = api.patch(f"/v1/workflows/{workflow['id']}", {"settings": changes})

        assert answer.json["settings"] == {**workflow["settings"], **changes}
        for followed in (campaign_of(api, workflow), sequence_of(api, workflow)):
            assert followed["mailbox_pool"] == pool
            assert followed["settings"]["timezone"] == "Europe/Berlin"
            assert followed["settings"]["daily_limit"] is None

    def test_keeps_other_settings_of_the_campaign(self, api: Api) -> None:
        workflow = a_workflow(api)
        campaign = f"/v1/campaigns/{workflow['campaign_id']}"
        api.patch(campaign, {"settings": {"postal_address": "1 Main Street"}})

        api.patch(f"/v1/workflows/{workflow['id']}", {"settings": {"daily_limit": 7}})

        settings = campaign_of(api, workflow)["settings"]
        assert (settings["postal_address"], settings["daily_limit"]) == ("1 Main Street", 7)

    def test_replaces_its_profile_as_a_whole(self, api: Api) -> None:
        workflow = a_workflow(api, ["qualify"], profile={"titles": ["cto"], "threshold": 40})
        path = f"/v1/workflows/{workflow['id']}"

        api.patch(path, {"settings": {"profile": {"countries": ["DE"]}, "threshold": 55}})
        settings = api.get(path).json["settings"]
        assert (settings["profile"]["titles"], settings["profile"]["threshold"]) == ([], 70)
        assert settings["threshold"] == 55

        cleared = api.patch(path, {"settings": {"profile": None}}).json["settings"]
        assert (cleared["profile"], cleared["threshold"]) == (None, 55)
        assert api.get(path).json["settings"] == cleared

    def test_makes_a_campaign_once_it_contacts(self, api: Api) -> None:
        workflow = a_workflow(api, ["research"], daily_limit=3)
        path = f"/v1/workflows/{workflow['id']}"

        contacting = api.patch(path, {"stages": ["research", "contact"]}).json
        assert campaign_of(api, contacting)["settings"]["daily_limit"] == 3

        back = api.patch(path, {"stages": ["research"]}).json
        assert back["campaign_id"] == contacting["campaign_id"]
        assert api.patch(path, {"stages": ALL}).json["sequence_id"] == contacting["sequence_id"]

    def test_takes_the_settings_of_a_sequence_chosen_later(self, api: Api) -> None:
        workflow = a_workflow(api, ["research"], timezone="Asia/Tokyo")
        sequence = a_sequence(api, settings={"timezone": "Europe/Berlin", "windows": WINDOWS})
        path = f"/v1/workflows/{workflow['id']}"

        unknown = api.patch(path, {"settings": {"sequence_id": ids.new("seq")}})
        body = {"stages": ALL, "settings": {"sequence_id": sequence["id"], "daily_limit": 9}}
        contacting = api.patch(path, body).json

        assert unknown.status == 404
        assert contacting["sequence_id"] == sequence["id"]
        settings = campaign_of(api, contacting)["settings"]
        assert (settings["timezone"], settings["daily_limit"]) == ("Asia/Tokyo", 9)
        assert settings["windows"] == WINDOWS

    def test_keeps_its_sequence(self, api: Api) -> None:
        workflow, other = a_workflow(api), a_sequence(api)
        refused = api.patch(
            f"/v1/workflows/{workflow['id']}", {"settings": {"sequence_id": other["id"]}}
        )
        assert (refused.status, refused.json["code"]) == (409, "CONFLICT")

    def test_compares_if_match(self, api: Api) -> None:
        path = f"/v1/workflows/{a_workflow(api)['id']}"
        assert api.patch(path, {"name": "B"}, headers={"if-match": '"7"'}).status == 412
        assert api.patch(path, {"name": "B"}, headers={"if-match": '"1"'}).json["version"] == 2
        assert api.delete(path, headers={"if-match": '"1"'}).status == 412


class TestSequence:
    """The sequence and the campaign of a workflow, changed directly."""

    def test_keeps_what_the_workflow_rules(self, api: Api) -> None:
        pool = api.post("/v1/mailbox-pools", {"name": "Sales"}).json["id"]
        workflow = a_workflow(api)
        for kind in ("sequence", "campaign"):
            path = f"/v1/{kind}s/{workflow[f'{kind}_id']}"
            for ruled in (
                {"mailbox_pool": pool},
                *({"settings": {name: value}} for name, value in RULED.items()),
            ):
                refused = api.patch(path, ruled)
                assert (refused.status, refused.json["code"]) == (409, "CONFLICT"), ruled
                assert f"PATCH /v1/workflows/{workflow['id']}" in refused.json["detail"]
            assert api.get(path).json["version"] == 1
            assert api.get(path).json["workflow_id"] == workflow["id"]

    def test_gives_its_campaign_other_settings_before_the_launch(self, api: Api) -> None:
        workflow = a_workflow(api)

        changed = api.patch(
            f"/v1/sequences/{workflow['sequence_id']}", {"settings": {"track_clicks": True}}
        )

        assert changed.status == 200
        assert campaign_of(api, workflow)["settings"]["track_clicks"]

    def test_is_launched_and_deleted_with_the_workflow(self, api: Api) -> None:
        a_mailbox(api)
        workflow = a_workflow(api)
        for kind in ("sequence", "campaign"):
            path = f"/v1/{kind}s/{workflow[f'{kind}_id']}"
            for refused in (api.post(f"{path}/launch"), api.delete(path)):
                assert refused.status == 409
                assert f"/v1/workflows/{workflow['id']}" in refused.json["detail"]


class TestDelete:
    @pytest.mark.parametrize("base", ["/v1", "/api"])
    def test_deletes_what_was_made_for_it(self, api: Api, cloud: Cloud, base: str) -> None:
        workflow = a_workflow(api)
        path = f"/v1/workflows/{workflow['id']}"
        sequence = f"/v1/sequences/{workflow['sequence_id']}"
        steps = {"steps": [{**STEP_ONE, "subject": "Another"}]}
        assert api.put(f"{sequence}/steps", steps).status == 200

        assert api.delete(f"{base}/workflows/{workflow['id']}").json["deleted"]

        gone = (path, sequence, f"/v1/campaigns/{workflow['campaign_id']}")
        assert [api.get(each).status for each in gone] == [404, 404, 404]
        assert cloud.items("campaigns", f"{api.workspace().id}#{workflow['sequence_id']}") == []
        assert api.patch(path, {"name": "B"}).status == 404
        assert api.delete(path).status == 404
        assert api.get("/v1/workflows").json["data"] == []

    def test_keeps_a_sequence_that_was_given(self, api: Api) -> None:
        sequence = a_sequence(api)
        workflow = a_workflow(api, sequence_id=sequence["id"])

        api.delete(f"/v1/workflows/{workflow['id']}")

        assert api.get(f"/v1/campaigns/{workflow['campaign_id']}").status == 404
        assert api.delete(f"/v1/sequences/{sequence['id']}").status == 200

    def test_keeps_a_sequence_of_which_a_campaign_was_made(self, api: Api) -> None:
        workflow = a_workflow(api)
        body = {"name": "Mine", "sequence_id": workflow["sequence_id"]}
        mine = api.post("/v1/campaigns", body).json["id"]

        assert api.delete(f"/v1/workflows/{workflow['id']}").status == 200

        kept = sequence_of(api, workflow)
        assert (kept["workflow_id"], kept["campaign_id"], kept["status"]) == (None, None, "draft")
        assert api.delete(f"/v1/campaigns/{mine}").status == 200
        assert api.delete(f"/v1/sequences/{workflow['sequence_id']}").status == 200


class TestList:
    def test_by_status(self, api: Api) -> None:
        made = [a_workflow(api, ["research"])["id"] for _ in range(3)]
        first = api.get("/v1/workflows?status=idle&limit=2").json
        rest = api.get(f"/v1/workflows?status=idle&limit=2&cursor={first['next_cursor']}").json

        found = [each["id"] for each in (*first["data"], *rest["data"])]
        assert found == made[::-1]
        assert "settings" not in first["data"][0]
        assert api.get("/v1/workflows?status=running").json["data"] == []
