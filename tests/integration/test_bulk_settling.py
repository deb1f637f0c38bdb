"""Many messages of which nobody knows whether they went out, settled in one call."""

from collections.abc import Sequence
from typing import Any

import pytest

from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.models import Said
from outrider.kit import ids
from outrider.messages import schemas
from outrider.messages.outcomes import settlement
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import cuts
from tests.integration.feedback import tell
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, a_message, launched

PATH = "/v1/messages/settle"
KEY = {"idempotency-key": "brown-out"}
SOON = {**STEP_TWO, "wait_before": {"value": 20, "unit": "minutes"}}
LOST = 3


@pytest.fixture
def outcome() -> Said:
    """What became of the mails, and what is said of them."""
    return "sent"


@pytest.fixture
def lost(api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, outcome: Said) -> Launched:
    """Of three first mails of a campaign nobody learned what became of them."""
    send = SesTransport.send

    def losing(transport: SesTransport, *mail: Any) -> SendOutcome:
        if outcome == "sent":
            send(transport, *mail)
        return SendOutcome("unknown", "ReadTimeoutError")

    with monkeypatch.context() as patch:
        patch.setattr(SesTransport, "send", losing)
        campaign = launched(api, LOST, steps=(STEP_ONE, SOON), mailbox={"min_gap_seconds": 0})
        cloud.run(hours=0.1)
    assert len(unknown(api)) == LOST
    return campaign


def unknown(api: Api, query: str = "") -> list[str]:
    """Ids of the messages that wait, newest first."""
    found = api.get(f"/v1/messages?status=unknown{query}").json["data"]
    return [message["id"] for message in found]


def settle(api: Api, outcome: Said = "sent", **asked: Any) -> Answer:
    return api.post(PATH, {"outcome": outcome, **asked})


