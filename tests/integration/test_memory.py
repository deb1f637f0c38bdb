"""The simulations' DynamoDB in memory answers as moto does, whatever is asked of it."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import (
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    batch_write,
    transact,
)
from tests.harness.cloud import Cloud
from tests.harness.memory import Memory, MemoryTable

PKS, SKS, TIMES = ("a", "b"), ("x", "y", "z#1"), ("2026-1", "2026-2", "2026-3")
CONDITIONS = (
    "",
    "attribute_exists(#pk)",
    "attribute_not_exists(#pk)",
    "attribute_exists(#places) AND size(#places) < :one AND attribute_not_exists(#places.#dlv)",
    "#count < :one AND (attribute_not_exists(#time) OR #time <= :time)",
    "#places.#dlv = :count OR #count <> :count",
    "#time > :time OR #count >= :one",
)
CHANGES = (
    "SET #places = :map",
    "SET #places.#dlv = :count",
    "REMOVE #places.#dlv, #time",
    "ADD #count :count",
    "SET #count = :count, #time = if_not_exists(#time, :time) REMOVE #places",
    "SET #count = #count + :one",
    "SET #by_waiting_pk = :shard, #by_waiting_sk = :time",
    "REMOVE #by_waiting_pk, #by_waiting_sk",
)
Step = Callable[[Table], object]
keys = st.tuples(st.sampled_from(PKS), st.sampled_from(SKS))


def _values(*expressions: str, count: int, time: str) -> dict[str, Any]:
    every = {"one": 2, "count": count, "time": time, "map": {}, "shard": "s"}
    return {
        name: value for name, value in every.items() if any(f":{name}" in e for e in expressions)
    }


@st.composite
def actions(draw: st.DrawFn) -> Callable[[Table], Any]:
    pk, sk = draw(keys)
    condition = draw(st.sampled_from(CONDITIONS))
    change = draw(st.sampled_from(CHANGES))
    given: dict[str, Any] = {
        "count": draw(st.integers(0, 3)),
        "time": draw(st.sampled_from(TIMES)),
    }
    item = {"pk": pk, "sk": sk, "count": given["count"], "places": {}}
    kind = draw(st.sampled_from(["put", "update", "update", "update", "delete", "check"]))

    def action(table: Table) -> Any:
        of_condition = _values(condition, **given)
        match kind:
            case "put":
                return table.put_action(item, condition, **of_condition)
            case "delete":
                return table.delete_action(pk, sk, condition, **of_condition)
            case "check":
                return table.check_action(
                    pk, sk, condition or "attribute_exists(#pk)", **of_condition
                )
            case _:
                return table.update_action(
                    pk, sk, change, condition, **_values(change, condition, **given)
                )

    return action


@st.composite
def steps(draw: st.DrawFn) -> Step:
    action = draw(actions())
    pk, after = draw(st.sampled_from(PKS)), draw(st.sampled_from(TIMES))
    newest_first, limit = draw(st.booleans()), draw(st.sampled_from([None, 1, 2]))
    several = draw(st.lists(actions(), min_size=1, max_size=3))
    queries = (
        Query(pk, newest_first=newest_first, limit=limit),
        Query(pk, "begins_with(#sk, :start)", {"start": "z"}, limit=limit),
        Query("s", index="by_waiting", limit=limit),
        Query("s", "#by_waiting_sk > :after", {"after": after}, index="by_waiting", limit=limit),
        Query(
            "s",
            "#by_waiting_sk BETWEEN :first AND :last",
            {"first": after, "last": TIMES[1]},
            index="by_waiting",
        ),
    )
    query = draw(st.sampled_from(queries))
    everything = [(pk, sk) for pk in PKS for sk in SKS]
    step: Step = draw(
        st.sampled_from(
            [
                lambda table: table.write(action(table)),
                lambda table: table.write(action(table)),
                lambda table: transact(*_of_different_items(several, table)),
                lambda table: table.query(query).items,
                lambda table: batch_get((table, *key) for key in everything),
                lambda table: batch_write([table.delete("a", "x"), table.delete("b", "y")]),
            ]
        )
    )
    return step


def _of_different_items(several: list[Callable[[Table], Any]], table: Table) -> list[Any]:
    """A transaction may touch an item once."""
    made: dict[str, Any] = {}
    for each in several:
        action = each(table)
        key = action.params.get("Key") or action.params["Item"]
        made.setdefault(key["pk"]["S"] + key["sk"]["S"], action)
    return list(made.values())


def _came_of(step: Step, table: Table) -> object:
    try:
        return step(table)
    except ConditionFailed as refusal:
        return "refused", refusal.item
    except TransactionFailed as failure:
        return "refused", [(reason.failed, reason.item) for reason in failure.reasons]
    except Exception:
        # A change of a map that is not there, say: nothing of ours asks for it.
        return "cannot"


class TestMemory:
    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps(), min_size=1, max_size=12))
    def test_answers_as_moto_does(self, cloud: Cloud, given: list[Step]) -> None:
        table = Table(cloud.stack.data["WebhooksTableName"])
        batch_write(table.delete_action(pk, sk) for pk in PKS for sk in SKS)
        memory = Memory(**{table.name: MemoryTable(indexes=("by_waiting",))})
        for step in given:
            expected = _came_of(step, table)
            with patch.object(clients, "dynamodb", lambda: memory):
                found = _came_of(step, table)
            if "cannot" in (found, expected):
                return
            assert found == expected
