"""Launch, dispatch and the step worker die at every AWS call in turn, before and after it, and what
they worked on comes again: never two mails for a step, exactly one unless the outcome was lost,
counts that equal a recount, no event lost or repeated."""

from collections import Counter
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.wire import When, crash_points
from tests.integration.outreach import (
    STEP_ONE,
    STEP_TWO,
    Launched,
    a_mailbox,
    launched,
    some_contacts,
    status,
)

STEP_CALLS = 5
DISPATCH_CALLS = 16
LAUNCH_CALLS = 12
"""The AWS calls of each on its longest way here; a test below each says that there are no more."""

_AT_ONCE = {**STEP_TWO, "wait_before": {"value": 0, "unit": "minutes"}}


def messages(cloud: Cloud, api: Api) -> list[dict[str, Any]]:
    return cloud.items("messages", api.workspace().id)


def recounted(cloud: Cloud, api: Api, campaign: Launched) -> dict[str, int]:
    """The audience, from the enrollments themselves."""
    partition = f"{api.workspace().id}#{campaign.campaign_id}"
    named = {"active": "active", "sending": "active", "finished": "completed"}
    states = Counter(
        named.get(item["state"], item["state"]) for item in cloud.items("enrollments", partition)
    )
    counts = {name: states[name] for name in ("active", "completed", "paused", "bounced", "failed")}
    return {"total": sum(counts.values()), **counts}


def feed(api: Api, name: str) -> list[str]:
    """The ids of the messages that events of this name are about."""
    page = api.get(f"/v1/events?limit=200&type={name}").json
    return [event["data"]["message_id"] for event in page["data"]]


def check_invariants(cloud: Cloud, api: Api, campaign: Launched) -> Counter[str]:
    """What must hold after any crash; gives how many messages are in each state."""
    found = status(api, campaign.campaign_id)
    states = Counter(message["state"] for message in messages(cloud, api))
    sent = [message["id"] for message in messages(cloud, api) if message["state"] == "sent"]
    mails = Counter((mail.recipients[0], mail.message["Subject"]) for mail in cloud.mails())
    assert max(mails.values(), default=1) == 1
    assert states["sending"] == 0
    assert found["audience"] == recounted(cloud, api, campaign)
    assert found["sent"] == states["sent"]
    assert sorted(feed(api, "email.sent")) == sorted(sent)
    return states


def first_round(api: Api, campaign: Launched) -> dict[str, Any]:
    workspace = api.workspace().id
    return {"workspace": workspace, "campaign_id": campaign.campaign_id, "run": 1, "round": 0}


def first_jobs(cloud: Cloud, api: Api, campaign: Launched) -> dict[str, Any]:
    """The queue's records after the campaign's first round, as the worker gets them."""
    cloud.invoke("campaigns_dispatch", first_round(api, campaign))
    jobs = cloud.queue("StepsQueue").receive(10)
    return {"Records": [{"messageId": str(at), "body": job.body} for at, job in enumerate(jobs)]}


class TestStep:
    @pytest.mark.parametrize("steps", [(STEP_ONE,), (STEP_ONE, _AT_ONCE)])
    @pytest.mark.parametrize(("number", "when"), crash_points(STEP_CALLS))
    def test_sends_at_most_once_and_loses_nothing(
        self, api: Api, cloud: Cloud, number: int, when: When, steps: tuple[dict[str, Any], ...]
    ) -> None:
        campaign = launched(api, steps=steps)
        records = first_jobs(cloud, api, campaign)

        with cloud.wire.crash_at(number, when):
            cloud.invoke("steps_run", records)
        for minutes in (0, 0, 3, 0):
            cloud.clock.advance(minutes=minutes)
            cloud.invoke("steps_run", records)
        cloud.run(hours=1)

        states = check_invariants(cloud, api, campaign)
        if states["unknown"]:
            assert status(api, campaign.campaign_id)["audience"]["paused"] == 1
        else:
            assert (states, len(cloud.mails())) == ({"sent": len(steps)}, len(steps))

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, _AT_ONCE))
        records = first_jobs(cloud, api, campaign)

        with cloud.wire.crash_at(STEP_CALLS + 1) as crashed:
            cloud.invoke("steps_run", records)

        assert not crashed()


class TestDispatch:
    @pytest.mark.parametrize(("number", "when"), crash_points(DISPATCH_CALLS))
    def test_brings_every_step_to_the_worker(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        campaign = launched(api, contacts=2, mailbox={"min_gap_seconds": 30})

        with cloud.wire.crash_at(number, when):
            cloud.invoke("campaigns_dispatch", first_round(api, campaign))
        cloud.run(hours=3)

        assert check_invariants(cloud, api, campaign) == {"sent": 4}

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=2, mailbox={"min_gap_seconds": 30})

        with cloud.wire.crash_at(DISPATCH_CALLS + 1) as crashed:
            cloud.invoke("campaigns_dispatch", first_round(api, campaign))

        assert not crashed()


class TestLaunch:
    @pytest.mark.parametrize(("number", "when"), crash_points(LAUNCH_CALLS))
    def test_is_finished_by_launching_again(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        a_mailbox(api)
        body = {"contact_ids": some_contacts(api, 3)}
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
        path = f"/v1/sequences/{sequence['id']}/launch"

        with cloud.wire.crash_at(number, when):
            api.post(path, body)
        again = api.post(path, body)
        cloud.run(hours=1)

        campaigns = [
            item["id"]
            for item in cloud.items("campaigns", api.workspace().id)
            if item["sk"].startswith("cam_")
        ]
        assert again.status in (200, 409)
        assert (len(cloud.mails()), len(campaigns)) == (3, 1)
        assert status(api, campaigns[0])["audience"]["completed"] == 3

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        body = {"contact_ids": some_contacts(api, 3)}
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json

        with cloud.wire.crash_at(LAUNCH_CALLS + 1) as crashed:
            api.post(f"/v1/sequences/{sequence['id']}/launch", body)

        assert not crashed()