def results(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200, answer.text
    return [(each["id"], each["result"]) for each in answer.json["results"]]


def all_settled(message_ids: Sequence[str]) -> list[tuple[str, str]]:
    return [(each, "settled") for each in message_ids]


class TestByIds:
    def test_says_of_each_what_became_of_it(self, api: Api) -> None:
        sent, waiting = a_message(api), a_message(api, state="unknown")
        nobody = message_ids.of(ids.new("con"), "nobody")

        answer = settle(
            api, "not_sent", message_ids=[sent.id, nobody, waiting.id, "nonsense", waiting.id]
        )

        assert results(answer) == [
            (sent.id, "not_unknown"),
            (nobody, "not_found"),
            (waiting.id, "settled"),
            ("nonsense", "not_found"),
        ]
        counts = {"settled": 1, "not_unknown": 1, "not_found": 2, "contended": 0}
        assert answer.json["counts"] == counts
        assert "this one is sent" in answer.json["results"][0]["reason"]
        assert (answer.json["has_more"], answer.json["next_cursor"]) == (False, None)
        after = api.get(f"/v1/messages/{waiting.id}").json
        assert (after["status"], after["reason"]) == ("failed", "not_sent")

    def test_finds_none_of_other_workspaces(self, api: Api) -> None:
        waiting = a_message(api, state="unknown")

        answer = api.post(
            PATH, {"outcome": "sent", "message_ids": [waiting.id]}, workspace="globex"
        )

        assert results(answer) == [(waiting.id, "not_found")]
        assert unknown(api) == [waiting.id]

    def test_is_refused_where_it_is_not_clear_which(self, api: Api) -> None:
        waiting = a_message(api, state="unknown").id
        later, sooner = "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"

        answers = [
            settle(api),
            settle(api, message_ids=[waiting], campaign_id=ids.new("cam")),
            settle(api, message_ids=[waiting] * 101),
            settle(api, message_ids=[waiting], cursor="x"),
            settle(api, created_after=later, created_before=sooner),
            settle(api, campaign_id=ids.new("cam"), cursor="x"),
        ]

        assert [answer.status for answer in answers] == [422] * len(answers)
        assert answers[-1].json["errors"][0]["pointer"] == "/cursor"
        assert unknown(api) == [waiting]


class TestByFilters:
    def test_settles_what_all_of_them_let_through(self, api: Api, cloud: Cloud) -> None:
        moments = []
        made = []
        for _ in range(4):
            cloud.clock.advance(minutes=1)
            made.append(a_message(api, state="unknown"))
            moments.append(made[-1].created_at)
        one, two, three, four = made

        by_time = settle(api, created_after=moments[0], created_before=moments[2])
        by_mailbox = settle(api, mailbox_id=one.mailbox_id, created_before=moments[3])
        by_neither = settle(api, mailbox_id=three.mailbox_id, campaign_id=four.campaign_id)
        by_campaign = settle(api, campaign_id=four.campaign_id)
        by_long_name = settle(api, campaign_id="c" * 64, mailbox_id="m" * 64)

        assert results(by_time) == all_settled([two.id])
        assert results(by_mailbox) == all_settled([one.id])
        assert results(by_neither) == results(by_long_name) == []
        assert results(by_campaign) == all_settled([four.id])
        assert unknown(api) == [three.id]
        assert unknown(api, f"&created_before={moments[2]}") == []

    def test_goes_on_behind_its_cursor(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schemas, "MAX_SETTLED", 2)
        mailbox_id, other = ids.new("mbx"), a_message(api, state="unknown")
        for _ in range(3):
            cloud.clock.advance(minutes=1)
            a_message(api, state="unknown", mailbox_id=mailbox_id)
        waiting = unknown(api)

        first = settle(api, mailbox_id=mailbox_id)
        cursor = first.json["next_cursor"]
        of_others = settle(api, mailbox_id=other.mailbox_id, cursor=cursor)
        second = settle(api, mailbox_id=mailbox_id, cursor=cursor)

        assert (results(first), first.json["has_more"]) == (all_settled(waiting[:2]), True)
        assert of_others.status == 422
        assert (results(second), second.json["has_more"]) == (all_settled(waiting[2:3]), False)
        assert unknown(api) == [other.id]


class TestEnrollments:
    @pytest.mark.parametrize("outcome", ["sent", "not_sent"])
    def test_go_on_each_by_itself(
        self, api: Api, cloud: Cloud, lost: Launched, outcome: Said
    ) -> None:
        answer = settle(api, outcome, campaign_id=lost.campaign_id)
        cloud.run(hours=1)

        assert answer.json["counts"]["settled"] == LOST
        assert len(cloud.mails()) == LOST * 2
        books = Books(cloud, api.workspace().id)
        assert {each.state for each in books.enrollments} == {"finished"}
        assert list(wrong_at_rest(books)) == []

    def test_that_the_provider_tells_of_meanwhile_are_left_alone(
        self, api: Api, cloud: Cloud, lost: Launched
    ) -> None:
        def heard() -> None:
            for mail in cloud.mails():
                tell(cloud, mail, "Delivery")

        body = {"outcome": "not_sent", "campaign_id": lost.campaign_id}
        with cloud.wire.once_after("PutItem", heard):
            answer = api.post(PATH, body, headers=KEY)
        cloud.run(hours=1)

        assert [result for _, result in results(answer)] == ["not_unknown"] * LOST
        assert len(cloud.mails()) == LOST * 2

    def test_that_others_keep_changing_are_named(
        self, api: Api, lost: Launched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settlement, "try_transact", lambda *_: False)
        answer = settle(api, campaign_id=lost.campaign_id)

        assert answer.json["counts"]["contended"] == LOST
        assert answer.json["results"][0]["reason"] == "Others keep changing this message"


class TestRepeating:
    def test_gets_the_same_answer(self, api: Api, lost: Launched) -> None:
        body = {"outcome": "sent", "campaign_id": lost.campaign_id}

        first, again = (api.post(PATH, body, headers=KEY) for _ in range(2))

        assert first.json["counts"]["settled"] == LOST
        assert again.json == first.json

    @pytest.mark.parametrize("outcome", ["sent", "not_sent"])
    @pytest.mark.parametrize("by", ["filter", "ids"])
    def test_after_a_crash_anywhere_settles_the_same_once(  # noqa: PLR0917
        self,
        api: Api,
        cloud: Cloud,
        lost: Launched,
        monkeypatch: pytest.MonkeyPatch,
        outcome: Said,
        by: str,
    ) -> None:
        """With filters, too, though what is settled leaves the index in which they look."""
        monkeypatch.setattr(schemas, "MAX_SETTLED", 2)
        waiting = unknown(api)
        which = (
            {"campaign_id": lost.campaign_id} if by == "filter" else {"message_ids": waiting[:2]}
        )
        body = {"outcome": outcome, **which}
        built = cloud.snapshot()
        with cloud.wire.recording() as calls:
            expected = api.post(PATH, body, headers=KEY)
        assert results(expected) == all_settled(waiting[:2])

        for place, when in cuts(calls):
            cloud.restore(built)
            with cloud.wire.crash_at(place, when) as crashed:
                api.post(PATH, body, headers=KEY)
            cloud.clock.advance(minutes=1)

            answer = api.post(PATH, body, headers=KEY)

            assert crashed()
            assert answer.json == expected.json, (place, when)
            assert unknown(api) == waiting[2:]
            cloud.run(hours=1)
            books = Books(cloud, api.workspace().id)
            assert list(wrong_at_rest(books)) == []
            assert len(cloud.mails()) == (LOST + 2 if outcome == "sent" else 2 * 2)

    def test_goes_on_after_the_table_had_no_capacity(
        self, api: Api, cloud: Cloud, lost: Launched
    ) -> None:
        body = {"outcome": "sent", "campaign_id": lost.campaign_id}
        waiting = unknown(api)

        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError", skip=1):
            refused = api.post(PATH, body, headers=KEY)
        again = api.post(PATH, body, headers=KEY)

        assert refused.status == 503
        assert results(again) == all_settled(waiting)
