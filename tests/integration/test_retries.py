"""What failed in a campaign and is retried: every contact gets what it was to get, once."""

import json
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.campaigns.enrollments import lists, retry_failed
from outrider.campaigns.models import ERASED
from outrider.campaigns.wiring import contact_enrollments
from outrider.kit.aws import sqs
from outrider.kit.aws.dynamodb import transact
from outrider.messages.wiring import endings
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.feedback import tell
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, launched, status

NEEDS_COMPANY: dict[str, Any] = {**STEP_ONE, "text": "How is {{ company }}?"}
RETRY_CALLS = 7
"""The AWS calls of a retry of few; a test below says that there are no more."""


def failed(api: Api, cloud: Cloud, contacts: int, *more: dict[str, Any]) -> Launched:
    """A campaign in which all failed, because no contact has a company; now all have one."""
    campaign = launched(api, contacts, steps=(NEEDS_COMPANY, *more))
    cloud.run(hours=1)
    assert status(api, campaign.campaign_id)["audience"]["failed"] == contacts
    for contact_id in campaign.contact_ids:
        api.patch(f"/v1/contacts/{contact_id}", {"company": "Acme"})
    return campaign


def ended(api: Api, contact_id: str, state: Any, reason: str) -> None:
    caller = Caller.engine(api.workspace().id)
    [enrollment] = contact_enrollments(caller.workspace).all(contact_id)
    transact(*endings(caller).end_actions(enrollment, state, reason))


def retry(api: Api, campaign: Launched, **body: Any) -> dict[str, Any]:
    answer = api.post(f"/v1/campaigns/{campaign.campaign_id}/retry", body)
    assert answer.status == 200, answer.text
    retried: dict[str, Any] = answer.json
    return retried


def recipients(cloud: Cloud) -> list[str]:
    return sorted(each for mail in cloud.mails() for each in mail.recipients)


def wrong(api: Api, cloud: Cloud) -> list[str]:
    return list(wrong_at_rest(Books(cloud, api.workspace().id)))


