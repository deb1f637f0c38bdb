"""Approvals whose call was refused or whose outcome is not known, and what changes meanwhile."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from outrider.agents.approvals import wiring
from outrider.kit.errors import NotCalled
from outrider.mcp import invoking
from outrider.mcp.calls import Event
from tests.agents.proposing import CLAIM, decide, enrolled, propose, shown
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, launched, some_contacts


def throttled() -> int:
    raise NotCalled(headers={"Retry-After": "1"})


@contextmanager
def before_the_call(do: Callable[[], int | None]) -> Iterator[None]:
    """Have something happen before the call that is approved, which is refused with the status that
    it returns, if any."""

    def invoke(name: str, event: Event) -> Event:
        if event["requestContext"]["http"]["method"] == "POST" and (status := do()):
            body = json.dumps({"code": "REFUSED", "detail": "Refused", "status": status})
            headers = {"retry-after": "7"} if status == 429 else {}
            return {"statusCode": status, "headers": headers, "body": body}
        return invoking.invoke(name, event)

    with patch.object(wiring, "invoke", invoke):
        yield


class TestApproved:
    @pytest.mark.parametrize("status", [403, 429, None])
    def test_is_taken_back_if_the_call_was_refused_before_anything_was_done(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, status: int | None
    ) -> None:
        """Then another person can decide, about exactly what was shown, while the approval
        lasts."""
        with before_the_call(lambda: status or throttled()):
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
        cloud.clock.advance(minutes=16)

        assert (decide(api, launch).status, enrolled(api, sequence)) == (409, 0)


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

    def sent(self, api: Api, cloud: Cloud, approval_id: str, sequence: str) -> int:
        """How many get other texts than those that were approved."""
        steps = {"steps": [{**STEP_ONE, "text": "Buy!"}]}

        def change() -> None:
            api.put(f"/v1/sequences/{sequence}/steps", steps)

        with before_the_call(change):
            answer = decide(api, approval_id)

        assert answer.json["status"] == "failed", answer.text
        assert answer.json["result"]["content"]["code"] == "PRECONDITION_FAILED"
        (contact,) = answer.json["shown"]["recipients"]["named"]
        rows = api.get(f"/v1/enrollments?contact_id={contact['contact_id']}").json["data"]
        return len(rows)
