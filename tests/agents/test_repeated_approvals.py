"""Approvals whose call was refused or whose outcome is not known, and what changes meanwhile."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest

from outrider.agents.approvals import repository, wiring
from outrider.kit.errors import NotCalled
from outrider.mcp import invoking
from outrider.mcp.calls import Event
from tests.agents.proposing import CLAIM, decide, enrolled, propose, shown
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, launched, some_contacts


def throttled() -> int:
    raise NotCalled(headers={"Retry-After": "1"})


@contextmanager
def at_the_call(do: Callable[[], int | None], *, after: bool = False) -> Iterator[None]:
    """Have something happen before the call that is approved, or `after` it. The response of the
    call has the status that it returns, if any."""

    def invoke(name: str, event: Event) -> Event:
        is_call = event["requestContext"]["http"]["method"] == "POST"
        if is_call and after:
            invoking.invoke(name, event)
        if is_call and (status := do()):
            body = json.dumps({"code": "REFUSED", "detail": "Refused", "status": status})
            headers = {"retry-after": "7"} if status == 429 else {}
            return {"statusCode": status, "headers": headers, "body": body}
        return invoking.invoke(name, event)

    with patch.object(wiring, "invoke", invoke):
        yield


def of_status(api: Api, status: str) -> list[str]:
    return [each["id"] for each in api.get(f"/v1/agent/approvals?status={status}").json["data"]]


def refused_after(api: Api, approval_id: str, change: Callable[[], object]) -> Answer:
    """The answer to an approval whose call is refused because of a change before it."""

    def happen() -> None:
        assert getattr(change(), "status", 200) == 200

    with at_the_call(happen):
        answer = decide(api, approval_id)
    assert answer.json["status"] == "failed", answer.text
    assert answer.json["result"]["content"]["code"] == "PRECONDITION_FAILED"
    return answer


class TestApproved:
    @pytest.mark.parametrize("status", [403, 429, None])
    def test_is_taken_back_if_the_call_was_refused_before_anything_was_done(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, status: int | None
    ) -> None:
        """Then another person can decide, about exactly what was shown, while the approval
        lasts."""
        with at_the_call(lambda: status or throttled()):
            refused = decide(api, launch)
        approval = shown(api, launch)
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": [{**STEP_ONE, "text": "Buy!"}]})
        other = decide(api, launch, key=api.key("*"))

        assert refused.status == (403 if status == 403 else 503)
        assert "was not made" in refused.json["detail"]
        assert (approval["status"], approval["decided_by"]) == ("pending", None)
        assert (other.json["code"], enrolled(api, sequence)) == ("APPROVAL_CHANGED", 0)
        cloud.clock.advance(minutes=15)
        assert shown(api, launch)["status"] == "expired"

    def test_is_not_repeated_if_something_changed_since(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        with cloud.wire.crash_at(CLAIM, "after") as crashed:
            decide(api, launch)
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": [{**STEP_ONE, "text": "Buy!"}]})
        cloud.clock.advance(seconds=40)

        answer = decide(api, launch)

        assert (crashed(), answer.status, enrolled(api, sequence)) == (True, 409, 0)
        assert "something has changed" in answer.json["detail"]

    def test_is_not_repeated_after_its_fifteen_minutes(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        with cloud.wire.crash_at(CLAIM, "after"):
            decide(api, launch)
        executing = shown(api, launch)
        cloud.clock.advance(minutes=16)

        assert (decide(api, launch).status, enrolled(api, sequence)) == (409, 0)
        unanswered = shown(api, launch)
        assert (executing["status"], unanswered["status"]) == ("executing", "unanswered")
        assert "approve it again" in executing["advice"]
        assert "Look at what the call was to change" in unanswered["advice"]
        assert of_status(api, "unanswered") == [unanswered["id"]]
        assert of_status(api, "executing") == []

    def test_returns_a_stored_response_also_later(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        """Then the call was made, and nothing is made again."""
        with at_the_call(lambda: 504, after=True):
            lost = decide(api, launch)
        cloud.clock.advance(minutes=16)
        before = shown(api, launch)["status"]

        answer = decide(api, launch)

        assert (lost.status, before, answer.json["status"]) == (503, "unanswered", "executed")
        assert (answer.json["advice"], enrolled(api, sequence)) == (None, 2)

    @pytest.mark.parametrize("status", [403, 504])
    def test_is_left_to_whoever_took_it_over(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, status: int
    ) -> None:
        """A request that hung for longer than its lease changes nothing any more."""
        is_late, others = iter([True]), list[Answer]()

        def hang() -> int | None:
            if not next(is_late, False):
                return None
            cloud.clock.advance(seconds=4)
            others.append(decide(api, launch))
            return status

        lease = patch.object(repository, "LEASE", timedelta(seconds=3))
        with lease, at_the_call(hang):
            late = decide(api, launch)

        assert (late.status, late.json["code"]) == (409, "CONFLICT")
        assert [each.json for each in others] == [shown(api, launch)]
        assert (others[0].json["status"], enrolled(api, sequence)) == ("executed", 2)


class TestBinding:
    """What changes between comparing and calling, the API refuses."""

    @pytest.mark.parametrize("tool", ["launch_sequence", "launch_campaign"])
    def test_of_a_launch(self, api: Api, cloud: Cloud, sequence: str, tool: str) -> None:
        campaign = api.post("/v1/campaigns", {"name": "Draft", "sequence_id": sequence}).json["id"]
        target = {"sequence_id": sequence} if "sequence" in tool else {"campaign_id": campaign}
        approval = propose(api, tool, {**target, "contact_ids": some_contacts(api, 1)})

        assert self.sent(api, cloud, approval.id, sequence) == 0

    @pytest.mark.parametrize("tool", ["add_audience", "trigger_campaign"])
    def test_of_further_recipients(self, api: Api, cloud: Cloud, tool: str) -> None:
        running = launched(api)
        (contact,) = some_contacts(api, 1, name="eve")
        whom = {"contact_ids": [contact]} if tool == "add_audience" else {"contact_id": contact}
        approval = propose(api, tool, {"campaign_id": running.campaign_id, **whom})

        assert self.sent(api, cloud, approval.id, running.sequence_id) == 0

    @pytest.mark.parametrize("tool", ["resume_sequence", "resume_campaign", "retry_campaign"])
    def test_of_what_goes_on(self, api: Api, cloud: Cloud, tool: str) -> None:
        running = launched(api)
        sequence = f"/v1/sequences/{running.sequence_id}"
        api.post(f"{sequence}/pause")
        target = (
            {"sequence_id": running.sequence_id}
            if "sequence" in tool
            else {"campaign_id": running.campaign_id}
        )
        approval = propose(api, tool, target)

        steps = {"steps": [{**STEP_ONE, "text": "Buy!"}], "migrate": True}
        refused_after(api, approval.id, lambda: api.put(f"{sequence}/steps", steps))
        assert api.get(sequence).json["status"] == "paused"

    def test_of_an_enrollment(self, api: Api, cloud: Cloud) -> None:
        running = launched(api)
        rows = api.get(f"/v1/campaigns/{running.campaign_id}/enrollments").json["data"]
        path = f"/v1/enrollments/{rows[0]['id']}"
        api.post(f"{path}/pause")
        approval = propose(api, "resume_enrollment", {"enrollment_id": rows[0]["id"]})

        def change() -> None:
            api.post(f"{path}/resume")
            api.post(f"{path}/pause")

        refused_after(api, approval.id, change)
        assert api.get(path).json["status"] == "paused"

    @pytest.mark.parametrize("tool", ["run_workflow", "resume_workflow", "add_workflow_leads"])
    def test_of_a_workflow(self, api: Api, cloud: Cloud, tool: str) -> None:
        workflow = api.post("/v1/workflows", {"name": "W", "stages": ["qualify"]}).json["id"]
        path, leads = f"/v1/workflows/{workflow}", [{"email": "ada@x.example"}]
        if tool == "resume_workflow":
            api.post(f"{path}/run")
            api.post(f"{path}/pause")
        status = api.get(path).json["status"]
        arguments = {"workflow_id": workflow} | ({"leads": leads} if "leads" in tool else {})
        approval = propose(api, tool, arguments)

        auto = {"settings": {"auto_review": True}}
        refused_after(api, approval.id, lambda: api.patch(path, auto))
        assert api.get(path).json["status"] == status
        assert api.get("/v1/leads").json["data"] == []

    def sent(self, api: Api, cloud: Cloud, approval_id: str, sequence: str) -> int:
        """How many get other texts than those that were approved."""
        steps = {"steps": [{**STEP_ONE, "text": "Buy!"}]}

        answer = refused_after(
            api, approval_id, lambda: api.put(f"/v1/sequences/{sequence}/steps", steps)
        )
        (contact,) = answer.json["shown"]["recipients"]["named"]
        rows = api.get(f"/v1/enrollments?contact_id={contact['contact_id']}").json["data"]
        return len(rows)
