"""The log of an endpoint, and deliveries that are made once more."""

from typing import Any

import pytest

from outrider.webhooks.deliveries import log
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import (
    FAILING,
    a_delivery,
    attempts,
    create_contact,
    log_attempts,
    received,
    register,
)
from tests.receivers import Receiver, receiver

FIRST_TWO = 0.004
"""Hours: enough for two attempts of a delivery, and for no third."""


on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestList:
    def test_shows_each_delivery_with_its_attempts_newest_first(
        self, api: Api, cloud: Cloud
    ) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json
            contacts = [create_contact(api, name) for name in ("ada", "bob")]
            cloud.run(hours=FIRST_TWO)

        listed = api.get(f"/v1/webhooks/{webhook['id']}/deliveries").json["data"]

        feed = api.get("/v1/events?type=contact.created").json["data"]
        assert [event["data"]["contact_id"] for event in feed] == contacts
        assert [each["event_id"] for each in listed] == [event["id"] for event in feed[::-1]]
        for each in listed:
            assert (each["status"], each["attempt_count"], each["tries"]) == ("pending", 2, 2)
            assert each["next_attempt_at"] > each["attempts"][-1]["at"]
            assert [attempt["attempt"] for attempt in each["attempts"]] == [1, 2]
            for attempt in each["attempts"]:
                assert (attempt["status_code"], attempt["error"]) == (500, "http_5xx")
                assert (attempt["answer"], attempt["kind"]) == ("not now", "scheduled")

    def test_filters_by_state_and_event_page_by_page(self, api: Api, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}/deliveries"
        webhook_id = path.split("/")[3]
        made = [
            a_delivery(api, webhook_id, state="failed" if number % 2 else "delivered").id
            for number in range(6)
        ]
        question = f"{path}?status=failed&event=contact.*&limit=2"

        first = api.get(question).json
        second = api.get(f"{question}&cursor={first['next_cursor']}").json

        failed = sorted(made[1::2], reverse=True)
        assert [each["id"] for each in first["data"] + second["data"]] == failed
        assert (first["has_more"], second["has_more"]) == (True, False)
        assert api.get(f"{path}?event=contact.deleted").json["data"] == []
        assert api.get(f"{path}?event=contact.exploded").status == 422

    def test_goes_on_behind_what_one_page_can_hold(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "MOST_BYTES", 1_000)
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json
            for name in ("ada", "bob", "eve"):
                create_contact(api, name)
            cloud.drain()

        pages: list[Any] = []
        cursor = ""
        while not pages or pages[-1]["has_more"]:
            pages.append(api.get(f"/v1/webhooks/{webhook['id']}/deliveries{cursor}").json)
            cursor = f"?cursor={pages[-1]['next_cursor']}"

        shown = [each for page in pages for each in page["data"]]
        assert len(pages) > 1
        assert len({each["id"] for each in shown}) == len(shown) == 3
        assert [len(each["attempts"]) for each in shown] == [1, 1, 1]

    def test_shows_the_latest_of_very_many_attempts(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json
        delivery = a_delivery(api, webhook["id"], attempts=130)
        log_attempts(api, delivery)

        answer = api.get(f"/v1/webhooks/{webhook['id']}/deliveries?limit=1").json
        alone = api.get(f"/v1/webhooks/deliveries/{delivery.id}").json

        (listed,) = answer["data"]
        assert answer["has_more"] is False
        assert [each["attempt"] for each in listed["attempts"]] == list(range(31, 131))
        assert alone["attempts"] == listed["attempts"]


class TestGet:
    def test_shows_what_was_sent(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        create_contact(api)
        cloud.drain()
        (listed,) = api.get(f"/v1/webhooks/{webhook['id']}/deliveries").json["data"]

        shown = api.get(f"/v1/webhooks/deliveries/{listed['id']}").json

        assert shown.pop("payload").encode() == endpoint.requests[-1].partition(b"\r\n\r\n")[2]
        assert shown == listed


class TestRedeliver:
    @pytest.mark.parametrize("state", ["delivered", "failed"])
    def test_delivers_once_more(
        self, api: Api, cloud: Cloud, endpoint: Receiver, state: str
    ) -> None:
        webhook = register(api, endpoint.url, "contact.deleted").json
        delivery = a_delivery(api, webhook["id"], state=state, attempts=21, tries=21)

        answer = api.post(f"/v1/webhooks/deliveries/{delivery.id}/redeliver")
        cloud.drain()

        (payload,) = received(endpoint)
        (attempt,) = attempts(cloud, webhook["id"])
        after = api.get(f"/v1/webhooks/deliveries/{delivery.id}").json
        assert (answer.status, answer.json["status"], answer.json["tries"]) == (202, "pending", 0)
        assert payload["id"] == delivery.event_id
        assert (attempt["attempt"], attempt["kind"]) == (22, "redelivery")
        assert (after["status"], after["attempt_count"]) == ("delivered", 22)

    def test_begins_the_schedule_again(self, api: Api, cloud: Cloud) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.deleted").json
            delivery = a_delivery(api, webhook["id"], state="failed", attempts=21, tries=21)
            api.post(f"/v1/webhooks/deliveries/{delivery.id}/redeliver")
            cloud.run(hours=FIRST_TWO)

        after = api.get(f"/v1/webhooks/deliveries/{delivery.id}").json
        assert (after["status"], after["attempt_count"], after["tries"]) == ("pending", 23, 2)

    def test_says_when_one_is_on_its_way(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json
        delivery = a_delivery(api, webhook["id"])

        answer = api.post(f"/v1/webhooks/deliveries/{delivery.id}/redeliver")

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert delivery.next_attempt_at
        assert delivery.next_attempt_at in answer.json["detail"]

    def test_says_that_a_disabled_endpoint_gets_nothing(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json
        delivery = a_delivery(api, webhook["id"], state="failed")
        api.patch(f"/v1/webhooks/{webhook['id']}", {"status": "disabled"})

        answer = api.post(f"/v1/webhooks/deliveries/{delivery.id}/redeliver")

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert f"/v1/webhooks/{webhook['id']}/enable" in answer.json["detail"]
