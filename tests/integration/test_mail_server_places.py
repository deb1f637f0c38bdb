"""How many workers the mail servers of one workspace keep busy at once."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.smtp_slots import Places
from outrider.mailboxes.wiring import mailbox_repository, smtp_places
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.stack import environment
from tests.integration.outreach import STEP_ONE, Launched, launched, status
from tests.integration.test_mailbox_servers import local_server


@pytest.fixture
def campaign(api: Api, cloud: Cloud) -> Iterator[Launched]:
    """One step is due, from a mailbox with a mail server that answers."""
    with local_server(cloud) as (_, smtp):
        mailbox = {"kind": "smtp", "smtp": smtp, "min_gap_seconds": 0}
        yield launched(api, steps=(STEP_ONE,), mailbox=mailbox)


def the_mailbox(api: Api) -> Mailbox:
    (shown,) = api.get("/v1/mailboxes").json["data"]
    found = mailbox_repository(WorkspaceId(api.workspace().id)).get(shown["id"])
    assert found is not None
    return found


def places_of(api: Api, cloud: Cloud) -> Places:
    with environment(cloud.stack.environment("steps_run")):
        return smtp_places(WorkspaceId(api.workspace().id))


def all_taken(api: Api, cloud: Cloud, held: ExitStack) -> int:
    """How many were free."""
    mailbox, places = the_mailbox(api), places_of(api, cloud)
    taken = 0
    while held.enter_context(places.held(mailbox, f"msg_{taken}")):
        taken += 1
    return taken


def send_for(api: Api, cloud: Cloud, *, seconds: float, times: int = 1) -> None:
    """Hand mails over to a server that takes as long over each, one after the other."""
    for _ in range(times):
        with places_of(api, cloud).held(the_mailbox(api), "msg_one") as free:
            assert free
            cloud.clock.advance(seconds=seconds)


def begin(api: Api, cloud: Cloud, campaign: Launched) -> None:
    """Have a round queue the step."""
    round_ = {"campaign_id": campaign.campaign_id, "run": 1, "round": 0}
    cloud.invoke("campaigns_dispatch", {"workspace": api.workspace().id, **round_})


def sent(api: Api, campaign: Launched) -> int:
    return int(status(api, campaign.campaign_id)["sent"])


class TestPlaces:
    def test_are_few_and_free_again_afterwards(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        mailbox = the_mailbox(api)
        ses = mailbox.model_copy(update={"kind": "ses"})
        with ExitStack() as held:
            assert all_taken(api, cloud, held) == 1
            places = places_of(api, cloud)
            with places.held(mailbox, "msg_more") as more, places.held(ses, "msg_ses") as other:
                assert (more, other) == (False, True)

        with places.held(mailbox, "msg_more") as more:
            assert more

    def test_of_a_worker_that_died_end_by_themselves(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        all_taken(api, cloud, ExitStack())
        cloud.clock.advance(minutes=2)

        with ExitStack() as held:
            assert all_taken(api, cloud, held) == 1

    def test_are_more_each_minute_that_servers_answer_quickly(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        most = places_of(api, cloud).most
        free = []
        for _ in range(most + 2):
            with ExitStack() as held:
                free.append(all_taken(api, cloud, held))
            send_for(api, cloud, seconds=4, times=17)

        assert free == [*range(1, most + 1), most, most]

    def test_are_one_again_behind_a_slow_answer(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        send_for(api, cloud, seconds=4, times=60)

        send_for(api, cloud, seconds=6)

        with ExitStack() as held:
            assert all_taken(api, cloud, held) == 1


class TestStep:
    def test_without_a_place_comes_again_unclaimed(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        with ExitStack() as held:
            all_taken(api, cloud, held)
            begin(api, cloud, campaign)
            cloud.drain()
            (waiting,) = cloud.queue("StepsQueue").messages
            enrollment = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"][
                0
            ]

        assert (waiting.json["waits"], enrollment["status"]) == (1, "active")
        assert 0 < waiting.visible_ms - clock.epoch_ms() <= 10_000
        cloud.run(hours=0.1)
        assert sent(api, campaign) == 1

    def test_is_planned_anew_when_it_has_waited_for_long(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        with ExitStack() as held:
            all_taken(api, cloud, held)
            begin(api, cloud, campaign)
            cloud.drain()
            for _ in range(6):
                for message in cloud.queue("StepsQueue").messages:
                    message.visible_ms = clock.epoch_ms()
                cloud.drain()
            enrollment = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"][
                0
            ]

        assert enrollment["blocked_reason"] == "mail_server_busy"
        cloud.run(hours=1)
        assert sent(api, campaign) == 1

    def test_leaves_those_of_other_workspaces_to_other_workers(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        begin(api, cloud, campaign)
        (record,) = cloud.take("StepsQueue")["Records"]
        own = json.loads(record["body"])
        others: dict[str, Any] = {**own, "workspace": api.workspace("other").id}
        batch = {"Records": [record, {**record, "messageId": "2", "body": json.dumps(others)}]}

        answer = cloud.invoke("steps_run", batch)

        bodies = [message.json for message in cloud.queue("StepsQueue").messages]
        assert answer == {"batchItemFailures": []}
        assert others in bodies