class TestRetry:
    def test_of_a_completed_campaign_sends_what_failed_and_completes_it_again(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = failed(api, cloud, 3)
        assert status(api, campaign.campaign_id)["status"] == "completed"

        answer = retry(api, campaign)
        sequence = api.get(f"/v1/sequences/{campaign.sequence_id}").json
        cloud.run(hours=1)

        assert {name: answer[name] for name in ("status", "retried", "left_out", "more")} == {
            "status": "active",
            "retried": 3,
            "left_out": 0,
            "more": False,
        }
        assert sequence["status"] == "active"
        assert recipients(cloud) == [f"ada{number}@example.com" for number in range(3)]
        found = status(api, campaign.campaign_id)
        assert (found["status"], found["audience"]["completed"]) == ("completed", 3)
        assert wrong(api, cloud) == []

    def test_goes_on_at_the_step_that_failed(self, api: Api, cloud: Cloud) -> None:
        second = {**STEP_TWO, "if": "always", "text": "And {{ company }}?"}
        campaign = launched(api, steps=(STEP_ONE, second))
        cloud.run(days=1)
        assert status(api, campaign.campaign_id)["audience"]["failed"] == 1
        api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"company": "Acme"})

        retry(api, campaign)
        cloud.run(hours=1)

        texts = [mail.message.get_content().split()[0] for mail in cloud.mails()]
        assert (texts, cloud.mails()[1].message["Subject"][:3]) == (["Hi", "And"], "Re:")
        assert wrong(api, cloud) == []

    def test_takes_the_steps_that_were_put_since(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(NEEDS_COMPANY,))
        cloud.run(hours=1)
        path = f"/v1/sequences/{campaign.sequence_id}/steps"
        [step] = api.get(path).json["steps"]
        better = {"id": step["id"], **STEP_ONE, "text": "How are you?"}
        put = api.put(path, {"steps": [better], "migrate": True})
        assert put.status == 200, put.text

        retry(api, campaign)
        cloud.run(hours=1)

        assert [mail.message.get_content().strip()[:12] for mail in cloud.mails()] == [
            "How are you?"
        ]
        assert wrong(api, cloud) == []

    def test_leaves_alone_whom_it_must_not_write_to(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 4, steps=({**STEP_ONE, "wait_days": 1},))
        states = ["bounced", "opted_out", "stopped"]
        for contact_id, state in zip(campaign.contact_ids, states, strict=False):
            ended(api, contact_id, state, "for a test")
        ended(api, campaign.contact_ids[3], "failed", ERASED)

        all_of_it = retry(api, campaign)
        by_id = retry(api, campaign, contact_ids=[*campaign.contact_ids, "nobody"])

        assert (all_of_it["retried"], by_id["retried"], by_id["left_out"]) == (0, 0, 5)
        cloud.run(days=2)
        assert cloud.mails() == []
        assert status(api, campaign.campaign_id)["status"] == "completed"

    def test_takes_those_asked_for_by_contact_and_reason(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 3, steps=({**STEP_ONE, "wait_days": 1},))
        first, second, third = campaign.contact_ids
        ended(api, first, "failed", "refused: MessageRejected")
        ended(api, second, "failed", "refused: BadRequest")
        ended(api, third, "failed", "no_phone")

        assert retry(api, campaign, reasons=["refuse"])["retried"] == 0
        assert retry(api, campaign, reasons=["refused: BadRequest"])["retried"] == 1
        assert retry(api, campaign, reasons=["refused"], contact_ids=[third])["retried"] == 0
        assert retry(api, campaign, reasons=["refused"])["retried"] == 1
        assert retry(api, campaign, contact_ids=[third])["retried"] == 1
        assert status(api, campaign.campaign_id)["audience"]["active"] == 3

    def test_does_the_same_once(self, api: Api, cloud: Cloud) -> None:
        campaign = failed(api, cloud, 2)
        path, key = f"/v1/campaigns/{campaign.campaign_id}/retry", {"idempotency-key": "again"}

        answers = [api.post(path, {}, headers=key).json for _ in range(2)]
        third = retry(api, campaign)

        assert (answers[0]["retried"], answers[1], third["retried"]) == (2, answers[0], 0)
        cloud.run(hours=1)
        assert len(cloud.mails()) == 2

    def test_of_a_paused_campaign_waits_until_it_is_resumed(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=({**STEP_ONE, "wait_days": 1},))
        ended(api, campaign.contact_ids[0], "failed", "refused: no")
        api.post(f"/v1/campaigns/{campaign.campaign_id}/pause")

        assert retry(api, campaign)["status"] == "paused"
        cloud.run(hours=1)
        assert cloud.mails() == []
        api.post(f"/v1/campaigns/{campaign.campaign_id}/resume")
        cloud.run(hours=1)
        assert len(cloud.mails()) == 1

    def test_needs_a_campaign_that_was_launched_and_has_its_steps(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = failed(api, cloud, 1)
        draft = {"name": "Draft", "sequence_id": campaign.sequence_id}
        draft_id = api.post("/v1/campaigns", draft).json["id"]
        early = api.post(f"/v1/campaigns/{draft_id}/retry", {})
        api.delete(f"/v1/campaigns/{draft_id}")
        api.delete(f"/v1/sequences/{campaign.sequence_id}")

        late = api.post(f"/v1/campaigns/{campaign.campaign_id}/retry", {})

        assert (early.status, late.status) == (409, 409)
        assert "sequence" in late.json["detail"]

    def test_of_a_rejected_mail_begins_its_thread_anew(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, {**STEP_TWO, "if": "always"}))
        cloud.run(hours=1)
        tell(cloud, cloud.mails()[0], "Reject")

        retry(api, campaign, reasons=["rejected"])
        cloud.run(days=1)

        subjects = [mail.message["Subject"] for mail in cloud.mails()]
        assert subjects == ["A question, Ada0", "A question, Ada0", "Re: A question, Ada0"]
        assert len(str(cloud.mails()[2].message["References"]).split()) == 1

    @pytest.mark.parametrize(("number", "when"), crash_points(RETRY_CALLS))
    def test_that_is_asked_for_again_after_a_crash_sends_once(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        campaign = failed(api, cloud, 2)

        with cloud.wire.crash_at(number, when):
            retry(api, campaign)
        again = retry(api, campaign)
        cloud.run(hours=1)

        assert again["retried"] in (0, 2)
        assert recipients(cloud) == ["ada0@example.com", "ada1@example.com"]
        assert wrong(api, cloud) == []

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        campaign = failed(api, cloud, 2)

        with cloud.wire.crash_at(RETRY_CALLS + 1) as crashed:
            retry(api, campaign)

        assert not crashed()


class TestRetryOfMany:
    """More than one part: the worker goes on with the rest."""

    @pytest.fixture(autouse=True)
    def _parts_are_small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "MOST_READ", 4)
        monkeypatch.setattr(lists, "_AT_ONCE", 4)
        monkeypatch.setattr(retry_failed, "MOST_READ", 4)
        monkeypatch.setattr(retry_failed, "AT_ONCE", 3)

    @pytest.mark.parametrize("turn_ms", [0, sqs.TURN_MS])
    def test_is_finished_by_the_worker(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, turn_ms: int
    ) -> None:
        """In one call, or in one for each part."""
        monkeypatch.setattr(sqs, "TURN_MS", turn_ms)
        campaign = failed(api, cloud, 13)

        answer = retry(api, campaign)
        cloud.run(hours=1)

        assert (answer["retried"], answer["more"]) == (4, True)
        assert len(set(recipients(cloud))) == len(cloud.mails()) == 13
        assert wrong(api, cloud) == []

    def test_leaves_alone_what_failed_again_meanwhile(self, api: Api, cloud: Cloud) -> None:
        campaign = failed(api, cloud, 6)
        for contact_id in campaign.contact_ids:
            api.patch(f"/v1/contacts/{contact_id}", {"company": None})

        retry(api, campaign)
        [job] = cloud.take("EnrollingQueue")["Records"]
        cloud.clock.advance(seconds=1)
        for _ in range(3):
            cloud.invoke("campaigns_enroll", {"Records": [job]})
            cloud.run(hours=1)

        found = cloud.items("enrollments", f"{api.workspace().id}#{campaign.campaign_id}")
        assert [(each["state"], each["generation"]) for each in found] == [("failed", 2)] * 6
        assert wrong(api, cloud) == []

    @pytest.mark.parametrize(("number", "when"), crash_points(8))
    def test_sends_once_though_the_worker_dies(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        campaign = failed(api, cloud, 9)
        retry(api, campaign)
        [job] = cloud.take("EnrollingQueue")["Records"]
        assert json.loads(job["body"])["retry"]["after"]

        with cloud.wire.crash_at(number, when):
            cloud.invoke("campaigns_enroll", {"Records": [job]})
        for _ in range(2):
            cloud.invoke("campaigns_enroll", {"Records": [job]})
        cloud.run(hours=1)

        assert len(set(recipients(cloud))) == len(cloud.mails()) == 9
        assert wrong(api, cloud) == []
