"""Texts by the model of a workspace: what is taken over, what it costs, and what is there if the
model fails."""

from collections.abc import Callable, Iterator

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud, WorkFailed
from tests.harness.failures import TimedOut, When, crash_points
from tests.harness.models import Answer
from tests.integration.modeled import BUSY, RATIONALE, SUMMARY, a_draft, by_kind, provider
from tests.integration.outreach import a_mailbox
from tests.integration.running_workflows import (
    PROFILE,
    SALES,
    a_lead,
    a_workflow,
    run,
    the_run,
)
from tests.integration.test_leads import KEY, lead_of, qualify
from tests.websites import Website, page, website

HOME = page("<title>Acme</title><meta name=description content='Acme makes anvils in Tucson.'>")
DRAFT = a_draft(("I saw that Acme makes anvils.", "makes anvils"))
CALLS = 14
"""AWS calls of a qualification with an Idempotency-Key whose rationale a model writes."""


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Website]:
    with cloud.environment(STAGE="local"), website({"/": HOME}) as opened:
        yield opened


def spent(api: Api) -> tuple[int, int]:
    shown = api.get("/v1/credits").json
    return shown["spent"], shown["held"]


def a_lead_of_sales(api: Api) -> str:
    api.put("/v1/profile", PROFILE)
    lead = api.post("/v1/leads", {"email": "grace@acme.example", "title": "VP Sales"})
    return str(lead.json["id"])


def native(api: Api, cloud: Cloud) -> str:
    """A lead that was qualified by its route, in a workspace that had used no credit before. The
    others do the same in their way."""
    lead = a_lead_of_sales(api)
    answer = qualify(api, lead)
    assert (answer.status, answer.headers["X-Credits-Used"]) == (200, "1")
    return lead


def autoreach(api: Api, cloud: Cloud) -> str:
    lead = a_lead_of_sales(api)
    answer = api.post(f"/api/leads/{lead}/qualify")
    assert (answer.status, answer.headers["X-Credits-Used"]) == (200, "1")
    return lead


def workflow(api: Api, cloud: Cloud) -> str:
    made = a_workflow(api, "qualify", profile=PROFILE)
    lead = a_lead(api, made, "grace@acme.example", **SALES)
    run(api, made)
    cloud.run(hours=1)
    assert the_run(api, made)["counts"]["credits"] == 1
    return lead


