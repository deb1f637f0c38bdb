"""Whom a launch enrolls: contacts given by id or let through by a filter, and why not others."""

from collections import Counter
from typing import Any

import pytest

from outrider.campaigns.audience import models, runner
from outrider.kit.aws import sqs
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import STEP_ONE, a_mailbox, some_contacts, status

LAUNCH_CALLS = 11
ENROLL_CALLS = 12
"""The AWS calls of a launch, and of the worker, for a small audience; a test below each says that
there are no more."""


def a_sequence(api: Api) -> str:
    body = {"name": "First", "steps": [STEP_ONE]}
    return str(api.post("/v1/sequences", body).json["id"])


def a_campaign(api: Api, sequence_id: str | None = None, **settings: Any) -> str:
    body = {"name": "Q2", "sequence_id": sequence_id or a_sequence(api), "settings": settings}
    return str(api.post("/v1/campaigns", body).json["id"])


def launch(api: Api, campaign_id: str, **body: Any) -> dict[str, Any]:
    answer = api.post(f"/v1/campaigns/{campaign_id}/launch", body)
    assert answer.status == 200, answer.text
    launched: dict[str, Any] = answer.json
    return launched


def enrolled(cloud: Cloud, api: Api, campaign_id: str) -> list[dict[str, Any]]:
    return [
        item
        for item in cloud.items("enrollments", f"{api.workspace().id}#{campaign_id}")
        if "state" in item
    ]


def reasons(launched: dict[str, Any]) -> list[str | None]:
    return [result["reason"] for result in launched["results"]]


