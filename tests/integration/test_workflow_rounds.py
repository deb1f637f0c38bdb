"""Rounds of workflows: how many leads are in the queues, what is queued again, and how often
anybody looks."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from outrider.kit.aws.dynamodb import ItemPage
from outrider.leads.repository import LeadRepository
from outrider.research.service import ResearchService
from outrider.workflows.runs import dispatcher
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.running_workflows import a_lead, a_workflow, leads_of, run, statuses


def a_round(cloud: Cloud, before: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = cloud.invoke("workflows_dispatch", before)
    return answer


def begun(api: Api, cloud: Cloud, leads: int) -> dict[str, Any]:
    """The input of the first round of a run over so many leads."""
    workflow = a_workflow(api, "qualify")
    for number in range(leads):
        a_lead(api, workflow, f"a{number}@acme.example")
    run(api, workflow)
    cloud.clock.advance(minutes=1)
    workspace = api.workspace().id
    return {"workspace": workspace, "workflow_id": workflow, "clock": 1, "round": 0}


def wait_of(answer: dict[str, Any], cloud: Cloud) -> float:
    until = cloud.clock.now.fromisoformat(answer["wait_until"])
    return (until - cloud.clock.now) / timedelta(seconds=1)


class TestWindow:
    def test_leaves_most_of_a_large_workflow_in_the_table(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 5)
        queue = cloud.queue("QualifyQueue")

        with patch.object(dispatcher, "WINDOW", 2):
            one = a_round(cloud, first)
            two = a_round(cloud, one)
            taken = cloud.take("QualifyQueue", 1)
            cloud.invoke("workflows_qualify", taken)
            queue.messages.pop(0)
            three = a_round(cloud, two)

        assert [each["queued"] for each in (one, two, three)] == [2, 0, 1]
        assert len({message.json["lead_id"] for message in queue.messages}) == 2

    def test_takes_in_a_lead_that_waits_for_another_attempt(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 1)
        one = a_round(cloud, first)
        with patch("outrider.research.service.ResearchService.known", side_effect=KeyError):
            cloud.invoke("workflows_qualify", cloud.take("QualifyQueue"))
        cloud.queue("QualifyQueue").messages.clear()

        two = a_round(cloud, one)
        cloud.clock.advance(minutes=2)
        three = a_round(cloud, two)

        assert [each["queued"] for each in (two, three)] == [0, 1]


class TestLostMessages:
    def test_are_sent_again_after_a_quarter_of_an_hour(self, api: Api, cloud: Cloud) -> None:
        one = a_round(cloud, begun(api, cloud, 2))
        cloud.queue("QualifyQueue").messages.clear()

        two = a_round(cloud, one)
        cloud.clock.advance(minutes=16)
        three = a_round(cloud, two)

        assert [each["queued"] for each in (one, two, three)] == [2, 0, 2]
        cloud.run(hours=1)
        assert statuses(api, one["workflow_id"]) == {"qualified": 2}


class TestWaits:
    def test_grow_while_nothing_moves(self, api: Api, cloud: Cloud) -> None:
        answer = a_round(cloud, begun(api, cloud, 1))
        waits = [wait_of(answer, cloud)]
        for _ in range(6):
            answer = a_round(cloud, answer)
            waits.append(wait_of(answer, cloud))

        assert waits == [2, 4, 8, 16, 20, 20, 20]

    def test_are_recorded_every_few_minutes(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 1)

        written = 0
        for _ in range(30):
            with cloud.writes() as keys:
                first = a_round(cloud, first)
            written += len(keys)
            cloud.clock.advance(seconds=20)

        assert 1 <= written <= 5


class TestClock:
    def test_that_was_replaced_stops(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 1)
        path = f"/v1/workflows/{first['workflow_id']}"
        api.post(f"{path}/pause")
        api.post(f"{path}/resume")

        assert a_round(cloud, first)["next"] == "stop"
        assert a_round(cloud, {**first, "clock": 2})["next"] == "wait"

    def test_hands_over_before_its_history_is_full(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 1)

        answer = a_round(cloud, {**first, "round": 500})

        assert (answer["next"], answer["successor_name"]) == (
            "successor",
            f"{first['workflow_id']}-2",
        )

    def test_does_not_complete_a_run_that_gets_a_lead_at_that_moment(
        self, api: Api, cloud: Cloud
    ) -> None:
        last = begun(api, cloud, 0)
        workflow = last["workflow_id"]

        def add() -> None:
            a_lead(api, workflow, "late@acme.example")

        with cloud.wire.once_after("BatchGetItem", add):
            answer = a_round(cloud, last)

        assert answer["next"] == "wait"
        cloud.run(hours=1)
        assert statuses(api, workflow) == {"qualified": 1}


class TestDuplicates:
    def test_of_a_message_do_nothing_while_a_worker_has_the_lead(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_round(cloud, begun(api, cloud, 1))
        records = cloud.take("QualifyQueue")
        known = ResearchService.known
        worked = []

        def meanwhile(service: ResearchService, contact_id: str) -> Any:
            worked.append(contact_id)
            if len(worked) == 1:
                cloud.invoke("workflows_qualify", records)
            return known(service, contact_id)

        with patch.object(ResearchService, "known", meanwhile):
            cloud.invoke("workflows_qualify", records)
            cloud.invoke("workflows_qualify", records)

        assert len(worked) == 1

    def test_of_a_request_to_run_start_one_run(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api, "qualify")
        path, answers = f"/v1/workflows/{workflow}/run", list[Answer]()

        with cloud.wire.once_after("GetItem", lambda: answers.append(api.post(path))):
            answers.append(api.post(path))
        assert sorted(each.status for each in answers) == [200, 409]
        assert len(api.get(f"/v1/workflows/{workflow}/runs").json["data"]) == 1

    def test_of_a_request_with_its_key_get_the_first_answer(self, api: Api, cloud: Cloud) -> None:
        path = f"/v1/workflows/{a_workflow(api, 'qualify')}/run"

        one, other = (api.post(path, headers={"idempotency-key": "run-1"}) for _ in range(2))

        assert (one.status, one.json) == (other.status, other.json)


class TestPause:
    def test_leaves_what_lies_in_a_queue_to_the_time_after_it(self, api: Api, cloud: Cloud) -> None:
        first = begun(api, cloud, 2)
        a_round(cloud, first)
        path = f"/v1/workflows/{first['workflow_id']}"

        api.post(f"{path}/pause")
        cloud.drain()
        paused = statuses(api, first["workflow_id"])
        api.post(f"{path}/resume")
        cloud.run(hours=1)

        assert (paused, statuses(api, first["workflow_id"])) == ({"new": 2}, {"qualified": 2})


class TestDeletion:
    def test_ends_a_lead_in_review_that_the_index_does_not_have_yet(
        self, api: Api, cloud: Cloud
    ) -> None:
        first = begun(api, cloud, 1)
        (lead,) = api.get("/v1/leads").json["data"]
        stored = leads_of(api).get(lead["id"])
        assert stored is not None
        leads_of(api).change(stored, stored.at_stage(None, status="review"), [])
        api.delete(f"/v1/workflows/{first['workflow_id']}")

        with patch.object(LeadRepository, "page", return_value=ItemPage([], None)):
            late = a_round(cloud, {**first, "clock": 2})
        answer = a_round(cloud, late)

        assert (late["next"], answer["next"]) == ("wait", "wait")
        assert api.get(f"/v1/leads/{lead['id']}").json["failure"]["code"] == "workflow_deleted"
        while answer["next"] == "wait":
            answer = a_round(cloud, answer)
        assert api.get(f"/v1/leads/{lead['id']}").json["waits_for"] is None
