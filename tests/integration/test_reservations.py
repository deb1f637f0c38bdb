"""What a round takes of the day's limits before it queues anything, whoever does it meanwhile."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from outrider.campaigns.dispatch.reservations import Reservations
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.sqs import SendFailed
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, Launched, launched
from tests.integration.test_steps import CALL, again


def a_round(api: Api, cloud: Cloud, campaign: Launched) -> None:
    names = {"workspace": api.workspace().id, "campaign_id": campaign.campaign_id}
    cloud.invoke("campaigns_dispatch", {**names, "run": 1, "round": 0})


def second(api: Api, **settings: Any) -> Launched:
    """Another campaign from the same mailbox, to another contact."""
    made = api.post("/v1/contacts", {"email": "eve@example.com", "first_name": "Eve"}).json
    return again(api, [made["id"]], STEP_ONE, **settings)


@contextmanager
def overlapping(api: Api, cloud: Cloud, campaign: Launched) -> Iterator[None]:
    """The first round reserves behind a whole one of `campaign`."""
    reserve, others = Reservations.reserve, [campaign]

    def late(self: Reservations, *given: Any) -> bool:
        if others:
            a_round(api, cloud, others.pop())
        return reserve(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reservations, "reserve", late)
        yield
    assert not others


def queued(cloud: Cloud) -> list[dict[str, Any]]:
    return [json.loads(message.body) for message in cloud.queue("StepsQueue").messages]


def enrollments(api: Api, cloud: Cloud) -> list[Item]:
    return cloud.items("enrollments", f"{api.workspace().id}#cam_")


def used(cloud: Cloud, kind: str) -> list[int]:
    """What is taken of the days of mailboxes (`mbx`) or campaigns (`cam`)."""
    days = [each for each in cloud.items("campaigns") if each["sk"].startswith("day#")]
    return [int(each["used"]) for each in days if f"#{kind}_" in each["pk"]]


class TestOverlappingRounds:
    def test_keep_the_cap_of_a_mailbox(self, api: Api, cloud: Cloud) -> None:
        first = launched(api, 3, steps=(STEP_ONE,), mailbox={"daily_cap": 3})
        other = second(api)

        with overlapping(api, cloud, other):
            a_round(api, cloud, first)

        assert used(cloud, "mbx") == [3]
        assert len(queued(cloud)) == 3

    def test_keep_the_limits_of_a_campaign(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 3, steps=(STEP_ONE,), settings={"daily_limit": 2})

        with overlapping(api, cloud, campaign):
            a_round(api, cloud, campaign)

        assert used(cloud, "cam") == [2]

    def test_keep_the_gap_of_a_mailbox(self, api: Api, cloud: Cloud) -> None:
        first = launched(api, 1, steps=(STEP_ONE,), mailbox={"min_gap_seconds": 60})
        other = second(api)

        with overlapping(api, cloud, other):
            a_round(api, cloud, first)

        one, two = sorted(message.visible_ms for message in cloud.queue("StepsQueue").messages)
        assert two - one >= 60_000

    def test_give_back_what_is_not_used(self, api: Api, cloud: Cloud) -> None:
        """The mailbox has room for both, the campaign for one."""
        campaign = launched(api, 1, steps=(STEP_ONE,), settings={"daily_limit": 1})

        with overlapping(api, cloud, campaign):
            a_round(api, cloud, campaign)

        assert used(cloud, "mbx") == [1]


class TestDeferred:
    def test_emails_stay_in_their_lane(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2, steps=(STEP_ONE,), settings={"company_daily_limit": 1})
        lane = {each["by_due_sk"].rpartition("#")[0] for each in enrollments(api, cloud)}

        a_round(api, cloud, campaign)

        (job,) = queued(cloud)
        (left,) = [each for each in enrollments(api, cloud) if each["sk"] != job["contact_id"]]
        assert left["blocked_reason"] == "company_daily_limit"
        assert {left["by_due_sk"].rpartition("#")[0]} == lane != {""}


class TestQueueing:
    def test_gives_back_what_the_queue_does_not_take(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(
            api, 12, steps=(STEP_ONE,), settings={"daily_limit": 12}, mailbox={"daily_cap": 12}
        )

        with (
            cloud.wire.refuse("sqs", "SendMessageBatch", "ThrottlingException", skip=1),
            suppress(SendFailed),
        ):
            a_round(api, cloud, campaign)

        assert used(cloud, "mbx") + used(cloud, "cam") == [10, 10]
        assert len(queued(cloud)) == 10

    def test_gives_back_the_unit_of_a_step_that_is_not_handed_over(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,), settings={"keep_running": True})
        cloud.run(hours=0.1)
        path = f"/v1/campaigns/{campaign.campaign_id}/trigger"

        with cloud.wire.refuse("sqs", "SendMessageBatch", "ThrottlingException"):
            api.post(path, {"email": "new@example.com", "first_name": "New"})

        assert used(cloud, "mbx") == [1]


class TestQueued:
    def test_are_left_alone_until_their_lease_is_over(self, api: Api, cloud: Cloud) -> None:
        """The worker was killed, and the queue brings the job again later; or never."""
        campaign = launched(api, steps=(STEP_ONE,))
        a_round(api, cloud, campaign)
        (before,) = enrollments(api, cloud)

        cloud.clock.advance(minutes=6)
        a_round(api, cloud, campaign)

        assert enrollments(api, cloud) == [before]
        assert used(cloud, "mbx") == [len(queued(cloud))] == [1]
        cloud.queue("StepsQueue").messages.clear()
        cloud.clock.advance(minutes=15)
        a_round(api, cloud, campaign)
        assert len(queued(cloud)) == 1

    def test_wake_the_clock_when_the_first_lease_is_over(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2, steps=(STEP_ONE,), mailbox={"min_gap_seconds": 300})
        a_round(api, cloud, campaign)
        first, second = sorted(each["due_at"] for each in enrollments(api, cloud))
        cloud.queue("StepsQueue").messages.clear()

        cloud.clock.advance(seconds=(clock.from_text(first) - cloud.clock.now).total_seconds())
        a_round(api, cloud, campaign)

        explained = api.get(f"/v1/campaigns/{campaign.campaign_id}/explain").json
        assert len(queued(cloud)) == 1
        assert explained["next_look_at"] == second


class TestPausing:
    def test_puts_back_what_was_queued_once(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 3, steps=(STEP_ONE,), settings={"daily_limit": 5})
        path = f"/v1/campaigns/{campaign.campaign_id}"
        a_round(api, cloud, campaign)
        before = used(cloud, "mbx") + used(cloud, "cam")
        api.post(f"{path}/pause")

        jobs = cloud.take("StepsQueue")
        cloud.invoke("steps_run", jobs)
        cloud.clock.advance(seconds=1)
        cloud.invoke("steps_run", jobs)  # the queue brings them twice
        after = used(cloud, "mbx") + used(cloud, "cam")
        backlog = api.post(f"{path}/resume").json["backlog"]
        cloud.run(hours=10 / 3_600)

        assert (before, after) == ([3, 3], [0, 0])
        assert backlog["overdue"] == 3
        assert len(cloud.mails()) == 3

    @pytest.fixture
    def path(self, api: Api, cloud: Cloud) -> str:
        """That of an enrollment whose step lies in the queue."""
        campaign = launched(api, steps=(STEP_ONE,))
        a_round(api, cloud, campaign)
        (contact_id,) = campaign.contact_ids
        (found,) = api.get(f"/v1/enrollments?contact_id={contact_id}").json["data"]
        return f"/v1/enrollments/{found['id']}"

    def test_one_enrollment_puts_back_its_step_once(
        self, api: Api, cloud: Cloud, path: str
    ) -> None:
        api.post(f"{path}/pause")

        jobs = cloud.take("StepsQueue")
        cloud.invoke("steps_run", jobs)
        cloud.clock.advance(seconds=1)
        cloud.invoke("steps_run", jobs)
        after = used(cloud, "mbx")
        waits = api.get(path).json["blocked_reason"]
        api.post(f"{path}/resume")
        cloud.run(hours=10 / 3_600)

        assert (after, waits) == ([0], "by_person")
        assert len(cloud.mails()) == 1
        assert used(cloud, "mbx") == [1]

    def test_keeps_in_the_queue_what_goes_on_before_its_slot(
        self, api: Api, cloud: Cloud, path: str
    ) -> None:
        before = enrollments(api, cloud)[0]
        api.post(f"{path}/pause")
        cloud.clock.advance(seconds=1)
        resumed = api.post(f"{path}/resume").json
        (after,) = enrollments(api, cloud)
        cloud.run(hours=10 / 3_600)

        assert resumed["blocked_reason"] == "queued"
        assert after["by_due_sk"] == before["by_due_sk"]
        assert len(cloud.mails()) == 1
        assert used(cloud, "mbx") == [1]

    def test_loses_no_step_that_is_resumed_as_its_job_comes(
        self, api: Api, cloud: Cloud, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.post(f"{path}/pause")
        postpone = EnrollmentRepository.postpone

        def late(self: EnrollmentRepository, *given: Any, **also: Any) -> bool:
            api.post(f"{path}/resume")
            return postpone(self, *given, **also)

        monkeypatch.setattr(EnrollmentRepository, "postpone", late)
        cloud.invoke("steps_run", cloud.take("StepsQueue"))

        assert len(cloud.mails()) == 1
        assert used(cloud, "mbx") == [1]


class TestTwice:
    """The queue brings a job twice, or before the round has moved its due time."""

    def test_gives_back_the_unit_of_what_is_put_off_once(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2, steps=(STEP_ONE,))
        a_round(api, cloud, campaign)
        jobs = cloud.take("StepsQueue")
        first = {"Records": jobs["Records"][:1]}
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "paused"})

        for _ in range(2):
            cloud.invoke("steps_run", first)
            cloud.clock.advance(seconds=1)

        assert used(cloud, "mbx") == [1]
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "active"})
        cloud.invoke("steps_run", jobs)
        assert len(cloud.mails()) == used(cloud, "mbx")[0] == 1

    def test_gives_back_the_unit_of_what_is_paused_before_it_is_moved(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        (contact_id,) = campaign.contact_ids
        (found,) = api.get(f"/v1/enrollments?contact_id={contact_id}").json["data"]
        postpone = EnrollmentRepository.postpone

        def late(self: EnrollmentRepository, *given: Any) -> bool:
            monkeypatch.undo()
            api.post(f"/v1/enrollments/{found['id']}/pause")
            return postpone(self, *given)

        monkeypatch.setattr(EnrollmentRepository, "postpone", late)
        a_round(api, cloud, campaign)
        cloud.clock.advance(seconds=1)
        jobs = cloud.take("StepsQueue")
        for _ in range(2):
            cloud.invoke("steps_run", jobs)
            cloud.clock.advance(seconds=1)

        assert used(cloud, "mbx") == [0]


class TestMigrating:
    @staticmethod
    def migrated(api: Api, cloud: Cloud, *newest: int) -> None:
        """The first of three steps lies in the queue, and only these of them are left."""
        campaign = launched(api, steps=(STEP_ONE, CALL, {**STEP_ONE, "text": "Last"}))
        path = f"/v1/sequences/{campaign.sequence_id}/steps"
        a_round(api, cloud, campaign)
        steps = api.get(path).json["steps"]
        left = [steps[each] for each in newest] or [{**STEP_ONE, "text": "Another"}]
        answer = api.put(path, {"steps": left, "migrate": True})
        assert answer.status == 200, answer.text

    @pytest.mark.parametrize(("newest", "lane"), [((2,), "first##"), ((1,), ""), ((), None)])
    def test_puts_what_moves_into_its_lane_and_gives_back_its_unit(
        self, api: Api, cloud: Cloud, newest: tuple[int, ...], lane: str | None
    ) -> None:
        self.migrated(api, cloud, *newest)

        cloud.invoke("steps_run", cloud.take("StepsQueue"))

        (item,) = enrollments(api, cloud)
        if lane is None:
            assert item["state"] == "finished"
        else:
            assert item["by_due_sk"] == f"{lane}{item['due_at']}"
        assert used(cloud, "mbx") == [0]

    def test_keeps_in_the_queue_what_goes_on_with_its_job(self, api: Api, cloud: Cloud) -> None:
        """Its worker dies before it claims."""
        self.migrated(api, cloud, 0, 2)

        with cloud.wire.refuse("dynamodb", "UpdateItem", "ThrottlingException", skip=1):
            cloud.invoke("steps_run", cloud.take("StepsQueue"))

        (item,) = enrollments(api, cloud)
        assert item["steps_version"] == 2
        assert item["by_due_sk"] == f"queued#{item['due_at']}"


class TestSteps:
    def test_give_back_what_the_provider_does_not_take(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,), settings={"daily_limit": 1})
        a_round(api, cloud, campaign)
        before = used(cloud, "mbx") + used(cloud, "cam")

        with cloud.wire.refuse("sesv2", "SendEmail", "TooManyRequestsException"):
            cloud.invoke("steps_run", cloud.take("StepsQueue"))

        after = used(cloud, "mbx") + used(cloud, "cam")
        assert (before, after) == ([1, 1], [0, 0])