class TestScreening:
    def test_tells_why_each_contact_is_left_out(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contacts = some_contacts(api, 5)
        api.patch(f"/v1/contacts/{contacts[1]}", {"status": "unsubscribed"})
        api.patch(f"/v1/contacts/{contacts[2]}", {"status": "bounced"})
        api.post("/v1/suppressions", {"address": "ada3@example.com", "reason": "manual"})

        launched = launch(api, a_campaign(api), contact_ids=[*contacts, contacts[0], "nobody"])

        assert reasons(launched) == [
            None,
            "unsubscribed",
            "invalid_address",
            "suppressed",
            None,
            "duplicate",
            "not_found",
        ]
        assert launched["counts"] == {"added": 2, "skipped": 5}

    def test_an_exclusive_campaign_leaves_those_in_others(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contacts = some_contacts(api, 3)
        later = {**STEP_ONE, "wait_days": 3}
        sequence = api.post("/v1/sequences", {"name": "Slow", "steps": [later]}).json["id"]
        paused, active = a_campaign(api, sequence), a_campaign(api, sequence)
        launch(api, paused, contact_ids=contacts[:1])
        launch(api, active, contact_ids=contacts[1:2])
        api.post(f"/v1/campaigns/{paused}/pause")

        launched = launch(api, a_campaign(api, exclusive=True), contact_ids=contacts)

        assert reasons(launched) == [None, "in_other_active_sequence", None]

    def test_leaves_whom_another_campaign_wrote_to_lately(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contacts = some_contacts(api, 2)
        launch(api, a_campaign(api), contact_ids=contacts[:1])
        cloud.run(hours=1)

        early = launch(api, a_campaign(api, min_interval_hours=24), contact_ids=contacts)
        cloud.clock.advance(days=1)
        late = launch(api, a_campaign(api, min_interval_hours=24), contact_ids=contacts)

        assert reasons(early) == ["recently_contacted", None]
        assert reasons(late) == [None, None]


class TestLaunchToNobody:
    def test_of_a_sequence_answers_why_and_leaves_the_draft(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        suppressed, fine = some_contacts(api, 2)
        api.post("/v1/suppressions", {"address": "ada0@example.com", "reason": "manual"})
        sequence = api.post("/v1/sequences", {"name": "New", "steps": [STEP_ONE]}).json
        path = f"/v1/sequences/{sequence['id']}"

        unknown = api.post(f"{path}/launch", {"contact_ids": ["ada0@example.com", "nobody"]})
        skipped = api.post(f"{path}/launch", {"contact_ids": ["nobody", suppressed]})

        assert (unknown.status, skipped.status) == (422, 422)
        assert [each["pointer"] for each in unknown.json["errors"]] == [
            "/contact_ids/0",
            "/contact_ids/1",
        ]
        assert "1 not_found, 1 suppressed" in skipped.json["detail"]
        left = api.get(path).json
        assert (left["status"], left["campaign_id"]) == ("draft", None)
        assert api.get("/v1/campaigns").json["data"] == []
        assert api.post(f"{path}/launch", {"contact_ids": [fine]}).json["counts"]["added"] == 1

    def test_of_a_campaign_leaves_the_draft_for_another_audience(self, api: Api) -> None:
        a_mailbox(api)
        suppressed, fine = some_contacts(api, 2)
        api.post("/v1/suppressions", {"address": "ada0@example.com", "reason": "manual"})
        campaign = a_campaign(api)

        answer = api.post(f"/v1/campaigns/{campaign}/launch", {"contact_ids": [suppressed]})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/contact_ids/0")
        assert launch(api, campaign, contact_ids=[fine])["counts"]["added"] == 1

    @pytest.mark.parametrize(("number", "when"), crash_points(8))
    def test_leaves_a_draft_that_can_be_launched_when_cut_short(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        a_mailbox(api)
        body = {"contact_ids": some_contacts(api, 1)}
        suppressed = {"address": "ada0@example.com", "reason": "manual"}
        suppression = api.post("/v1/suppressions", suppressed).json["id"]
        sequence = api.post("/v1/sequences", {"name": "New", "steps": [STEP_ONE]}).json
        path = f"/v1/sequences/{sequence['id']}/launch"

        with cloud.wire.crash_at(number, when):
            api.post(path, body)
        refused = api.post(path, body)
        api.delete(f"/v1/suppressions/{suppression}")
        again = api.post(path, body)

        assert (refused.status, again.status) == (422, 200)
        assert again.json["counts"] == {"added": 1, "skipped": 0}


class TestLaunchById:
    @pytest.mark.parametrize(("number", "when"), crash_points(LAUNCH_CALLS))
    def test_is_finished_by_launching_again(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        a_mailbox(api)
        body = {"contact_ids": some_contacts(api, 3)}
        campaign = a_campaign(api)
        path = f"/v1/campaigns/{campaign}/launch"

        with cloud.wire.crash_at(number, when):
            api.post(path, body)
        again = api.post(path, body)
        cloud.run(hours=1)

        assert again.status in (200, 409)
        assert all(result["reason"] is None for result in again.json.get("results", []))
        found = status(api, campaign)["audience"]
        assert (found["total"], found["completed"], len(cloud.mails())) == (3, 3, 3)
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contacts = some_contacts(api, 3)
        campaign = a_campaign(api)

        with cloud.wire.crash_at(LAUNCH_CALLS + 1) as crashed:
            launch(api, campaign, contact_ids=contacts)

        assert not crashed()


class TestRules:
    def test_the_first_step_is_due_when_the_contacts_windows_open(
        self, api: Api, cloud: Cloud
    ) -> None:
        """The tests begin on a Monday at 9:00 UTC: in Tokyo the day's window has closed."""
        a_mailbox(api)
        rows = [
            {"email": "kei@example.com", "timezone": "Asia/Tokyo"},
            {"email": "ada@example.com"},
        ]
        contacts = [api.post("/v1/contacts", row).json["id"] for row in rows]
        window = {"days": ["mon", "tue"], "from": "09:00", "to": "17:00"}
        campaign = a_campaign(api, windows=[window])

        launch(api, campaign, contact_ids=contacts)

        listed = api.get(f"/v1/campaigns/{campaign}/enrollments").json["data"]
        due = {each["timezone"]: each["due_at"] for each in listed}
        assert due["Asia/Tokyo"] == "2026-03-03T00:00:00.000Z"
        assert due[None].startswith("2026-03-02T09:00")
        kept = cloud.items("enrollments", f"{api.workspace().id}#{campaign}")
        assert {each["company_key"] for each in kept} == {"example.com"}


class TestFilter:
    def test_enrolls_those_it_lets_through_when_it_was_launched(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api, daily_cap=10_000)
        rows = [{"email": f"eve{n}@example.com", "tags": ["q2"][: n % 2]} for n in range(250)]
        api.post("/v1/contacts", {"contacts": rows})
        api.post("/v1/suppressions", {"address": "eve1@example.com", "reason": "manual"})
        cloud.drain()
        campaign = a_campaign(api)

        launched = launch(api, campaign, filter={"tag": "q2"})
        cloud.clock.advance(seconds=1)
        api.post("/v1/contacts", {"email": "late@example.com", "tags": ["q2"]})
        cloud.drain()

        found = status(api, campaign)
        assert (launched["enrolling"], launched["results"]) == (True, [])
        assert found["enrolling"] is False
        assert found["filter_counts"] == {
            "added": 124,
            "skipped": 1,
            "skipped_by_reason": {"suppressed": 1},
        }
        assert len(enrolled(cloud, api, campaign)) == found["audience"]["total"] == 124

    def test_sends_to_those_it_enrolled(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        some_contacts(api, 3)
        campaign = a_campaign(api)

        launch(api, campaign, filter={})
        cloud.run(hours=1)

        ended = api.get("/v1/events?type=campaign.completed").json["data"]
        finished = api.get("/v1/events?type=sequence.finished").json["data"]
        assert len(cloud.mails()) == 3
        assert status(api, campaign)["status"] == "completed"
        assert ([event["data"]["campaign_id"] for event in ended], finished) == ([campaign], [])

    def test_refuses_what_the_list_of_contacts_does_not_know(self, api: Api) -> None:
        a_mailbox(api)
        path = f"/v1/campaigns/{a_campaign(api)}/launch"

        answers = [
            api.post(path, {"filter": {"colour": "red"}}),
            api.post(path, {"filter": {"status": "happy"}}),
            api.post(path, {"filter": {"verified": "true"}}),
            api.post(path, {"filter": {}, "contact_ids": ["con_1"]}),
        ]

        assert [answer.status for answer in answers] == [422, 422, 422, 422]
        pointers = [answer.json["errors"][0]["pointer"] for answer in answers]
        assert pointers == ["/filter/colour", "/filter/status", "/filter/verified", ""]

    @pytest.mark.parametrize(("number", "when"), crash_points(ENROLL_CALLS))
    def test_enrolls_everybody_once_though_the_worker_dies(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        a_mailbox(api)
        some_contacts(api, 4)
        api.post("/v1/suppressions", {"address": "ada1@example.com", "reason": "manual"})
        campaign = a_campaign(api)
        launch(api, campaign, filter={})
        job = {"body": _job(api, campaign), "messageId": "1"}

        with cloud.wire.crash_at(number, when):
            cloud.invoke("campaigns_enroll", {"Records": [job]})
        cloud.invoke("campaigns_enroll", {"Records": [job]})
        cloud.invoke("campaigns_enroll", {"Records": [job]})

        found = status(api, campaign)
        assert found["audience"]["total"] == found["audience"]["active"] == 3
        assert (found["filter_counts"]["added"], found["filter_counts"]["skipped"]) == (3, 1)
        assert Counter(item["state"] for item in enrolled(cloud, api, campaign)) == {"active": 3}
        assert found["enrolling"] is False
        cloud.run(hours=1)
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        some_contacts(api, 4)
        campaign = a_campaign(api)
        launch(api, campaign, filter={})
        job = {"body": _job(api, campaign), "messageId": "1"}

        with cloud.wire.crash_at(ENROLL_CALLS + 1) as crashed:
            cloud.invoke("campaigns_enroll", {"Records": [job]})

        assert not crashed()

    @pytest.mark.parametrize("dies", [None, "before", "after"])
    def test_goes_on_in_as_many_calls_as_it_takes(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, dies: When | None
    ) -> None:
        """Each has time for one contact; the first may die where it sends for the next."""
        monkeypatch.setattr(sqs, "TURN_MS", 0)
        monkeypatch.setattr(models, "PAGE", 1)
        monkeypatch.setattr(runner, "PAGE", 1)
        monkeypatch.setattr(runner, "BATCH", 1)
        a_mailbox(api)
        some_contacts(api, 18)
        campaign = a_campaign(api)
        launch(api, campaign, filter={})

        if dies:
            first = cloud.take("EnrollingQueue")
            with cloud.wire.crash_at("SendMessageBatch", dies) as crashed:
                cloud.invoke("campaigns_enroll", first)
            assert crashed()
        cloud.run(hours=2)

        found = status(api, campaign)
        assert (found["status"], found["filter_counts"]["added"]) == ("completed", 18)
        assert len({mail.recipients[0] for mail in cloud.mails()}) == len(cloud.mails()) == 18
        assert cloud.queue("EnrollingDeadLetters").messages == []
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []

    def test_goes_on_though_its_worker_was_given_up(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        some_contacts(api, 3)
        campaign = a_campaign(api)
        launch(api, campaign, filter={})
        assert cloud.take("EnrollingQueue")["Records"]
        queue = cloud.queue("EnrollingQueue")
        queue.delete(list(queue.messages))

        cloud.run(hours=0.9)
        stands = status(api, campaign)
        cloud.run(hours=1)

        assert (stands["enrolling"], stands["audience"]["total"]) == (True, 0)
        assert (status(api, campaign)["status"], len(cloud.mails())) == ("completed", 3)


class TestNobody:
    """Of a filter's audience of which nobody could be enrolled, nobody is left."""

    @pytest.mark.parametrize("keep_running", [True, False])
    def test_completes_the_campaign(self, api: Api, cloud: Cloud, keep_running: bool) -> None:
        a_mailbox(api)
        contacts = some_contacts(api, 1)
        api.patch(f"/v1/contacts/{contacts[0]}", {"status": "unsubscribed"})
        campaign = a_campaign(api, keep_running=keep_running)

        launch(api, campaign, filter={})
        cloud.run(hours=1)

        ended = api.get("/v1/events?type=campaign.completed").json["data"]
        assert status(api, campaign)["status"] == ("active" if keep_running else "completed")
        assert len(ended) == (not keep_running)


def _job(api: Api, campaign_id: str) -> str:
    workspace = api.workspace().id
    return f'{{"workspace": "{workspace}", "campaign_id": "{campaign_id}"}}'
