"""Entries of the bus that hold several events, on their way to endpoints."""

import json
from unittest.mock import patch

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import publish, received, register
from tests.receivers import Receiver, answering, receiver

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestFanout:
    NAMES = ("email.sent", "email.delivered", "email.clicked") * 10

    def test_delivers_each_to_every_endpoint_that_wants_it(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        with receiver(answering()) as other:
            register(api, endpoint.url, "*")
            register(api, other.url, "email.clicked")

            events = publish(api, *self.NAMES)
            cloud.run(hours=1)

            clicks = [payload["id"] for payload in received(other)]

        assert [entry["detail-type"] for entry in cloud.bus.published].count("events.packed") == 1
        everything = [each for each in received(endpoint) if each["event"] in self.NAMES]
        assert sorted(each["id"] for each in everything) == sorted(each.id for each in events)
        assert sorted(clicks) == sorted(each.id for each in events if each.event == "email.clicked")

    def test_asks_once_where_nobody_wants_them(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "email.*", "contact.created")
        cloud.drain()
        publish(api, *self.NAMES)
        before = len(cloud.calls())

        cloud.drain()

        assert [str(call) for call in cloud.calls()[before:]] == ["dynamodb Query"]

    def test_delivers_once_what_comes_again(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "email.sent")
        publish(api, *self.NAMES)
        cloud.drain()

        for event in cloud.bus.published * 2:
            cloud.queue("WebhookFanoutQueue").send(json.dumps(event))
        cloud.run(hours=1)

        assert len(received(endpoint)) == 10

    def test_gives_back_what_it_has_no_time_for(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "email.sent")
        cloud.drain()
        publish(api, "email.sent")
        properties = cloud.stack.functions["webhooks_fanout"].properties
        records = cloud.take("WebhookFanoutQueue")

        with patch.dict(properties, Timeout=20):
            answer = cloud.invoke("webhooks_fanout", records)

        assert len(answer["batchItemFailures"]) == 1
        cloud.run(hours=1)
        assert len(received(endpoint)) == 1
