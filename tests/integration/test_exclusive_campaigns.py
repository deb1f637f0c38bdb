"""An exclusive campaign takes nobody who is in another active campaign, however they come to it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.running_workflows import a_lead, a_workflow, run
from tests.integration.test_audiences import a_campaign, a_sequence, launch, reasons

ADA = {"email": "ada@example.com", "first_name": "Ada"}
BUSY = "in_other_active_sequence"
Come = Callable[[Api, Cloud, str], str | None]
"""A way into an exclusive campaign for a contact; returns the reason why it was left out."""


def in_another(api: Api, contact_id: str) -> str:
    """The campaign that the contact is in, with a step that is due in days."""
    later = {**STEP_ONE, "wait_days": 30}
    sequence = api.post("/v1/sequences", {"name": "Slow", "steps": [later]}).json["id"]
    campaign_id = a_campaign(api, sequence)
    launch(api, campaign_id, contact_ids=[contact_id])
    return campaign_id


def by_filter(api: Api, cloud: Cloud, contact_id: str) -> str | None:
    campaign_id = a_campaign(api, exclusive=True)
    launch(api, campaign_id, filter={"email": ADA["email"]})
    cloud.drain()
    skipped = api.get(f"/v1/campaigns/{campaign_id}/audience").json["data"]
    return next((each["reason"] for each in skipped), None)


def with_somebody_else(api: Api, contact_id: str) -> list[str]:
    """Nothing is launched for nobody."""
    return [contact_id, api.post("/v1/contacts", {"email": "bob@example.com"}).json["id"]]


def by_launch(api: Api, cloud: Cloud, contact_id: str) -> str | None:
    campaign_id = a_campaign(api, exclusive=True)
    return reasons(launch(api, campaign_id, contact_ids=with_somebody_else(api, contact_id)))[0]


def by_launch_of_a_sequence(api: Api, cloud: Cloud, contact_id: str) -> str | None:
    path = f"/v1/sequences/{an_exclusive_sequence(api)}/launch"
    return reasons(api.post(path, {"contact_ids": with_somebody_else(api, contact_id)}).json)[0]


def by_addition(api: Api, cloud: Cloud, contact_id: str) -> str | None:
    campaign_id = a_campaign(api, exclusive=True)
    launch(api, campaign_id)
    added = api.post(f"/v1/campaigns/{campaign_id}/audience", {"contact_ids": [contact_id]})
    return reasons(added.json)[0]


def by_trigger(base: str, result: Callable[[Answer], Any]) -> Come:
    def come(api: Api, cloud: Cloud, contact_id: str) -> str | None:
        campaign_id = a_campaign(api, exclusive=True)
        launch(api, campaign_id)
        answer = api.post(f"{base}/campaigns/{campaign_id}/trigger", ADA)
        assert answer.status == 200, answer.text
        reason: str | None = result(answer)["reason"]
        return reason

    return come


def an_exclusive_sequence(api: Api) -> str:
    sequence = a_sequence(api)
    changed = api.patch(f"/v1/sequences/{sequence}", {"settings": {"exclusive": True}})
    assert changed.status == 200
    return sequence


def an_exclusive_workflow(api: Api, *stages: str, **settings: Any) -> str:
    return a_workflow(api, *stages, sequence_id=an_exclusive_sequence(api), **settings)


def by_leads(base: str) -> Come:
    def come(api: Api, cloud: Cloud, contact_id: str) -> str | None:
        workflow_id = an_exclusive_workflow(api, "qualify", "contact")
        body = {"leads": [{"email": ADA["email"]}]}
        answer = api.post(f"{base}/workflows/{workflow_id}/leads", body)
        assert answer.status == 200, answer.text
        (result,) = answer.json["results"]
        assert result["result"] in ("added", "skipped"), result
        reason: str | None = result["reason"]
        return reason

    return come


def by_run(api: Api, cloud: Cloud, contact_id: str) -> str | None:
    workflow_id = an_exclusive_workflow(api, "contact", auto_review=True)
    lead_id = a_lead(api, workflow_id, ADA["email"])
    run(api, workflow_id)
    cloud.run(hours=1)
    failure = api.get(f"/v1/leads/{lead_id}").json["failure"]
    return failure and str(failure["code"])


WAYS: dict[str, Come] = {
    "launch": by_launch,
    "launch of a sequence": by_launch_of_a_sequence,
    "filter": by_filter,
    "addition": by_addition,
    "trigger": by_trigger("/v1", lambda answer: answer.json),
    "trigger of OutreachPilot": by_trigger("/api/v1", lambda answer: answer.json["data"]),
    "leads": by_leads("/v1"),
    "leads of AutoReach": by_leads("/api"),
    "run of a workflow": by_run,
}


@pytest.mark.parametrize(("other", "reason"), [("active", BUSY), ("paused", None)])
@pytest.mark.parametrize("way", WAYS)
def test_takes_nobody_from_another(
    api: Api, cloud: Cloud, way: str, other: str, reason: str | None
) -> None:
    a_mailbox(api)
    contact_id = api.post("/v1/contacts", ADA).json["id"]
    campaign_id = in_another(api, contact_id)
    if other == "paused":
        api.post(f"/v1/campaigns/{campaign_id}/pause")
    cloud.drain()

    assert WAYS[way](api, cloud, contact_id) == reason
