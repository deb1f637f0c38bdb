"""The harness itself: what other tests take for granted."""

from datetime import timedelta

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.permissions import PermissionMissing, Permissions
from tests.harness.queues import Queues
from tests.integration.outreach import launched, status


class TestApi:
    def test_reaches_the_function_of_a_route(self, api: Api) -> None:
        created = api.post("/v1/contacts", {"email": "ada@example.com"})

        read = api.get(f"/v1/contacts/{created.json['id']}")

        assert (read.status, read.json["email"]) == (200, "ada@example.com")

    def test_keeps_workspaces_apart(self, api: Api) -> None:
        created = api.post("/v1/contacts", {"email": "ada@example.com"}, workspace="acme")

        read = api.get(f"/v1/contacts/{created.json['id']}", workspace="globex")

        assert read.status == 404


class TestDrain:
    def test_gives_a_tombstone_to_the_function_that_buries_it(self, api: Api, cloud: Cloud) -> None:
        created = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        api.delete(f"/v1/contacts/{created['id']}")

        cloud.drain()

        acme = api.workspace().id
        kinds = {item["pk"] for item in cloud.items("contacts", acme)}
        assert kinds == {f"{acme}#count"}

    def test_publishes_what_a_request_made_happen(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"})

        cloud.drain()

        published = [event["detail-type"] for event in cloud.bus.published]
        assert sorted(published) == ["api_key.created", "api_key.created", "contact.created"]

    def test_carries_a_delayed_message_when_its_time_has_come(self, cloud: Cloud) -> None:
        queue = cloud.queue("StepsQueue")
        queue.send("{}", delay_seconds=60)

        early = queue.receive(10)
        cloud.clock.advance(seconds=60)

        assert (early, len(queue.receive(10))) == ([], 1)


class TestSnapshot:
    def test_brings_back_how_everything_stood(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        built, moment = cloud.snapshot(), cloud.clock.now

        for _ in range(2):
            cloud.restore(built)
            cloud.run(hours=1)

        assert (len(cloud.mails()), cloud.clock.now - moment) == (1, timedelta(hours=1))
        assert status(api, campaign.campaign_id)["sent"] == 1
        sent = [each for each in cloud.bus.published if each["detail-type"] == "email.sent"]
        assert len(sent) == 1


class TestWire:
    def test_dies_at_the_chosen_call_with_its_effect_or_without(
        self, api: Api, cloud: Cloud
    ) -> None:
        acme = api.workspace().id
        with cloud.wire.crash_at(2, "before"):
            api.post("/v1/contacts", {"email": "ada@example.com"})
        without = cloud.items("contacts", f"{acme}#email")

        with cloud.wire.crash_at(2, "after") as crashed:
            api.post("/v1/contacts", {"email": "ada@example.com"})

        assert crashed()
        assert (without, len(cloud.items("contacts", f"{acme}#email"))) == ([], 1)

    def test_refuses_calls_as_the_service_would(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
            answer = api.post("/v1/contacts", {"email": "ada@example.com"}, key=key)

        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")

    def test_notices_a_call_that_the_template_does_not_allow(self, cloud: Cloud) -> None:
        permissions = Permissions(cloud.stack, Queues(cloud.stack.queues))
        permissions.acting = "contacts"

        with pytest.raises(PermissionMissing, match="contacts may not dynamodb:DeleteItem on"):
            permissions.check("dynamodb", "DeleteItem", {"TableName": "any"})
