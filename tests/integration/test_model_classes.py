"""Replies that a model classifies where rules could not: it may end a sequence, and do no more."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.models import Answer
from tests.integration.modeled import BUSY, provider
from tests.integration.outreach import STEP_ONE, Launched, status
from tests.integration.replying import a_reply, take
from tests.integration.test_feedback import counted, events
from tests.integration.test_replies import ALWAYS, FOR_REPLIES, begun, contact


def answered(
    api: Api, cloud: Cloud, model: Callable[[str], Answer], text: str = "Hm.", **options: Any
) -> tuple[Launched, str]:
    """Have a reply classified, and let days pass."""
    campaign, mail = begun(api, cloud, **{"steps": (STEP_ONE, ALWAYS), **options})
    with provider(api, model):
        reply_id = take(cloud, a_reply(mail, text))["reply_id"]
        cloud.run(days=9)
    return campaign, reply_id


def found(api: Api, reply_id: str) -> Any:
    return api.get(f"/v1/messages/{reply_id}").json["classification"]


def saying(kind: str, confidence: float = 0.9) -> Callable[[str], Answer]:
    return lambda _: {"kind": kind, "confidence": confidence}


UNCLASSIFIED = {"value": "unclassified", "source": "rule", "confidence": 0.0, "provider": None}


class TestClass:
    def test_ends_the_sequence_as_one_of_the_rules_does(self, api: Api, cloud: Cloud) -> None:
        campaign, reply_id = answered(api, cloud, saying("interested"))

        assert found(api, reply_id) == {
            "value": "interested",
            "source": "model",
            "confidence": 0.9,
            "provider": "openai",
        }
        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1
        assert contact(api, campaign)["status"] == "interested"
        assert counted(api, campaign)["replied_interested"] == 1
        told = [
            (each["source"], each["classification"]) for each in events(api, "reply.classified")
        ]
        assert told == [("rule", "unclassified"), ("model", "interested")]

    @pytest.mark.parametrize(
        "answer",
        [
            saying("asks_to_stop"),
            saying("automatic"),
            saying("unclear"),
            saying("auto_reply"),
            saying("interested", 0.5),
            lambda _: BUSY,
        ],
    )
    def test_is_left_to_a_person(
        self, api: Api, cloud: Cloud, answer: Callable[[str], Answer]
    ) -> None:
        campaign, reply_id = answered(api, cloud, answer)

        assert found(api, reply_id) == UNCLASSIFIED
        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["active"] == 1
        assert api.get("/v1/suppressions").json["data"] == []

    def test_lets_nothing_more_be_sent(self, api: Api, cloud: Cloud) -> None:
        campaign, reply_id = answered(
            api, cloud, saying("interested"), steps=(STEP_ONE, FOR_REPLIES)
        )

        held = len(cloud.mails()), status(api, campaign.campaign_id)["audience"]["active"]
        api.patch(f"/v1/messages/{reply_id}/classification", {"value": "interested"})
        cloud.run(days=9)

        assert (held, len(cloud.mails())) == ((1, 1), 2)

    def test_of_a_person_wins_though_the_model_answers_later(self, api: Api, cloud: Cloud) -> None:
        def meanwhile(_: str) -> Answer:
            (reply,) = api.get("/v1/messages?direction=in").json["data"]
            path = f"/v1/messages/{reply['id']}/classification"
            assert api.patch(path, {"value": "objection"}).status == 200
            return {"kind": "interested", "confidence": 1}

        _, reply_id = answered(api, cloud, meanwhile)

        assert (found(api, reply_id)["value"], found(api, reply_id)["source"]) == (
            "objection",
            "human",
        )

    def test_is_not_asked_for_where_the_reply_may_ask_to_stop(self, api: Api, cloud: Cloud) -> None:
        text = "We have a supplier already. Are you spamming us?"
        _, reply_id = answered(api, cloud, saying("interested"), text)

        assert found(api, reply_id)["source"] == "rule"

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", range(2, 8))
    def test_is_given_once_though_the_worker_dies(
        self, api: Api, cloud: Cloud, call: int, when: Any
    ) -> None:
        campaign, mail = begun(api, cloud, steps=(STEP_ONE, ALWAYS))
        with provider(api, saying("objection")):
            reply_id = take(cloud, a_reply(mail, "Hm."))["reply_id"]
            workspace = {"workspace": api.workspace().id, "message_id": reply_id}
            with cloud.wire.crash_at(call, when):
                cloud.invoke("replies_classify", workspace)
            cloud.invoke("replies_classify", workspace)
            cloud.run(days=9)

        assert found(api, reply_id)["value"] == "objection"
        assert (len(cloud.mails()), counted(api, campaign)["replied_objection"]) == (1, 1)
        assert [each["source"] for each in events(api, "reply.classified")] == ["rule", "model"]
