"""Rate limits as a client meets them."""

from tests.harness.api import Answer, Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud

QUOTA, STEP_MS = 60, 1_000
"""Of the plan `starter`, per minute."""


def used_up(api: Api) -> str:
    """A key that has no call left at this moment."""
    api.tick_ms = 0
    key = api.workspace("busy", plan="starter").live_key
    answers = [api.get("/v1/contacts", key=key).status for _ in range(QUOTA)]
    assert answers == [200] * QUOTA
    return key


class TestRateLimit:
    def test_tells_what_is_left(self, api: Api) -> None:
        api.tick_ms = 0
        key = api.workspace("busy", plan="starter").live_key

        first, second = (api.get("/v1/contacts", key=key) for _ in range(2))

        assert first.headers["RateLimit-Policy"] == '"minute";q=60;w=60, "day";q=5000;w=86400'
        assert first.headers["RateLimit"] == '"minute";r=59;t=1, "day";r=4999;t=18'
        assert second.headers["RateLimit"] == '"minute";r=58;t=2, "day";r=4998;t=35'

    def test_refuses_the_call_after_the_last(self, api: Api) -> None:
        key = used_up(api)

        answer = api.get("/v1/contacts", key=key)

        assert (answer.status, answer.json["code"]) == (429, "RATE_LIMITED")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["RateLimit"].startswith('"minute";r=0;t=60')
        assert "RateLimit-Policy" in answer.headers

    def test_lets_in_whoever_waited_as_told(self, api: Api, clock: Clock) -> None:
        key = used_up(api)
        told = int(api.get("/v1/contacts", key=key).headers["Retry-After"])

        clock.advance(seconds=told, ms=-1)
        early = api.get("/v1/contacts", key=key)
        clock.advance(ms=1)
        in_time = api.get("/v1/contacts", key=key)

        assert (told * 1_000, early.status, in_time.status) == (STEP_MS, 429, 200)

    def test_a_refused_call_costs_one_call_and_uses_nothing_up(
        self, api: Api, clock: Clock
    ) -> None:
        key = used_up(api)

        refused: list[Answer] = [api.get("/v1/contacts", key=key) for _ in range(20)]
        clock.advance(ms=STEP_MS)

        assert {len(answer.calls) for answer in refused} == {1}
        assert api.get("/v1/contacts", key=key).status == 200

    def test_is_each_keys_own(self, api: Api) -> None:
        used_up(api)

        answer = api.get("/v1/contacts", key=api.key("*", workspace="busy"))

        assert answer.status == 200

    def test_lasts_for_the_day_too(self, api: Api, clock: Clock) -> None:
        api.tick_ms = 0
        key = api.workspace("busy", plan="starter").live_key
        for _ in range(3):
            api.get("/v1/contacts", key=key)
            clock.advance(minutes=1)

        left = api.get("/v1/contacts", key=key).headers["RateLimit"]

        # Three minutes give back ten calls of the day: one every 17.28 s.
        assert left == '"minute";r=59;t=1, "day";r=4999;t=18'


class TestMeterFailure:
    def test_lets_reads_pass_and_refuses_writes(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key

        with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
            read = api.get("/v1/contacts", key=key)
            write = api.post("/v1/contacts", {"email": "ada@example.com"}, key=key)

        assert (read.status, "RateLimit" in read.headers) == (200, False)
        assert (write.status, write.headers["Retry-After"]) == (503, "1")
