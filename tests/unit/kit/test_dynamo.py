"""Pages that a filter thins out, and transactions that meet others."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.aws import dynamodb
from outrider.kit.aws.attributes import Item, encode_item
from outrider.kit.aws.dynamodb import Query, StoreFailed, Table, TransactionFailed, transact
from outrider.kit.aws.dynamodb_transport import Refused

TABLE = Table("contacts")


@dataclass(slots=True)
class Partition:
    """Answers queries over numbered items, some of which the filter drops."""

    kept: Sequence[bool]
    queries: int = 0

    def call(self, operation: str, **params: Any) -> Any:
        self.queries += 1
        start = params.get("ExclusiveStartKey", {"sk": {"S": "-1"}})
        first = int(start["sk"]["S"]) + 1
        read = range(first, min(first + params["Limit"], len(self.kept)))
        answer: dict[str, Any] = {"Items": [_item(each) for each in read if self.kept[each]]}
        if first + params["Limit"] <= len(self.kept) and read:
            answer["LastEvaluatedKey"] = _item(read[-1])
        return answer


def _item(number: int) -> Item:
    return encode_item({"pk": "ws", "sk": f"{number:04}"})


class TestPage:
    @given(kept=st.lists(st.booleans(), max_size=30), limit=st.integers(1, 7))
    def test_pages_give_every_kept_item_once_in_order(self, kept: list[bool], limit: int) -> None:
        partition = Partition(kept)
        listed: list[str] = []
        after = None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamodb, "_call", partition.call)
            for _ in range(len(kept) + 2):
                page = TABLE.page(Query("ws", filter="#kept = :true", after=after), limit)
                assert len(page.items) <= limit
                listed += [item["sk"] for item in page.items]
                after = page.last_key
                if after is None:
                    break

        assert after is None
        assert listed == [f"{number:04}" for number, keep in enumerate(kept) if keep]

    @given(count=st.integers(0, 30), limit=st.integers(1, 7))
    def test_a_page_without_drops_costs_one_query_and_knows_whether_more_follows(
        self, count: int, limit: int
    ) -> None:
        partition = Partition([True] * count)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamodb, "_call", partition.call)

            page = TABLE.page(Query("ws"), limit)

        assert partition.queries == 1
        assert len(page.items) == min(count, limit)
        assert (page.last_key is not None) == (count > limit)

    def test_reads_a_bounded_number_of_times(self, monkeypatch: pytest.MonkeyPatch) -> None:
        partition = Partition([False] * 1_000)
        monkeypatch.setattr(dynamodb, "_call", partition.call)

        page = TABLE.page(Query("ws", filter="#kept = :true"), 2)

        assert (page.items, page.last_key is not None, partition.queries) == ([], True, 8)

    def test_remembers_the_keys_of_an_index(self, monkeypatch: pytest.MonkeyPatch) -> None:
        item = {"pk": "ws", "sk": "1", "by_due_pk": "cam", "by_due_sk": "2026", "more": 1}
        answer = {"Items": [encode_item(item)] * 2}
        monkeypatch.setattr(dynamodb, "_call", lambda *_, **__: answer)

        page = TABLE.page(Query("cam", index="by_due"), 1)

        assert page.last_key == {name: item[name] for name in item if name != "more"}


@dataclass(slots=True)
class Conflicts:
    """Answers transactions with the given cancellation reasons, one list for each attempt."""

    answers: list[list[str]]
    attempts: int = 0
    waits: list[float] = field(default_factory=list)

    def call(self, operation: str, **_: Any) -> Any:
        self.attempts += 1
        codes = self.answers.pop(0) if self.answers else []
        if not codes:
            return {}
        raise Refused(
            "TransactionCanceledException",
            {"CancellationReasons": [{"Code": code} for code in codes]},
        )


@pytest.fixture
def conflicts(monkeypatch: pytest.MonkeyPatch) -> Conflicts:
    made = Conflicts([])
    monkeypatch.setattr(dynamodb, "_call", made.call)
    monkeypatch.setattr("outrider.kit.aws.dynamodb.time.sleep", made.waits.append)
    return made


class TestTransact:
    @pytest.mark.parametrize(
        "code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
    )
    def test_tries_again_what_only_met_others(self, conflicts: Conflicts, code: str) -> None:
        conflicts.answers = [["None", code]] * 7

        transact(TABLE.put_action({"pk": "a", "sk": "b"}))

        assert conflicts.attempts == 8
        assert len(conflicts.waits) == 7
        assert max(conflicts.waits) < 2

    def test_gives_up_after_some_attempts(self, conflicts: Conflicts) -> None:
        conflicts.answers = [["TransactionConflict"]] * 100

        with pytest.raises(StoreFailed):
            transact(TABLE.put_action({"pk": "a", "sk": "b"}))

        assert conflicts.attempts == 8

    def test_does_not_repeat_a_condition_that_failed(self, conflicts: Conflicts) -> None:
        conflicts.answers = [["TransactionConflict", "ConditionalCheckFailed"]]

        with pytest.raises(TransactionFailed) as failure:
            transact(TABLE.put_action({"pk": "a", "sk": "b"}, "attribute_not_exists(#pk)"))

        assert [reason.failed for reason in failure.value.reasons] == [False, True]
        assert conflicts.attempts == 1

    def test_does_not_repeat_what_is_wrong(self, conflicts: Conflicts) -> None:
        conflicts.answers = [["ValidationError"]]

        with pytest.raises(Refused):
            transact(TABLE.put_action({"pk": "a", "sk": "b"}))

        assert conflicts.attempts == 1


class TestBatchGet:
    def test_asks_again_for_what_was_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def call(_: str, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - AWS's name
            keys = RequestItems["contacts"]["Keys"]
            done = random.Random(len(keys)).randint(1, len(keys))
            left = {**RequestItems["contacts"], "Keys": keys[done:]}
            return {
                "Responses": {"contacts": keys[:done]},
                "UnprocessedKeys": {"contacts": left} if keys[done:] else {},
            }

        monkeypatch.setattr(dynamodb, "_call", call)

        found = dynamodb.batch_get((TABLE, "ws", str(number)) for number in range(20))

        assert set(found) == {("contacts", "ws", str(number)) for number in range(20)}


class TestAction:
    def test_names_only_what_its_expressions_use(self) -> None:
        action = TABLE.update_action("a", "b", "SET #x = :x", "#y = :y", x=1, y="z")

        assert json.loads(json.dumps(action.params)) == {
            "TableName": "contacts",
            "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}},
            "UpdateExpression": "SET #x = :x",
            "ConditionExpression": "#y = :y",
            "ExpressionAttributeNames": {"#x": "x", "#y": "y"},
            "ExpressionAttributeValues": {":x": {"N": "1"}, ":y": {"S": "z"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
