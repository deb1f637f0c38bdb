"""Credits: the balance, the ledger, what is told of them, and the sweep."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from outrider.access.admission import native_api
from outrider.access.models import Caller, WorkspaceId
from outrider.credits.errors import InsufficientCredits
from outrider.credits.models import Balance, Kind, price
from outrider.credits.service import CreditService
from outrider.credits.wiring import credits
from outrider.kit.aws.dynamodb import TransactionFailed
from tests.harness.api import Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.functions import LambdaContext
from tools.templates import REPOSITORY

Ask = Callable[[Mode, str], dict[str, Any]]
KINDS: tuple[Kind, ...] = ("research", "chat", "qualify")


def credits_of(
    api: Api, workspace: str = "acme", mode: Mode = "live", **plan: str
) -> CreditService:
    public = api.workspace(workspace, **plan).id  # type: ignore[arg-type]
    return credits(Caller.engine(WorkspaceId.of(public, mode)))


def numbers(api: Api, **options: Any) -> dict[str, int]:
    shown = api.get("/v1/credits", **options).json
    return {name: shown[name] for name in ("granted", "available", "held", "spent")}


def told(api: Api, cloud: Cloud) -> list[tuple[str, int]]:
    """The events about credits, with what was available then."""
    cloud.drain()
    return [
        (event["event"], event["data"]["available"])
        for event in api.get("/v1/events?limit=200").json["data"]
        if event["event"].startswith("credits.")
    ]


class TestBalance:
    def test_is_the_plans_before_anything_is_spent(self, api: Api, cloud: Cloud) -> None:
        api.workspace("small", plan="starter")

        with cloud.writes() as written:
            shown = api.get("/v1/credits", workspace="small").json

        assert written == []
        assert shown == {
            "object": "credits",
            "granted": 1_000,
            "available": 1_000,
            "held": 0,
            "spent": 0,
            "resets_at": "2026-04-02T00:00:00.000Z",
            "plan": "starter",
            "prices": {
                "chat": {"standard": 1, "advanced": 2},
                "research": {"standard": 1},
                "qualify": {"standard": 1, "rules": 0},
                "email_verification": {"standard": 0},
            },
        }

    def test_tells_held_from_spent(self, api: Api) -> None:
        service = credits_of(api, plan="starter")
        service.hold("run_1", "research", 5)
        service.hold("run_2", "chat", price("chat", "advanced"))

        service.post("run_1", 3)

        assert numbers(api) == {"granted": 1_000, "available": 995, "held": 2, "spent": 3}

    def test_is_full_again_on_the_billing_day(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api, plan="starter")
        service.hold("run_1", "research", 5)
        service.post("run_1", 5)
        cloud.clock.set(datetime(2026, 4, 2, tzinfo=UTC))

        shown = api.get("/v1/credits").json

        assert (shown["spent"], shown["resets_at"]) == (0, "2026-05-02T00:00:00.000Z")

    def test_of_the_sandbox_is_never_spent(self, api: Api) -> None:
        service = credits_of(api, mode="test")
        entry = service.hold("run_1", "research", 5)

        posted = service.post("run_1", 5)

        assert (entry.held, posted.status, posted.amount) == (0, "posted", 0)
        assert numbers(api, mode="test")["available"] == 100_000
        assert numbers(api)["available"] == 100_000


class TestPrice:
    def test_is_that_of_the_standard_tier_unless_another_is_named(self) -> None:
        assert (price("chat"), price("chat", "advanced")) == (1, 2)


class TestHold:
    def test_is_one_call(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api)
        service.hold("run_1", "research", 1)

        with cloud.wire.recording() as calls:
            service.hold("run_2", "research", 1)

        assert [call.operation for call in calls] == ["TransactWriteItems"]

    def test_of_nothing_leaves_the_balance_alone(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api)

        with cloud.writes() as written:
            service.hold("run_1", "qualify", price("qualify", "rules"))

        assert written == [(api.workspace().id, "run_1")]

    def test_of_nothing_is_made_once(self, api: Api) -> None:
        service = credits_of(api)

        first, again = (service.hold("run_1", "qualify", 0) for _ in range(2))

        assert again == first

    def test_says_what_is_missing_and_until_when(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api, plan="starter")
        service.hold("run_1", "research", 999)

        with cloud.writes() as written, pytest.raises(InsufficientCredits) as refusal:
            service.hold("run_2", "chat", 2)

        assert written == []
        assert refusal.value.detail == (
            "Not enough credits: 2 needed, 1 available. The balance is filled up at "
            "2026-04-02T00:00:00.000Z; how much a month brings is set by the plan of the "
            "workspace, which the operator of this deployment decides on"
        )

    def test_belongs_to_the_period_whose_credits_it_takes(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger, usable = credits_of(api, plan="starter"), CreditService._usable
        ledger.hold("run_1", "research", 1)
        cloud.clock.set(datetime(2026, 4, 1, 23, 59, 59, 999_000, tzinfo=UTC))

        def midnight_comes(self: CreditService, seen: Balance | None) -> Balance:
            balance = usable(self, seen)
            cloud.clock.set(datetime(2026, 4, 2, tzinfo=UTC))
            return balance

        with monkeypatch.context() as patched:
            patched.setattr(CreditService, "_usable", midnight_comes)
            ledger.hold("run_2", "research", 950)
        ledger.reset()
        ledger.void("run_2")

        assert numbers(api) == {"granted": 1_000, "available": 1_000, "held": 0, "spent": 0}

    def test_costs_no_less_than_nothing(self, api: Api) -> None:
        with pytest.raises(ValueError, match="0 credits or more"):
            credits_of(api).hold("run_1", "research", -1)


class TestPost:
    def test_goes_together_with_other_writes(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api)
        service.hold("run_1", "research", 1)
        elsewhere = service.ledger.table.put_action({"pk": "elsewhere", "sk": "#"})
        refused = service.ledger.table.check_action("elsewhere", "#", "attribute_not_exists(#pk)")

        service.post("run_1", 1, also=[elsewhere])
        service.hold("run_2", "research", 1)
        with pytest.raises(TransactionFailed):
            service.post("run_2", 1, also=[refused])

        assert cloud.items("credits", "elsewhere")
        assert numbers(api)["spent"] == 1

    def test_takes_credits_of_the_period_in_which_they_were_held(
        self, api: Api, cloud: Cloud
    ) -> None:
        service = credits_of(api, plan="starter")
        cloud.clock.set(datetime(2026, 4, 1, 23, 55, tzinfo=UTC))
        service.hold("run_1", "research", 600)
        cloud.clock.advance(minutes=6)
        service.hold("run_2", "research", 1_000)

        posted = service.post("run_1", 600)

        assert (posted.status, posted.amount) == ("posted", 600)
        assert numbers(api) == {"granted": 1_000, "available": 0, "held": 1_000, "spent": 0}

    def test_wants_a_hold(self, api: Api) -> None:
        with pytest.raises(LookupError, match="run_1"):
            credits_of(api).post("run_1", 1)


class TestLedger:
    def test_lists_what_happened_newest_first(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api, plan="starter")
        for number, kind in enumerate(KINDS):
            cloud.clock.advance(minutes=1)
            service.hold(f"run_{number}", kind, 2)
        service.post("run_0", 1)
        service.void("run_1")

        listed = api.get("/v1/credits/ledger").json["data"]

        assert [(row["kind"], row["status"], row["held"], row["amount"]) for row in listed] == [
            ("qualify", "held", 2, 0),
            ("chat", "void", 2, 0),
            ("research", "posted", 2, 1),
            ("reset", "posted", 0, 1_000),
        ]
        assert listed[0]["expires_at"] == "2026-03-02T09:18:00.000Z"

    @pytest.mark.parametrize(
        ("question", "found"),
        [
            ("kind=chat", ["run_1"]),
            ("kind=reset", []),
            ("status=held", ["run_2", "run_1"]),
            ("status=posted&kind=research", ["run_0"]),
            ("since=2026-03-02T10:01:00Z", ["run_2", "run_1"]),
            ("until=2026-03-02T11:01:00%2B01:00", ["run_0"]),
        ],
    )
    def test_finds(self, api: Api, cloud: Cloud, question: str, found: list[str]) -> None:
        service = credits_of(api, mode="test")
        cloud.clock.set(datetime(2026, 3, 2, 10, tzinfo=UTC))
        for number, kind in enumerate(KINDS):
            service.hold(f"run_{number}", kind, 1)
            cloud.clock.advance(minutes=1)
        service.post("run_0", 1)

        listed = api.get(f"/v1/credits/ledger?{question}", mode="test").json["data"]

        assert [row["id"] for row in listed] == found

    def test_refuses_a_span_that_ends_before_it_begins(self, api: Api) -> None:
        span = "since=2026-03-02T10:00:00Z&until=2026-03-02T10:00:00Z"

        assert api.get(f"/v1/credits/ledger?{span}").status == 422


class TestHeaders:
    """Of a route that spends: it says nothing of headers."""

    @pytest.fixture
    def ask(self, api: Api) -> Ask:
        spending = native_api()

        @spending.get("/v1/credits", scope="credits:read")
        def spend(caller: Caller) -> dict[str, str]:
            """Hold, and charge half of it, twice"""
            for number in range(2):
                operation = f"{caller.request_id}-{number}"
                held = credits(caller).hold(operation, "research", 400).held
                credits(caller).post(operation, held // 2)
            return {}

        def ask(mode: Mode, request_id: str) -> dict[str, Any]:
            key = api.workspace("small", plan="starter").key(mode)
            sample = REPOSITORY / "events" / "http_credits_get.json"
            event = json.loads(sample.read_text(encoding="utf-8"))
            event["headers"]["authorization"] = f"Bearer {key}"
            event["requestContext"]["requestId"] = request_id
            answer = spending.handler(event, LambdaContext("credits", 0))
            return {"status": answer["statusCode"], **answer["headers"]}

        return ask

    def test_tell_what_was_used_and_what_is_left(self, ask: Ask) -> None:
        answers = [ask("live", "first"), ask("live", "second"), ask("live", "third")]

        assert [
            (each["status"], each.get("X-Credits-Used"), each["X-Credits-Remaining"])
            for each in answers
        ] == [(200, "400", "600"), (200, "400", "200"), (402, None, "200")]

    def test_tell_that_the_sandbox_is_free(self, ask: Ask) -> None:
        answer = ask("test", "first")

        assert (answer["X-Credits-Used"], answer["X-Credits-Remaining"]) == ("0", "1000")

    def test_are_on_no_other_answer(self, api: Api) -> None:
        assert "X-Credits-Remaining" not in api.get("/v1/credits").headers


class TestEvents:
    def test_tell_of_a_low_and_of_an_empty_balance_once(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api, plan="starter")
        for number, amount in enumerate((899, 1, 50, 50)):
            service.hold(f"run_{number}", "research", amount)
        for number in (2, 3):
            service.void(f"run_{number}")
        service.hold("run_5", "research", 100)

        assert told(api, cloud) == [("credits.low", 100), ("credits.depleted", 0)]

    def test_tell_of_both_at_once(self, api: Api, cloud: Cloud) -> None:
        credits_of(api, plan="starter").hold("run_0", "research", 1_000)

        assert told(api, cloud) == [("credits.low", 0), ("credits.depleted", 0)]

    def test_tell_again_in_the_next_period(self, api: Api, cloud: Cloud) -> None:
        service = credits_of(api, plan="starter")
        service.hold("run_0", "research", 1_000)
        cloud.drain()
        cloud.clock.set(datetime(2026, 7, 20, tzinfo=UTC))
        service.hold("run_1", "research", 1_000)

        assert told(api, cloud)[2:] == [
            ("credits.reset", 1_000),
            ("credits.low", 0),
            ("credits.depleted", 0),
        ]
