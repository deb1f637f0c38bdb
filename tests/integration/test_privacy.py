"""GET /v1/contacts/{id}/export shows everything that is held about a person, POST …/erase takes it
away: from every store, once and for all, whatever happens on the way."""

import zlib
from typing import Any

import pytest

from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, a_mailbox, status
from tests.integration.running_workflows import a_workflow
from tests.integration.test_reviewing_leads import pending

TABLES = (
    "keys",
    "contacts",
    "companies",
    "leads",
    "agents",
    "campaigns",
    "enrollments",
    "messages",
    "credits",
    "webhooks",
    "events",
)
PERSON = {
    "email": "grace.hopper@navy.example",
    "first_name": "Grace",
    "last_name": "Hopperson",
    "phone": "+1 555 0199",
    "custom": {"rank": "Rear Admiral"},
}
ABOUT = ["grace.hopper", "Hopperson", "Grace", "555 0199", "Rear Admiral", "navy.example"]
ERASE_CALLS = 21


def created(api: Api, **fields: Any) -> str:
    answer = api.post("/v1/contacts", {**PERSON, **fields})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def written_to(api: Api, contact_id: str, *steps: dict[str, Any]) -> Launched:
    """A campaign for one contact."""
    a_mailbox(api)
    body = {"name": "First", "steps": list(steps or (STEP_ONE, STEP_TWO))}
    sequence = api.post("/v1/sequences", body).json["id"]
    answer = api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": [contact_id]})
    assert answer.status == 200, answer.text
    return Launched(sequence, answer.json["campaign_id"], [contact_id], answer.json)


def led_to(api: Api, contact_id: str) -> str:
    """A workflow that has the contact as a lead, whose notes say something of the person."""
    workflow_id = a_workflow(api)
    lead = {"contact_id": contact_id, "workflow_id": workflow_id, "notes": "Grace called"}
    assert api.post("/v1/leads", lead).status == 201
    assert pending(api, workflow_id) == 1
    return workflow_id


def erase(api: Api, contact_id: str, **options: Any) -> Answer:
    return api.post(f"/v1/contacts/{contact_id}/erase", **options)


def results(answer: Answer) -> dict[str, tuple[str, int | None]]:
    return {each["store"]: (each["result"], each["count"]) for each in answer.json["stores"]}


def held(api: Api, cloud: Cloud, about: list[str]) -> list[str]:
    """The items of any table that say something of it."""
    workspace = api.workspace().id
    items = [_read(item) for table in TABLES for item in cloud.items(table, workspace)]
    return [item for item in items if any(text in item for text in about)]


def _read(item: dict[str, Any]) -> str:
    """What an item says, also what is packed in it."""
    return str({**item, "said": zlib.decompress(item["said"])} if "said" in item else item)


