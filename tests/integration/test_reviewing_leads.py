"""Reviews of leads: what a person approves is exactly what was shown."""

from collections.abc import Mapping
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import batch_get
from outrider.kit.counters import total
from outrider.leads.models import Lead
from outrider.leads.wiring import lead_repository
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import a_mailbox
from tests.integration.reviewing import a_contacting_workflow, a_lead_in_review, put_in_review

KEY = {"idempotency-key": "review-1"}


@pytest.fixture
def workflow(api: Api) -> str:
    return a_contacting_workflow(api)


@pytest.fixture
def lead_id(api: Api, workflow: str) -> str:
    return a_lead_in_review(api, workflow, first_name="Ada")


def approve(api: Api, lead_id: str, body: Any = None, **options: Any) -> Answer:
    return api.post(f"/v1/leads/{lead_id}/approve", body, **options)


def reject(api: Api, lead_id: str, body: Any = None, **options: Any) -> Answer:
    return api.post(f"/v1/leads/{lead_id}/reject", body, **options)


def edit(api: Api, lead_id: str, body: Any, **options: Any) -> Answer:
    return api.patch(f"/v1/leads/{lead_id}/draft", body, **options)


def shown(api: Api, lead_id: str) -> Any:
    return api.get(f"/v1/leads/{lead_id}").json


def stored(api: Api, lead_id: str) -> Lead:
    found = lead_repository(WorkspaceId(api.workspace().id)).get(lead_id)
    assert found is not None
    return found


def changed(api: Api, lead_id: str, **changes: Any) -> None:
    leads = lead_repository(WorkspaceId(api.workspace().id))
    lead = stored(api, lead_id)
    leads.change(lead, lead.changed(**changes), [])


def pending(api: Api, workflow_id: str) -> int:
    leads = lead_repository(WorkspaceId(api.workspace().id))
    return total(batch_get(leads.pending(workflow_id).keys()).values(), "pending")


def events(api: Api, cloud: Cloud) -> list[str]:
    cloud.drain()
    names = [each["event"] for each in api.get("/v1/events?type=lead.*").json["data"]]
    return [each for each in names if each != "lead.created"]


