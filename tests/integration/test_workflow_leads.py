"""Leads that are added to a workflow."""

from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit import ids
from outrider.kit.aws.dynamodb import Table, batch_get
from outrider.kit.counters import total
from outrider.kit.settings import settings
from outrider.leads.repository import LeadRepository
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.test_workflows import a_workflow

KEY = {"idempotency-key": "once"}


def add(api: Api, workflow: dict[str, Any], *leads: Any, **options: Any) -> Answer:
    return api.post(f"/v1/workflows/{workflow['id']}/leads", {"leads": list(leads)}, **options)


def results(answer: Answer) -> list[str]:
    """The result of each item, or its reason."""
    assert answer.status == 200, answer.text
    return [each["reason"] or each["result"] for each in answer.json["results"]]


def pending(api: Api, workflow: dict[str, Any]) -> int:
    leads = LeadRepository(Table(settings().leads_table), WorkspaceId(api.workspace().id))
    return total(batch_get(leads.pending(workflow["id"]).keys()).values(), "pending")


def a_contact(api: Api, email: str = "ada@example.com", **fields: Any) -> str:
    return str(api.post("/v1/contacts", {"email": email, **fields}).json["id"])


class TestAdd:
    def test_finds_or_creates_each_contact(self, api: Api) -> None:
        workflow = a_workflow(api)
        known = a_contact(api)

        answer = add(
            api,
            workflow,
            {"contact_id": known},
            {"email": "grace@acme.example", "first_name": "Grace", "notes": "Met in Oslo"},
        )

        assert results(answer) == ["added", "added"]
        assert answer.json["counts"] == {"added": 2, "skipped": 0, "failed": 0}
        first, second = answer.json["results"]
        assert (first["contact_id"], first["email"]) == (known, "ada@example.com")
        lead = api.get(f"/v1/leads/{second['lead_id']}").json
        assert lead["contact"]["full_name"] == "Grace"
        assert (lead["workflow_id"], lead["status"]) == (workflow["id"], "new")
        assert lead["notes"] == "Met in Oslo"
        assert pending(api, workflow) == 2

    def test_says_of_each_why_it_was_not_added(self, api: Api) -> None:
        workflow = a_workflow(api)
        ada, unsubscribed = a_contact(api), a_contact(api, "bob@example.com")
        api.patch(f"/v1/contacts/{unsubscribed}", {"status": "unsubscribed"})
        api.post("/v1/suppressions", {"domain": "acme.example", "reason": "manual"})

        answer = add(
            api,
            workflow,
            {"contact_id": ada},
            {"email": "ADA@example.com"},
            {"email": "grace@example.com"},
            {"email": "Grace@example.com"},
            {"contact_id": ids.new("con")},
            {"contact_id": workflow["id"]},
            {"email": "nobody"},
            {"contact_id": unsubscribed},
            {"email": "carl@acme.example"},
        )

        assert results(answer) == [
            "added",
            "duplicate",
            "added",
            "duplicate",
            "not_found",
            "not_found",
            "invalid",
            "unsubscribed",
            "suppressed",
        ]
        assert answer.json["counts"] == {"added": 2, "skipped": 6, "failed": 1}
        assert "is a workflow, not a contact" in answer.json["results"][5]["detail"]
        assert pending(api, workflow) == 2

    def test_finds_the_contact_that_an_address_leads_to(self, api: Api) -> None:
        """Of merged ones the one that is left; of a deleted one, whose claim still stands, none."""
        workflow = a_workflow(api)
        left, merged, deleted = (a_contact(api, f"{name}@example.com") for name in "abc")
        api.post("/v1/contacts/merge", {"winner_id": left, "loser_ids": [merged]})
        api.delete(f"/v1/contacts/{deleted}")

        answer = add(api, workflow, {"email": "b@example.com"}, {"email": "c@example.com"})

        assert results(answer) == ["added", "added"]
        first, second = (each["contact_id"] for each in answer.json["results"])
        assert first == left
        assert second not in (left, merged, deleted)

    def test_skips_those_that_are_there(self, api: Api) -> None:
        workflow, other = a_workflow(api), a_workflow(api)
        lead = {"email": "ada@example.com"}
        first = add(api, workflow, lead).json["results"][0]

        again = add(api, workflow, lead)

        assert results(again) == ["already_in_workflow"]
        assert again.json["results"][0]["lead_id"] == first["lead_id"]
        assert results(add(api, other, lead)) == ["added"]
        assert pending(api, workflow) == 1

    def test_screens_nobody_unless_the_workflow_contacts(self, api: Api) -> None:
        contact = a_contact(api)
        api.patch(f"/v1/contacts/{contact}", {"status": "unsubscribed"})
        assert results(add(api, a_workflow(api, ["research"]), {"contact_id": contact})) == [
            "added"
        ]

    def test_takes_a_thousand(self, api: Api) -> None:
        workflow = a_workflow(api, ["research"])
        leads = [{"email": f"ada{number}@example.com"} for number in range(1_000)]

        assert set(results(add(api, workflow, *leads))) == {"added"}
        assert pending(api, workflow) == 1_000
        assert add(api, workflow, *leads, {"email": "one@too.many"}).status == 422

    def test_knows_no_deleted_workflow(self, api: Api) -> None:
        workflow = a_workflow(api)
        api.delete(f"/v1/workflows/{workflow['id']}")
        assert add(api, workflow, {"email": "ada@example.com"}).status == 404

    def test_tells_of_each_lead_once(self, api: Api, cloud: Cloud) -> None:
        workflow = a_workflow(api)
        add(api, workflow, {"email": "ada@example.com"}, {"email": "bob@example.com"})
        cloud.drain()

        events = api.get("/v1/events?type=lead.created").json["data"]

        assert [each["data"]["workflow_id"] for each in events] == [workflow["id"]] * 2


class TestAddAgain:
    def test_is_answered_the_same(self, api: Api) -> None:
        workflow = a_workflow(api)
        lead = {"email": "ada@example.com"}

        answers = [add(api, workflow, lead, headers=KEY).json for _ in range(2)]

        assert answers[0] == answers[1]
        assert answers[0]["counts"]["added"] == 1

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
    def test_after_a_crash_adds_each_once(
        self, api: Api, cloud: Cloud, known: bool, when: Any
    ) -> None:
        """The request dies at each of its AWS calls in turn; the client sends it again."""
        workflow = a_workflow(api)
        place, came = 0, True
        while came:
            place += 1
            emails = [f"ada{place}-{number}@example.com" for number in range(2)]
            if known:
                a_contact(api, emails[0])
            before, headers = pending(api, workflow), {"idempotency-key": f"key-{place}"}
            leads = [{"email": email} for email in emails]
            with cloud.wire.crash_at(place, when) as happened:
                add(api, workflow, *leads, headers=headers)
            came = happened()
            cloud.clock.advance(minutes=1)

            again = add(api, workflow, *leads, headers=headers)

            assert results(again) == ["added", "added"], place
            assert pending(api, workflow) == before + 2
        assert place > 5
