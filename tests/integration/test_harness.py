"""The harness itself: what other tests take for granted."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.kit.aws.dynamodb import Query, Table
from tests.harness import repairs
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.permissions import PermissionMissing
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
        assert [each.event for each in cloud.bus.told].count("email.sent") == 1


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

    def test_notices_a_call_that_the_template_does_not_allow(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloud.permissions, "acting", "contacts")

        with pytest.raises(PermissionMissing, match="contacts may not dynamodb:DeleteItem on"):
            cloud.permissions.check("dynamodb", "DeleteItem", {"TableName": "any"})


class TestQueries:
    """Moto gets only the page that is asked for, and must answer as if it had the whole table."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        condition=st.sampled_from(["", "begins_with(#sk, :low)", "#sk BETWEEN :low AND :high"]),
        low=st.sampled_from(["a", "b2", "c"]),
        limit=st.none() | st.integers(1, 30),
        start=st.none() | st.integers(0, 29),
        newest_first=st.booleans(),
    )
    def test_find_what_they_find_in_the_whole_table(
        self,
        *,
        filled: Table,
        condition: str,
        low: str,
        limit: int | None,
        start: int | None,
        newest_first: bool,
    ) -> None:
        bounds = {name: each for name, each in (("low", low), ("high", "c1")) if name in condition}
        after = None if start is None else {"pk": "p", "sk": SORT_KEYS[start]}
        query = Query("p", condition, bounds, limit=limit, after=after, newest_first=newest_first)

        given_a_page = filled.query(query)
        with repairs.whole_tables():
            given_all = filled.query(query)

        assert given_a_page == given_all


SORT_KEYS = [f"{letter}{number}" for letter in "abc" for number in range(10)]


@pytest.fixture
def filled(cloud: Cloud) -> Table:
    table = Table(cloud.stack.data["EventsTableName"])
    for pk in ("o", "p"):
        for sk in SORT_KEYS:
            table.write(table.put_action({"pk": pk, "sk": sk}))
    return table