class TestApprove:
    def test_lets_the_workflow_send_what_was_shown(
        self, api: Api, cloud: Cloud, workflow: str, lead_id: str
    ) -> None:
        waiting = shown(api, lead_id)

        answer = approve(api, lead_id, {"draft_hash": waiting["draft"]["hash"]})

        assert (waiting["status"], waiting["waits_for"]) == ("review", "approval")
        assert (answer.status, answer.json["status"]) == (200, "qualified")
        assert answer.json["draft"] == waiting["draft"]
        assert answer.json["approved_at"] is not None
        assert answer.json["waits_for"] == "contact"
        assert (stored(api, lead_id).stage, pending(api, workflow)) == ("contact", 1)
        assert shown(api, lead_id) == answer.json
        assert events(api, cloud) == ["lead.approved"]

    def test_needs_nothing_but_the_lead_and_can_be_repeated(
        self, api: Api, cloud: Cloud, workflow: str, lead_id: str
    ) -> None:
        first, second = approve(api, lead_id), approve(api, lead_id)

        assert (first.status, second.json) == (200, first.json)
        assert pending(api, workflow) == 1
        assert events(api, cloud) == ["lead.approved"]

    def test_is_of_the_draft_that_was_read(self, api: Api, lead_id: str) -> None:
        read = shown(api, lead_id)
        edit(api, lead_id, {"subject": "Another"})

        other = approve(api, lead_id, {"draft_hash": read["draft"]["hash"]})
        older = approve(api, lead_id, headers={"if-match": str(read["version"])})

        assert (other.status, older.status) == (409, 412)
        assert shown(api, lead_id)["draft"]["hash"] in other.json["detail"]
        assert stored(api, lead_id).status == "review"

    def test_is_refused_once_where_the_draft_would_be_another_one_now(
        self, api: Api, cloud: Cloud, lead_id: str
    ) -> None:
        before = shown(api, lead_id)
        api.patch(f"/v1/contacts/{before['contact_id']}", {"first_name": "Grace"})

        refused = approve(api, lead_id)

        after = shown(api, lead_id)
        assert (refused.status, refused.json["code"]) == (409, "CONFLICT")
        assert "made again" in refused.json["detail"]
        assert "Grace" in after["draft"]["text"]
        assert after["draft"]["hash"] != before["draft"]["hash"]
        assert approve(api, lead_id, {"draft_hash": after["draft"]["hash"]}).status == 200
        assert events(api, cloud) == ["lead.approved"]

    def test_is_of_the_address_that_was_shown(self, api: Api, lead_id: str) -> None:
        before = shown(api, lead_id)
        api.patch(f"/v1/contacts/{before['contact_id']}", {"email": "mallory@example.com"})

        refused = approve(api, lead_id, {"draft_hash": before["draft"]["hash"]})

        assert refused.status == 409
        assert before["draft"]["to"] != shown(api, lead_id)["draft"]["to"] == "mallory@example.com"

    def test_keeps_the_mailbox_as_long_as_it_can_send(self, api: Api, lead_id: str) -> None:
        mailbox = shown(api, lead_id)["draft"]["mailbox_id"]
        a_mailbox(api, email="eve@outrider.test", daily_cap=100_000)

        kept = approve(api, lead_id)
        other = a_lead_in_review(api)
        api.patch(f"/v1/mailboxes/{stored(api, other).draft.mailbox_id}", {"status": "paused"})  # type: ignore[union-attr]
        refused = approve(api, other)

        assert (kept.status, kept.json["draft"]["mailbox_id"]) == (200, mailbox)
        assert refused.status == 409

    def test_says_why_it_cannot_be_sent(self, api: Api, lead_id: str) -> None:
        mailbox = shown(api, lead_id)["draft"]["mailbox_id"]
        api.delete(f"/v1/mailboxes/{mailbox}")

        answer = approve(api, lead_id)

        assert answer.status == 409
        assert "There is no mailbox" in answer.json["detail"]
        assert stored(api, lead_id).status == "review"

    @pytest.mark.parametrize("status", ["new", "qualified", "disqualified", "contacted"])
    def test_is_of_leads_in_review(self, api: Api, lead_id: str, status: str) -> None:
        changed(api, lead_id, status=status)

        answer = approve(api, lead_id)

        assert answer.status == 409
        assert f"The lead is {status}" in answer.json["detail"]

    def test_needs_the_workflow(self, api: Api, workflow: str, lead_id: str) -> None:
        api.delete(f"/v1/workflows/{workflow}")

        assert approve(api, lead_id).status == 409
        assert approve(api, "led_x").status == 404

    @pytest.mark.parametrize(("number", "when"), crash_points(9))
    def test_that_crashes_approves_once_when_it_is_repeated(
        self, api: Api, cloud: Cloud, *, workflow: str, lead_id: str, number: int, when: When
    ) -> None:
        with cloud.wire.crash_at(number, when):
            approve(api, lead_id, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = approve(api, lead_id, headers=KEY)

        assert (answer.status, answer.json["status"]) == (200, "qualified")
        assert pending(api, workflow) == 1
        assert events(api, cloud) == ["lead.approved"]


class TestReject:
    def test_ends_the_way_of_the_lead(
        self, api: Api, cloud: Cloud, workflow: str, lead_id: str
    ) -> None:
        answer = reject(api, lead_id, {"reason": "A competitor"})
        again = reject(api, lead_id)

        assert (answer.status, answer.json["status"]) == (200, "disqualified")
        assert answer.json["status_reason"] == "A competitor"
        assert answer.json["decided_at"] is not None
        assert answer.json["draft"] is answer.json["waits_for"] is None
        assert again.json == answer.json
        assert approve(api, lead_id).status == 409
        assert pending(api, workflow) == 0
        assert events(api, cloud) == ["lead.disqualified"]

    def test_that_is_repeated_changes_the_reason(
        self, api: Api, cloud: Cloud, lead_id: str
    ) -> None:
        reject(api, lead_id)

        answer = reject(api, lead_id, {"reason": "A competitor"})

        assert (answer.status, answer.json["status_reason"]) == (200, "A competitor")
        assert shown(api, lead_id)["status_reason"] == "A competitor"
        assert events(api, cloud) == ["lead.disqualified"]

    def test_takes_back_an_approval_until_the_lead_is_enrolled(
        self, api: Api, workflow: str, lead_id: str
    ) -> None:
        approve(api, lead_id)
        other = a_lead_in_review(api, workflow)
        approve(api, other)
        changed(api, other, stage=None, enrollment_id="enr_1")

        assert reject(api, lead_id).json["approved_at"] is None
        assert reject(api, other).status == 409
        assert pending(api, workflow) == 0

    def test_is_possible_while_a_worker_waits_to_try_again(self, api: Api, lead_id: str) -> None:
        approve(api, lead_id)
        changed(api, lead_id, lease_until="2999-01-01T00:00:00.000Z")

        assert reject(api, lead_id).json["status"] == "disqualified"


class TestEdit:
    def test_changes_what_is_sent(self, api: Api, lead_id: str) -> None:
        before = shown(api, lead_id)["draft"]

        answer = edit(api, lead_id, {"subject": "Hello\n{{ first_name }}", "text": "Short."})

        draft = answer.json["draft"]
        assert (answer.status, draft["subject"]) == (200, "Hello {{ first_name }}")
        assert draft["text"].startswith("Short.")
        assert "Unsubscribe" in draft["text"]
        assert (draft["html"], draft["edited_at"] is None) == (None, False)
        assert draft["hash"] != before["hash"]
        assert approve(api, lead_id).json["draft"] == draft

    def test_stays_whatever_the_contact_is_called(self, api: Api, lead_id: str) -> None:
        draft = edit(api, lead_id, {"text": "Dear Ada"}).json["draft"]
        contact_id = shown(api, lead_id)["contact_id"]
        api.patch(f"/v1/contacts/{contact_id}", {"first_name": "Grace"})

        assert approve(api, lead_id).json["draft"] == draft

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"subject": " "},
            {"text": "\n"},
            {"text": "x" * 100_001},
            {"html": "<p>Hi</p>"},
            {"subject": "Hi", "mailbox_id": "mbx_1"},
        ],
        ids=lambda body: str(body)[:30],
    )
    def test_is_refused_for_what_cannot_be_sent(
        self, api: Api, lead_id: str, body: Mapping[str, Any]
    ) -> None:
        before = shown(api, lead_id)

        assert edit(api, lead_id, body).status == 422
        assert shown(api, lead_id) == before

    def test_is_of_leads_in_review(self, api: Api, lead_id: str) -> None:
        version = shown(api, lead_id)["version"]
        stale = edit(api, lead_id, {"subject": "x"}, headers={"if-match": str(version - 1)})
        approve(api, lead_id)

        assert stale.status == 412
        assert edit(api, lead_id, {"subject": "x"}).status == 409


