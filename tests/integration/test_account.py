"""The account, and how much of it is used."""

from datetime import UTC, datetime
from typing import Any

import pytest

from outrider.access import scopes
from outrider.access.credentials import public_id_of
from outrider.access.models import Caller
from outrider.credits.usage.wiring import counter
from outrider.credits.wiring import credits
from outrider.kit.aws.attributes import encode_item
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When

WRITE_UNIT = 1_024
COUNT_CALLS = 3
"""Of a batch with the records of two keys: one read, and a transaction for each."""


def usage(api: Api, cloud: Cloud, question: str = "", **options: Any) -> dict[str, Any]:
    """What is counted once the stream came to rest; this call is not among it."""
    cloud.drain()
    answer: dict[str, Any] = api.get(f"/v1/account/usage{question}", **options).json
    return answer


class TestAccount:
    def test_shows_the_workspace_its_plan_and_the_key(self, api: Api) -> None:
        api.workspace("small", plan="starter")
        key = api.create_key("account:read", "contacts", workspace="small", mode="test")

        shown = api.get("/v1/account", key=key["key"]).json

        assert shown == {
            "object": "account",
            "workspace_id": api.workspace("small").id,
            "name": "small",
            "mode": "test",
            "created_at": "2026-03-02T09:00:00.000Z",
            "plan": {
                "name": "starter",
                "monthly_credits": 1_000,
                "calls_per_minute": 60,
                "calls_per_day": 5_000,
            },
            "key": {
                "id": key["id"],
                "scopes": ["account:read", "contacts"],
                "calls_per_minute": 60,
                "calls_per_day": 5_000,
            },
        }


class TestUsage:
    def test_counts_calls_by_day_and_family(self, api: Api, cloud: Cloud) -> None:
        for _ in range(3):
            api.get("/v1/contacts")
        api.post("/v1/contacts", {"email": "ada@example.com"})
        cloud.clock.set(datetime(2026, 3, 3, tzinfo=UTC))
        api.get("/v1/api-keys", key=api.key("*"))

        shown = usage(api, cloud)

        assert (shown["since"], shown["until"], len(shown["days"])) == (
            "2026-02-02",
            "2026-03-04",
            30,
        )
        assert (shown["calls"], shown["calls_by_family"]) == (5, {"api_keys": 1, "contacts": 4})
        assert [day["calls_by_family"] for day in shown["days"][-2:]] == [
            {"contacts": 4},
            {"api_keys": 1},
        ]

    def test_counts_what_passed_the_meter(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key
        answers = [
            api.get("/v1/contacts", key=f"{key[:-1]}!"),
            api.get("/v1/contacts", key=api.workspace("frugal", plan="free").live_key),
            api.get("/v1/contacts", key=api.key("events:read")),
            api.get("/v1/contacts?limit=0"),
            api.get("/v1/contacts/con_nothing"),
        ]

        shown = usage(api, cloud)

        assert [answer.status for answer in answers] == [401, 403, 403, 422, 404]
        assert shown["calls_by_family"] == {"contacts": 3}

    def test_counts_no_call_that_the_rate_limit_refused(self, api: Api, cloud: Cloud) -> None:
        api.tick_ms = 0
        key = api.workspace("busy", plan="starter").live_key
        statuses = [api.get("/v1/contacts", key=key).status for _ in range(70)]
        cloud.clock.advance(minutes=1)

        shown = usage(api, cloud, workspace="busy")

        assert (statuses.count(429), shown["calls"]) == (10, 60)

    def test_is_told_apart_by_mode_and_workspace(self, api: Api, cloud: Cloud) -> None:
        api.get("/v1/contacts")
        api.get("/v1/contacts", mode="test")
        api.get("/v1/contacts", mode="test")

        counts = [
            usage(api, cloud)["calls"],
            usage(api, cloud, mode="test")["calls"],
            usage(api, cloud, workspace="globex")["calls"],
        ]

        assert counts == [1, 2, 0]

    def test_counts_credits_on_the_day_they_were_spent(self, api: Api, cloud: Cloud) -> None:
        service = credits(Caller.engine(api.workspace().id))
        cloud.clock.set(datetime(2026, 3, 4, 23, 59, tzinfo=UTC))
        service.hold("run_1", "research", 3)
        service.hold("run_2", "chat", 2)
        service.hold("run_3", "chat", 2)
        service.post("run_1", 3)
        service.void("run_2")
        cloud.clock.advance(minutes=1)
        service.post("run_3", 1)

        shown = usage(api, cloud, "?since=2026-03-04&until=2026-03-06")

        assert (shown["credits"], shown["credits_by_kind"]) == (4, {"chat": 1, "research": 3})
        assert [day["credits_by_kind"] for day in shown["days"]] == [{"research": 3}, {"chat": 1}]

    @pytest.mark.parametrize(
        "question",
        [
            "since=2026-03-02&until=2026-03-02",
            "since=2026-03-03&until=2026-03-02",
            "since=2025-11-30",
            "since=2026-01-01&until=2026-04-04",
            "since=2026-03-02T00:00:00Z",
            "since=1772442000",
            "since=2026-02-30",
            "until=0001-01-02",
            "until=9999-12-31&since=9999-01-01",
            "since=",
        ],
    )
    def test_refuses_what_is_no_span_of_days(self, api: Api, question: str) -> None:
        answer = api.get(f"/v1/account/usage?{question}")

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")

    def test_shows_92_days_in_one_read(self, api: Api) -> None:
        answer = api.get("/v1/account/usage?since=2026-01-01&until=2026-04-03")

        assert (len(answer.json["days"]), len(answer.calls)) == (92, 2)


class TestMeter:
    def test_writes_one_unit_whatever_a_key_may(self, api: Api, cloud: Cloud) -> None:
        every_scope = [scope for scope in scopes.ALL if scope != "*"]
        key = api.create_key(*every_scope)
        api.get("/v1/suppressions", key=key["key"])

        (record,) = cloud.items("keys", f"key#{public_id_of(key['id'])}")

        size = sum(len(name) + _size(value) for name, value in encode_item(record).items())
        assert record["calls"] == 1
        assert size + 40 < WRITE_UNIT, size


def _size(typed: dict[str, Any]) -> int:
    """Bytes of a value, at most, as DynamoDB counts them."""
    ((kind, value),) = typed.items()
    if kind == "L":
        return 3 + sum(1 + _size(each) for each in value)
    return len(value) if kind in "SB" else 12


class TestCounting:
    @pytest.mark.parametrize("number", range(1, COUNT_CALLS + 1))
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_goes_on_after_a_crash(self, api: Api, cloud: Cloud, number: int, when: When) -> None:
        batch = two_calls(api)

        with cloud.wire.crash_at(number, when):
            counter().count(batch)
        counter().count(batch)

        assert usage(api, cloud)["calls"] == 2

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        batch = two_calls(api)

        with cloud.wire.recording() as calls:
            counted = counter().count(batch)

        assert (counted, len(calls)) == (2, COUNT_CALLS)


def two_calls(api: Api) -> list[dict[str, Any]]:
    """The stream's records of a call with each of two keys, of which nothing was really made."""
    images = [
        {
            "key_id": api.create_key("*")["id"],
            "workspace": api.workspace().id,
            "calls": 1,
            "last_family": "contacts",
            "last_used_ms": 1_772_442_000_000,
        }
        for _ in range(2)
    ]
    return [{"dynamodb": {"NewImage": encode_item(image)}} for image in images]
