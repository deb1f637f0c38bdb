"""Expiry of holds, and monthly resets."""

from datetime import UTC, datetime

import pytest

from outrider.credits.service import CreditService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.errors import Contended
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.integration.test_credits import credits_of, numbers, told

SWEEP_QUERIES = 8

SWEEP_CALLS = SWEEP_QUERIES + 6
"""Of a sweep with a hold and two balances due: each is read, then written."""


def sweep(cloud: Cloud) -> int:
    return int(cloud.invoke("credits_sweep", {})["swept"])


def one_of_each_due(api: Api, cloud: Cloud) -> None:
    """A hold that has expired, its balance, and that of another workspace."""
    of_other = credits_of(api, "other", plan="starter")
    of_other.hold("run_1", "research", 400)
    of_other.post("run_1", 400)
    cloud.clock.set(datetime(2026, 4, 1, 23, 50, tzinfo=UTC))
    credits_of(api, plan="starter").hold("run_1", "research", 700)
    cloud.clock.set(datetime(2026, 4, 2, 0, 5, tzinfo=UTC))


class TestSweep:
    @pytest.fixture(autouse=True)
    def _nothing_is_due(self, cloud: Cloud) -> None:
        """The sweep sees all workspaces, also those of the tests before."""
        table = Table(cloud.stack.data["CreditsTableName"])
        for item in cloud.items("credits"):
            table.write(table.delete_action(item["pk"], item["sk"]))

    def test_asks_for_nothing_but_what_is_due(self, api: Api, cloud: Cloud) -> None:
        credits_of(api).hold("run_1", "research", 1)
        cloud.clock.advance(minutes=15, ms=-1)

        with cloud.wire.recording() as calls:
            swept = sweep(cloud)

        assert (swept, [call.operation for call in calls]) == (0, ["Query"] * SWEEP_QUERIES)

    def test_gives_back_what_expired(self, api: Api, cloud: Cloud) -> None:
        credits_of(api, plan="starter").hold("run_1", "research", 700)
        cloud.clock.advance(minutes=15)

        swept = sweep(cloud)

        assert (swept, sweep(cloud)) == (1, 0)
        assert numbers(api)["available"] == 1_000
        assert api.get("/v1/credits/ledger?status=void").json["data"][0]["id"] == "run_1"

    def test_of_one_that_fails_leaves_out_no_other(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one_of_each_due(api, cloud)
        void = CreditService.void

        def refuse(self: CreditService, operation: str) -> None:
            void(self, operation)
            raise Contended("Too many")

        with monkeypatch.context() as patched:
            patched.setattr(CreditService, "void", refuse)
            with pytest.raises(ExceptionGroup):
                sweep(cloud)

        full = {"granted": 1_000, "available": 1_000, "held": 0, "spent": 0}
        assert [numbers(api), numbers(api, workspace="other")] == [full, full]
        assert sweep(cloud) == 0

    def test_resets_once_whatever_months_were_missed(self, api: Api, cloud: Cloud) -> None:
        credits_of(api, plan="starter").hold("run_1", "research", 700)
        cloud.clock.set(datetime(2026, 9, 15, tzinfo=UTC))

        sweep(cloud)

        resets = api.get("/v1/credits/ledger?kind=reset").json["data"]
        assert [row["amount"] for row in resets] == [1_000, 1_000]
        assert api.get("/v1/credits").json["resets_at"] == "2026-10-02T00:00:00.000Z"
        assert told(api, cloud) == [("credits.reset", 1_000)]

    @pytest.mark.parametrize("number", range(1, SWEEP_CALLS + 1))
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_goes_on_after_a_crash(self, api: Api, cloud: Cloud, number: int, when: When) -> None:
        one_of_each_due(api, cloud)

        with cloud.wire.crash_at(number, when):
            sweep(cloud)
        sweep(cloud)

        full = {"granted": 1_000, "available": 1_000, "held": 0, "spent": 0}
        assert [numbers(api), numbers(api, workspace="other")] == [full, full]
        resets = api.get("/v1/credits/ledger?kind=reset", workspace="other").json["data"]
        assert len(resets) == 2

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        one_of_each_due(api, cloud)

        with cloud.wire.crash_at(SWEEP_CALLS + 1) as crashed:
            sweep(cloud)

        assert not crashed()