class TestSeveral:
    def test_are_approved_with_a_result_each(self, api: Api, workflow: str, lead_id: str) -> None:
        edited, gone = a_lead_in_review(api, workflow), a_lead_in_review(api, workflow)
        changed(api, gone, status="failed")
        ids = [lead_id, edited, gone, "led_x", lead_id]
        body = {"ids": ids, "draft_hashes": {edited: "abc"}}

        answer = api.post("/v1/leads/approve", body)

        assert (answer.status, answer.json["counts"]) == (200, {"approved": 1, "failed": 3})
        results = [(each["id"], each["result"], each["code"]) for each in answer.json["results"]]
        assert results == [
            (lead_id, "approved", None),
            (edited, "failed", "CONFLICT"),
            (gone, "failed", "CONFLICT"),
            ("led_x", "failed", "RESOURCE_NOT_FOUND"),
        ]
        assert "abc" in answer.json["results"][1]["reason"]
        assert pending(api, workflow) == 1

    def test_are_rejected_with_a_result_each(self, api: Api, workflow: str, lead_id: str) -> None:
        body = {"ids": [lead_id, "led_x"], "reason": "Not now"}

        answer = api.post("/v1/leads/reject", body)

        assert answer.json["counts"] == {"rejected": 1, "failed": 1}
        assert shown(api, lead_id)["status_reason"] == "Not now"

    def test_are_read_and_written_as_one_alone(self, api: Api, cloud: Cloud, workflow: str) -> None:
        ids = [a_lead_in_review(api, workflow) for _ in range(3)]

        with cloud.wire.recording() as calls:
            api.post("/v1/leads/approve", {"ids": ids})

        assert len(calls) == 1 + 3 * 7

    @pytest.mark.parametrize("ids", [[], ["led_x"] * 101, "led_x"], ids=["none", "many", "text"])
    def test_are_at_most_a_hundred(self, api: Api, ids: Any) -> None:
        assert api.post("/v1/leads/approve", {"ids": ids}).status == 422
        assert api.post("/v1/leads/reject", {"ids": ids}).status == 422

    @pytest.mark.parametrize("verb", ["approve", "reject"])
    @pytest.mark.parametrize(("number", "when"), crash_points(16))
    def test_that_crash_come_to_the_same_when_they_are_repeated(
        self, api: Api, cloud: Cloud, *, workflow: str, verb: str, number: int, when: When
    ) -> None:
        ids = [a_lead_in_review(api, workflow) for _ in range(2)]
        path, body = f"/v1/leads/{verb}", {"ids": ids}
        with cloud.wire.crash_at(number, when):
            api.post(path, body, headers=KEY)
        cloud.clock.advance(seconds=60)

        answer = api.post(path, body, headers=KEY)

        done = "approved" if verb == "approve" else "rejected"
        assert [each["result"] for each in answer.json["results"]] == [done, done]
        assert pending(api, workflow) == (2 if verb == "approve" else 0)
        assert len(events(api, cloud)) == 2


def test_a_lead_goes_back_into_review_after_it_began_again(api: Api, lead_id: str) -> None:
    reject(api, lead_id)

    again = api.patch(f"/v1/leads/{lead_id}", {"status": "new"})
    put_in_review(api, lead_id)

    assert (again.status, again.json["waits_for"]) == (200, "run")
    assert approve(api, lead_id).status == 200