class TestErase:
    def test_leaves_nothing_but_a_hash_in_any_table(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        workflow_id = led_to(api, contact_id)
        campaign = written_to(api, contact_id)
        api.post(
            "/v1/suppressions",
            {"address": PERSON["email"], "reason": "manual", "evidence": "Grace told us"},
        )
        cloud.run(hours=1)
        assert held(api, cloud, ABOUT)

        answer = erase(api, contact_id)
        at_once = api.get(f"/v1/leads?workflow_id={workflow_id}").json["data"]
        cloud.drain()

        assert (answer.status, answer.json["status"]) == (200, "finished")
        assert held(api, cloud, ABOUT) == []
        assert (at_once, pending(api, workflow_id)) == ([], 0)
        (left,) = api.get("/v1/suppressions").json["data"]
        assert (left["reason"], left["address"], left["evidence"]) == ("erased", None, None)
        assert api.get(f"/v1/contacts/{contact_id}").status == 404
        assert status(api, campaign.campaign_id)["audience"]["active"] == 0

    def test_takes_what_mails_said_out_of_messages_and_enrollments(
        self, api: Api, cloud: Cloud
    ) -> None:
        contact_id = created(api)
        campaign = written_to(api, contact_id)
        cloud.run(hours=1)
        assert len(cloud.mails()) == 1

        answer = erase(api, contact_id)
        cloud.run_campaign(campaign.campaign_id)

        assert results(answer) == {
            "contacts": ("erased", 1),
            "suppressions": ("kept", 1),
            "enrollments": ("erased", 1),
            "messages": ("erased", 1),
            "events": ("kept", None),
            "webhook_deliveries": ("expires", None),
            "idempotency_keys": ("expires", None),
            "agents": ("expires", None),
            "files": ("expires", None),
            "backups": ("expires", None),
        }
        assert held(api, cloud, ABOUT) == []
        assert len(cloud.mails()) == 1
        found = status(api, campaign.campaign_id)
        assert (found["audience"]["completed"], found["audience"]["active"]) == (1, 0)
        assert (found["status"], found["sent"]) == ("completed", 1)

    def test_never_told_why_a_mail_could_not_be_made(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        step = {**STEP_ONE, "text": "{{ custom.rank | times: 2 }}{{ last_name | date: 1, 2 }}"}
        campaign = written_to(api, contact_id, step)
        cloud.run_campaign(campaign.campaign_id)

        erase(api, contact_id)

        page = api.get(f"/v1/contacts/{contact_id}/timeline?type=email.failed").json["data"]
        assert {event["data"]["reason"] for event in page} <= {"content"}
        assert held(api, cloud, ABOUT) == []

    def test_says_so_in_the_feed(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)

        erase(api, contact_id)
        cloud.drain()

        (event,) = api.get("/v1/events?type=contact.deleted").json["data"]
        assert event["data"] == {"contact_id": contact_id, "reason": "erased"}

    def test_again_answers_the_same(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        written_to(api, contact_id)
        cloud.run(hours=1)

        first = erase(api, contact_id)
        cloud.clock.advance(hours=5)
        again = erase(api, contact_id)

        assert (again.status, again.json) == (200, first.json)

    def test_blocks_mail_to_the_address_ever_after(self, api: Api, cloud: Cloud) -> None:
        erase(api, created(api))
        cloud.drain()
        again, other = created(api), created(api, email="amazing@navy.example")
        a_mailbox(api)
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]
        launch = {"contact_ids": [again, other]}
        answer = api.post(f"/v1/sequences/{sequence}/launch", launch)

        cloud.run_campaign(answer.json["campaign_id"])

        assert [mail.recipients for mail in cloud.mails()] == [["amazing@navy.example"]]

    def test_reaches_what_was_merged_into_the_contact(self, api: Api, cloud: Cloud) -> None:
        loser = created(api)
        written_to(api, loser)
        cloud.run(hours=1)
        winner = created(api, email="amazing@navy.example")
        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [loser]})
        cloud.drain()

        refused = erase(api, loser)
        answer = erase(api, winner)
        cloud.drain()

        assert (refused.status, winner in refused.json["detail"]) == (409, True)
        assert results(answer)["messages"] == ("erased", 1)
        assert results(answer)["suppressions"] == ("kept", 2)
        assert held(api, cloud, [*ABOUT, "amazing"]) == []

    def test_of_what_was_just_merged_is_refused_too(self, api: Api, cloud: Cloud) -> None:
        """The worker has not removed what is left of the loser yet."""
        loser, winner = created(api), created(api, email="amazing@navy.example")
        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [loser]})

        answer = erase(api, loser)

        assert (answer.status, winner in answer.json["detail"]) == (409, True)

    @pytest.mark.parametrize("drained", [False, True])
    def test_finishes_what_deleting_left(self, api: Api, cloud: Cloud, drained: bool) -> None:
        contact_id = created(api)
        written_to(api, contact_id)
        cloud.run(hours=1)
        api.delete(f"/v1/contacts/{contact_id}")
        if drained:
            cloud.drain()

        answer = erase(api, contact_id)

        assert answer.json["status"] == "finished"
        assert results(answer)["contacts"] == ("erased", 0 if drained else 1)
        assert held(api, cloud, ABOUT) == []

    def test_counts_the_contact_out_once(self, api: Api, cloud: Cloud) -> None:
        kept = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        contact_id = created(api)
        api.delete(f"/v1/contacts/{contact_id}")

        erase(api, contact_id)
        cloud.drain()

        shards = cloud.items("contacts", f"{api.workspace().id}#count")
        assert sum(shard["contacts"] for shard in shards) == 1
        assert [each["id"] for each in api.get("/v1/contacts").json["data"]] == [kept]

    def test_cannot_be_asked_for_as_a_reason(self, api: Api) -> None:
        answer = api.post("/v1/suppressions", {"address": "a@b.example", "reason": "erased"})

        assert answer.status == 422