class TestRationale:
    @pytest.mark.parametrize("qualified", [native, autoreach, workflow])
    def test_is_stored_with_the_lead_and_costs_a_credit(
        self, api: Api, cloud: Cloud, qualified: Callable[[Api, Cloud], str]
    ) -> None:
        with provider(api, by_kind(rationale=RATIONALE)):
            lead = qualified(api, cloud)

        found = api.get(f"/v1/leads/{lead}").json
        assert found["rationale"] == {"text": RATIONALE["text"], "provider": "openai"}
        assert (found["status"], found["score"]) == ("qualified", 100)
        (entry,) = api.get("/v1/credits/ledger?kind=qualify").json["data"]
        assert (entry["status"], entry["amount"], spent(api)) == ("posted", 1, (1, 0))

    @pytest.mark.parametrize("answer", [BUSY, {"text": "It deserves 99 points."}, {"score": 99}])
    def test_is_by_rules_for_nothing_if_the_model_fails(self, api: Api, answer: Answer) -> None:
        lead = a_lead_of_sales(api)
        with provider(api, by_kind(rationale=answer)):
            found = qualify(api, lead).json

        assert (found["score"], found["rationale"]["provider"]) == (100, None)
        assert found["rationale"]["text"].startswith("100 of 100 points")
        assert spent(api) == (0, 0)

    def test_is_by_rules_if_the_function_fails(self, api: Api, cloud: Cloud) -> None:
        lead = a_lead_of_sales(api)
        with (
            provider(api, by_kind(rationale=RATIONALE)),
            cloud.wire.refuse("lambda", "Invoke", "TooManyRequestsException"),
        ):
            found = qualify(api, lead).json

        assert (found["rationale"]["provider"], spent(api)) == (None, (0, 0))

    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_costs_one_credit_when_the_request_is_repeated(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        lead = a_lead_of_sales(api)
        api.get("/v1/credits")
        with provider(api, by_kind(rationale=RATIONALE)):
            with cloud.wire.crash_at(number, when):
                qualify(api, lead, headers=KEY)
            cloud.clock.advance(seconds=60)
            answer = qualify(api, lead, headers=KEY)

        assert (answer.status, answer.json["rationale"]["provider"]) == (200, "openai")
        assert spent(api) == (1, 0)

    def test_of_a_workspace_without_provider_costs_one_read_in_a_minute(
        self, api: Api, cloud: Cloud
    ) -> None:
        lead = a_lead_of_sales(api)

        calls = [
            [call.operation for call in qualify(api, lead).calls if call.operation == "Query"]
            for _ in range(3)
        ]

        assert calls == [["Query"], [], []]

    def test_of_the_sandbox_is_by_rules(self, api: Api) -> None:
        with provider(api, by_kind(rationale=RATIONALE)) as model:
            made = api.post("/v1/leads", {"email": "grace@acme.example"}, mode="test").json
            answer = api.post(f"/v1/leads/{made['id']}/qualify", mode="test")

        assert (answer.json["rationale"]["provider"], model.told) == (None, [])


class TestSummary:
    @pytest.mark.parametrize("lead_first", [True, False])
    def test_is_stored_with_what_was_found_for_all_contacts(
        self, api: Api, site: Website, *, lead_first: bool
    ) -> None:
        lead = lead_of(api, site)
        company = api.get(f"/v1/contacts/{lead['contact_id']}").json["company_id"]
        body = {"email": "bo@acme.example", "company_id": company}
        contact = api.post("/v1/contacts", body).json["id"]
        paths = [f"/v1/leads/{lead['id']}/research", f"/v1/contacts/{contact}/research"]
        with provider(api, by_kind(summary=SUMMARY)) as model:
            first, second = [api.post(each).json for each in paths[:: 1 if lead_first else -1]]

        assert (first["provider"], first["summary"]) == ("openai", "Acme makes anvils.")
        assert first["summary_lines"] == [{"text": "Acme makes anvils.", "sources": [site.url]}]
        assert (second["provider"], second["summary"]) == ("openai", "Acme makes anvils.")
        assert api.get(paths[0]).json["provider"] == "openai"
        assert (len(model.told), spent(api)) == (1, (1, 0))
        assert "grace" not in model.told[0].lower(), "a summary is not about the contact"

    @pytest.mark.parametrize(
        "answer",
        [BUSY, {"sentences": [{"text": "Acme has lost 900 lawsuits.", "sources": ["s1"]}]}],
    )
    def test_is_by_rules_if_the_model_fails(self, api: Api, site: Website, answer: Answer) -> None:
        with provider(api, by_kind(summary=answer)):
            found = api.post(f"/v1/leads/{lead_of(api, site)['id']}/research").json

        assert (found["outcome"], found["provider"], spent(api)) == ("found", None, (1, 0))
        assert "is described as" in found["summary"]


class TestWorkflow:
    def test_is_estimated_with_what_the_model_costs(self, api: Api) -> None:
        workflow = a_workflow(api, "research", "qualify")
        a_lead(api, workflow, "ada@acme.example")
        with provider(api, by_kind()):
            assert run(api, workflow, dry_run=True)["estimate"]["most_credits"] == 2

    def lead(self, api: Api, site: Website) -> tuple[str, str]:
        a_mailbox(api)
        api.put("/v1/profile", PROFILE)
        workflow = a_workflow(api, "research", "qualify", "contact")
        company = api.post("/v1/companies", {"name": "Acme", "website": site.url}).json["id"]
        contact = {"first_name": "Ada", "title": "VP Sales", "company_id": company}
        return workflow, a_lead(api, workflow, "ada@acme.example", **contact)

    def test_leaves_the_models_draft_for_a_person_who_has_it_sent(
        self, api: Api, cloud: Cloud, site: Website
    ) -> None:
        workflow, lead = self.lead(api, site)
        with provider(api, by_kind(rationale=RATIONALE, summary=SUMMARY, draft=DRAFT)):
            run(api, workflow)
            cloud.run(hours=1)

        found = api.get(f"/v1/leads/{lead}").json
        draft = found["draft"]
        assert (found["status"], found["rationale"]["provider"]) == ("review", "openai")
        assert (draft["provider"], draft["provider_failure"]) == ("openai", None)
        assert draft["text"].startswith("I saw that Acme makes anvils.\n\n")
        assert "Unsubscribe: " in draft["text"]
        claim = {"text": "I saw that Acme makes anvils.", "quote": "makes anvils"}
        assert draft["claims"] == [{**claim, "source": site.url}]
        counts = the_run(api, workflow)["counts"]
        assert (counts["credits"], spent(api)) == (2, (2, 0))

        approved = api.post(f"/v1/leads/{lead}/approve", {"draft_hash": draft["hash"]})
        cloud.run(hours=1)
        assert approved.status == 200, approved.text
        (mail,) = cloud.mails()
        assert mail.message["Subject"] == "A question for Acme"
        assert "I saw that Acme makes anvils." in str(mail.message)

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (BUSY, "overloaded"),
            (a_draft(("Acme owes us 900 dollars.", None)), "number"),
            (a_draft(("See https://evil.example now.", None)), "link"),
            (a_draft(("{{ contact.email }}", None)), "template syntax"),
        ],
    )
    def test_leaves_the_templates_draft_if_the_model_fails(
        self, api: Api, cloud: Cloud, site: Website, answer: Answer, reason: str
    ) -> None:
        workflow, lead = self.lead(api, site)
        with provider(api, by_kind(draft=answer)):
            run(api, workflow)
            cloud.run(hours=1)

        draft = api.get(f"/v1/leads/{lead}").json["draft"]
        assert (draft["provider"], draft["claims"]) == (None, [])
        assert reason in draft["provider_failure"]
        assert "Hi Ada" in draft["text"]
        assert spent(api) == (1, 0), "the research, which rules summarize"

    def test_edited_by_a_person_is_the_persons(self, api: Api, cloud: Cloud, site: Website) -> None:
        workflow, lead = self.lead(api, site)
        with provider(api, by_kind(draft=DRAFT)):
            run(api, workflow)
            cloud.run(hours=1)

        edited = api.patch(f"/v1/leads/{lead}/draft", {"text": "Hello Ada"}).json["draft"]

        assert (edited["provider"], edited["claims"], bool(edited["edited_at"])) == (None, [], True)

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_is_done_once_though_a_worker_dies_after_the_model_answered(
        self, api: Api, cloud: Cloud, site: Website, number: int
    ) -> None:
        workflow, lead = self.lead(api, site)
        answer = by_kind(rationale=RATIONALE, summary=SUMMARY, draft=DRAFT)

        def dying(told: str) -> Answer:
            if len(model.told) == number:
                raise TimedOut
            return answer(told)

        with provider(api, dying) as model:
            run(api, workflow)
            with pytest.raises(WorkFailed):
                cloud.run(hours=1)
            cloud.run(hours=1)

        found = api.get(f"/v1/leads/{lead}").json
        assert (found["status"], found["draft"]["provider"]) == ("review", "openai")
        assert len(model.told) == 4
        cloud.invoke("credits_sweep", {})
        assert (spent(api), the_run(api, workflow)["counts"]["credits"]) == ((2, 0), 2)
