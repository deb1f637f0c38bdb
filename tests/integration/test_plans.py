"""Plans of workspaces: the limits that a deployment with `Plans=documented` has, and any other has
not."""

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.wiring import credits
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud

UNLIMITED = '"minute";q=60000;w=60, "day";q=86400000;w=86400'
STARTER = '"minute";q=60;w=60, "day";q=5000;w=86400'


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> "Switch":
    return Switch(monkeypatch)


class Switch:
    """Deploys the stack again with another value of `Plans`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.to("off")

    def to(self, plans: str) -> None:
        self._monkeypatch.setitem(stack.PARAMETERS, "Plans", plans)


class TestOff:
    @pytest.mark.parametrize("plan", ["free", "starter", "enterprise"])
    def test_limits_no_workspace(self, switch: Switch, api: Api, plan: str) -> None:
        api.tick_ms = 0
        key = api.workspace("own", plan=plan).live_key

        called = [api.get("/v1/account", key=key) for _ in range(350)][-1]

        assert (called.status, called.headers["RateLimit-Policy"]) == (200, UNLIMITED)
        assert called.json["plan"] == {
            "name": plan,
            "monthly_credits": 1_000_000_000,
            "calls_per_minute": 60_000,
            "calls_per_day": 86_400_000,
        }

    def test_grants_more_credits_than_any_workspace_uses_and_counts_them(
        self, switch: Switch, api: Api, cloud: Cloud
    ) -> None:
        ledger = credits(Caller.engine(WorkspaceId.of(api.workspace().id, "live")))
        with cloud.environment(PLANS="off"):
            ledger.hold("chat_1", "chat", 2)
            ledger.post("chat_1", 2)

        balance = api.get("/v1/credits").json

        assert (balance["granted"], balance["spent"]) == (1_000_000_000, 2)


class TestSwitch:
    def test_to_documented_limits_each_key_from_its_second_call_on(
        self, switch: Switch, api: Api
    ) -> None:
        api.tick_ms = 0
        key = api.workspace("busy", plan="starter").live_key
        assert api.get("/v1/contacts", key=key).headers["RateLimit-Policy"] == UNLIMITED
        switch.to("documented")

        answers = [api.get("/v1/contacts", key=key) for _ in range(65)]

        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {STARTER}
        assert [answer.status for answer in answers] == [200] * 60 + [429] * 5

    def test_to_off_lets_a_key_in_that_has_waited_as_told(
        self, switch: Switch, api: Api, clock: Clock
    ) -> None:
        switch.to("documented")
        api.tick_ms = 0
        key = api.workspace("busy", plan="starter").live_key
        told = [api.get("/v1/contacts", key=key) for _ in range(61)][-1].headers["Retry-After"]
        switch.to("off")

        clock.advance(seconds=int(told))
        first = api.get("/v1/contacts", key=key)
        clock.advance(ms=1)
        later = [api.get("/v1/contacts", key=key) for _ in range(200)]

        assert first.status == 200
        assert {answer.status for answer in later} == {200}

    def test_costs_each_key_one_update(self, switch: Switch, api: Api) -> None:
        key = api.workspace("own").live_key
        api.get("/v1/contacts", key=key)
        switch.to("documented")

        updates = [
            [call.operation for call in api.get("/v1/account", key=key).calls].count("UpdateItem")
            for _ in range(3)
        ]

        assert updates == [2, 1, 1]