class TestEraseWhileAMailIsBeingSent:
    def test_is_pending_until_the_worker_is_done(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contact_id = created(api)
        campaign = written_to(api, contact_id)
        during: list[Answer] = []
        accept = cloud.wire.players["sesv2"]

        def erased_meanwhile(operation: str, params: dict[str, Any]) -> dict[str, Any]:
            during.append(erase(api, contact_id))
            return accept(operation, params)

        monkeypatch.setitem(cloud.wire.players, "sesv2", erased_meanwhile)
        cloud.run(hours=1)
        after = erase(api, contact_id)

        assert [answer.json["status"] for answer in during] == ["pending"]
        assert results(during[0])["messages"] == ("pending", 1)
        assert after.json["status"] == "finished"
        assert held(api, cloud, ABOUT) == []
        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["active"] == 0

    def test_does_not_wait_for_a_worker_that_died(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        campaign = written_to(api, contact_id)
        cloud.invoke("campaigns_dispatch", _first_round(api, campaign))
        (job,) = cloud.queue("StepsQueue").receive(1)
        with cloud.wire.crash_at("SendEmail"):
            cloud.invoke("steps_run", {"Records": [{"messageId": "1", "body": job.body}]})

        early = erase(api, contact_id)
        cloud.clock.advance(minutes=3)
        late = erase(api, contact_id)
        cloud.drain()

        assert (early.json["status"], late.json["status"]) == ("pending", "finished")
        assert held(api, cloud, ABOUT) == []
        audience = status(api, campaign.campaign_id)["audience"]
        assert (audience["active"], audience["completed"]) == (0, 1)


class TestWhatWasSaidAndNotSent:
    """The provider took no mail, and before the next attempt the enrollment ended."""

    @pytest.fixture
    def unsent(self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
        contact_id = created(api)
        campaign = written_to(api, contact_id)
        busy = SendOutcome("not_accepted", "SES is busy", scope="rate")
        with monkeypatch.context() as patched:
            patched.setattr(SesTransport, "send", lambda *_: busy)
            cloud.run(hours=0.1)
        api.post(f"/v1/campaigns/{campaign.campaign_id}/stop")
        (enrollment,) = api.get(f"/v1/enrollments?contact_id={contact_id}").json["data"]
        api.post(f"/v1/enrollments/{enrollment['id']}/stop")
        assert [each for each in held(api, cloud, ["Hi Grace"]) if "said#" in each]
        return contact_id

    def test_is_shown_nowhere(self, api: Api, cloud: Cloud, unsent: str) -> None:
        (enrollment,) = api.get(f"/v1/enrollments?contact_id={unsent}").json["data"]
        shown = [
            api.get(f"/v1/messages?contact_id={unsent}"),
            api.get(f"/v1/messages?campaign_id={enrollment['campaign_id']}"),
            api.get(f"/v1/contacts/{unsent}/timeline"),
        ]
        export = _parts(api, f"/v1/contacts/{unsent}/export")

        assert [answer.json["data"] for answer in shown[:2]] == [[], []]
        assert "Hi Grace" not in "".join([*(each.text for each in shown), str(export)])

    @pytest.mark.parametrize("merged", [False, True])
    def test_is_erased(self, api: Api, cloud: Cloud, unsent: str, *, merged: bool) -> None:
        contact_id = unsent
        if merged:
            contact_id = created(api, email="amazing@navy.example")
            api.post("/v1/contacts/merge", {"winner_id": contact_id, "loser_ids": [unsent]})
            cloud.drain()

        answer = erase(api, contact_id)
        cloud.drain()

        assert (answer.json["status"], results(answer)["messages"]) == ("finished", ("erased", 0))
        assert held(api, cloud, [*ABOUT, "amazing"]) == []


def _first_round(api: Api, campaign: Launched) -> dict[str, Any]:
    workspace = api.workspace().id
    return {"workspace": workspace, "campaign_id": campaign.campaign_id, "run": 1, "round": 0}


class TestEraseThatIsCutShort:
    @pytest.mark.parametrize(("number", "when"), crash_points(ERASE_CALLS))
    def test_is_finished_by_asking_again(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        contact_id = created(api)
        workflow_id = led_to(api, contact_id)
        campaign = written_to(api, contact_id)
        cloud.run(hours=1)

        with cloud.wire.crash_at(number, when):
            erase(api, contact_id)
        cloud.drain()
        answer = erase(api, contact_id)
        cloud.drain()

        assert answer.json["status"] == "finished"
        assert results(answer)["enrollments"] == ("erased", 1)
        assert results(answer)["messages"] == ("erased", 1)
        assert held(api, cloud, ABOUT) == []
        assert pending(api, workflow_id) == 0
        audience = status(api, campaign.campaign_id)["audience"]
        assert (audience["active"], audience["completed"], audience["total"]) == (0, 1, 1)
        assert len(api.get("/v1/events?type=contact.deleted").json["data"]) == 1
        assert len(api.get("/v1/events?type=enrollment.finished").json["data"]) == 1

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        led_to(api, contact_id)
        written_to(api, contact_id)
        cloud.run(hours=1)

        with cloud.wire.crash_at(ERASE_CALLS + 1) as crashed:
            erase(api, contact_id)

        assert not crashed()


def _parts(api: Api, path: str) -> list[dict[str, Any]]:
    parts = [api.get(path).json]
    while parts[-1]["has_more"]:
        sign = "&" if "?" in path else "?"
        parts.append(api.get(f"{path}{sign}cursor={parts[-1]['next_cursor']}").json)
    return parts
