"""DynamoDB in memory, for simulations that make too many calls for moto: what `kit.dynamo` asks of
it, without expiry; calls fail and indexes are late where a test says so.
`tests/integration/test_memory.py` compares the two.

Values are kept as `kit.attributes` decodes them.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from outrider.kit import clock
from outrider.kit.aws.attributes import Item, decode, decode_item, encode_item
from outrider.kit.aws.dynamodb_transport import Refused, Unreachable

_TOKEN = re.compile(r"#\w+|:\w+|\w+|<=|>=|<>|[=<>(),.+-]")
_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD)\b")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}
Names = Mapping[str, str]
Values = Mapping[str, Any]
Operand = Callable[[Item, Names, Values], Any]
Test = Callable[[Item, Names, Values], bool]


@dataclass(slots=True)
class _Partition:
    order: list[str] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)

    def put(self, sk: str, item: Item) -> None:
        if sk not in self.items:
            insort(self.order, sk)
        self.items[sk] = item

    def drop(self, sk: str) -> None:
        if self.items.pop(sk, None) is not None:
            del self.order[bisect_left(self.order, sk)]


@dataclass
class MemoryTable:
    """`indexes` are those with a sort key of their own and keys alone, `behind_ms` behind the
    table."""

    indexes: tuple[str, ...] = ()
    behind_ms: int = 0
    coming: deque[tuple[int, str, Item, bool]] = field(default_factory=deque)
    """What indexes do not show yet, and when they will."""
    partitions: dict[str, _Partition] = field(default_factory=dict)
    views: dict[tuple[str, str], _Partition] = field(default_factory=dict)

    def get(self, pk: str, sk: str) -> Item | None:
        partition = self.partitions.get(pk)
        return partition.items.get(sk) if partition else None

    def set(self, pk: str, sk: str, item: Item | None) -> None:
        before = self.get(pk, sk)
        for index in self.indexes:
            for each, there in ((before, False), (item, True)):
                if each and f"{index}_pk" in each and f"{index}_sk" in each:
                    self.coming.append((clock.epoch_ms() + self.behind_ms, index, each, there))
        partition = self.partitions.setdefault(pk, _Partition())
        if item is None:
            partition.drop(sk)
        else:
            partition.put(sk, item)

    def view(self, index: str, pk: str) -> _Partition:
        """A partition of an index, as it is seen now."""
        while self.coming and self.coming[0][0] <= clock.epoch_ms():
            _, changed, item, there = self.coming.popleft()
            self._show(changed, item, there=there)
        return self.views.get((index, pk), _Partition())

    def items(self) -> Iterator[Item]:
        for partition in self.partitions.values():
            yield from partition.items.values()

    def _show(self, index: str, item: Item, *, there: bool) -> None:
        place = item[f"{index}_sk"]
        view = self.views.setdefault((index, item[f"{index}_pk"]), _Partition())
        if there:
            names = ("pk", "sk", f"{index}_pk", f"{index}_sk")
            view.put(place, {name: item[name] for name in names})
        else:
            view.drop(place)


class Memory:
    """Takes the place of `kit.dynamodb.DynamoDB`."""

    def __init__(self, **tables: MemoryTable) -> None:
        self.tables = tables
        self.calls = 0
        self.fails: Callable[[], bool] = lambda: False
        """Whether DynamoDB has no capacity for the next call, however often it is tried."""

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        if self.fails():
            raise Unreachable("ThrottlingException")
        answer: dict[str, Any] = getattr(self, f"_{operation}")(params)
        return answer

    def _GetItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        item = self._at(params["TableName"], params["Key"])
        return {"Item": encode_item(item)} if item else {}

    def _BatchGetItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {
            "Responses": {
                name: [
                    encode_item(item) for key in request["Keys"] if (item := self._at(name, key))
                ]
                for name, request in params["RequestItems"].items()
            }
        }

    def _BatchWriteItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        for name, requests in params["RequestItems"].items():
            for request in requests:
                ((kind, given),) = request.items()
                self._do(kind.removesuffix("Request"), {**given, "TableName": name})
        return {}

    def _PutItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._alone("Put", params)
        return {}

    def _DeleteItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._alone("Delete", params)
        return {}

    def _UpdateItem(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        after = self._alone("Update", params)
        return {"Attributes": encode_item(after)} if after else {}

    def _TransactWriteItems(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        actions = [next(iter(each.items())) for each in params["TransactItems"]]
        reasons = []
        for _, given in actions:
            found = self._found(given)
            holds = _holds(given, found)
            old = {"Item": encode_item(found)} if found and not holds else {}
            reasons.append({"Code": "None" if holds else "ConditionalCheckFailed", **old})
        if any(reason["Code"] != "None" for reason in reasons):
            raise Refused("TransactionCanceledException", {"CancellationReasons": reasons})
        for kind, given in actions:
            self._do(kind, given)
        return {}

    def _Query(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert "FilterExpression" not in params, "the memory has no filters"
        table = self.tables[params["TableName"]]
        values = {name: decode(each) for name, each in params["ExpressionAttributeValues"].items()}
        index = params.get("IndexName")
        if index:
            partition = table.view(index, values[":pk"])
        else:
            partition = table.partitions.get(values[":pk"], _Partition())
        start, end = _range(params["KeyConditionExpression"], values, partition.order)
        keys = partition.order[start:end]
        if not params["ScanIndexForward"]:
            keys.reverse()
        if after := params.get("ExclusiveStartKey"):
            place = decode(after[f"{index}_sk" if index else "sk"])
            forward = params["ScanIndexForward"]
            keys = [key for key in keys if (key > place if forward else key < place)]
        limit = params.get("Limit") or len(keys)
        found = [partition.items[key] for key in islice(keys, limit)]
        answer: dict[str, Any] = {"Items": [encode_item(item) for item in found]}
        if len(keys) > limit or (params.get("Limit") and len(found) == limit):
            names = ("pk", "sk", f"{index}_pk", f"{index}_sk") if index else ("pk", "sk")
            answer["LastEvaluatedKey"] = encode_item({name: found[-1][name] for name in names})
        return answer

    def _alone(self, kind: str, params: dict[str, Any]) -> Item | None:
        found = self._found(params)
        if not _holds(params, found):
            old = {"Item": encode_item(found)} if found else {}
            raise Refused("ConditionalCheckFailedException", old)
        return self._do(kind, params)

    def _do(self, kind: str, params: dict[str, Any]) -> Item | None:
        table = self.tables[params["TableName"]]
        key = decode_item(params.get("Key") or params["Item"])
        pk, sk = key["pk"], key["sk"]
        match kind:
            case "Put":
                after: Item | None = key
            case "Delete":
                after = None
            case "ConditionCheck":
                return None
            case _:
                after = _updated(params, table.get(pk, sk) or {"pk": pk, "sk": sk})
        table.set(pk, sk, after)
        return after

    def _found(self, params: dict[str, Any]) -> Item | None:
        return self._at(params["TableName"], params.get("Key") or params["Item"])

    def _at(self, name: str, key: dict[str, Any]) -> Item | None:
        return self.tables[name].get(key["pk"]["S"], key["sk"]["S"])


def _range(condition: str, values: Values, order: list[str]) -> tuple[int, int]:
    """Between which places of a partition a key condition holds."""
    if found := re.search(r"begins_with\(#\w+, (:\w+)\)", condition):
        prefix = values[found[1]]
        return bisect_left(order, prefix), bisect_left(order, prefix + chr(0x10FFFF))
    if found := re.search(r"BETWEEN (:\w+) AND (:\w+)", condition):
        return bisect_left(order, values[found[1]]), bisect_right(order, values[found[2]])
    if found := re.search(r"AND #\w+ > (:\w+)", condition):
        return bisect_right(order, values[found[1]]), len(order)
    assert " AND " not in condition, f"the memory does not know the condition {condition}"
    return 0, len(order)


def _holds(params: dict[str, Any], item: Item | None) -> bool:
    condition = params.get("ConditionExpression")
    if not condition:
        return True
    names, values = _given(params)
    return _condition(condition)(item or {}, names, values)


def _given(params: dict[str, Any]) -> tuple[Names, Values]:
    values = params.get("ExpressionAttributeValues", {})
    return params.get("ExpressionAttributeNames", {}), {
        name: decode(each) for name, each in values.items()
    }


def _updated(params: dict[str, Any], before: Item) -> Item:
    names, values = _given(params)
    after = deepcopy(before)
    parts = _CLAUSE.split(params["UpdateExpression"])[1:]
    for clause, text in zip(parts[::2], parts[1::2], strict=True):
        for each in _listed(text):
            match clause:
                case "SET":
                    place, _, expression = each.partition("=")
                    value = _value(expression)(before, names, values)
                    _set(after, _path(place, names), value)
                case "REMOVE":
                    _drop(after, _path(each, names))
                case _:
                    place, _, amount = each.partition(" ")
                    path = _path(place, names)
                    _set(after, path, (_found_at(before, path) or 0) + values[amount.strip()])
    return after


def _listed(text: str) -> list[str]:
    """The parts of a list, as its commas outside of brackets part it."""
    return [each.strip() for each in re.split(r",(?![^()]*\))", text)]


def _path(text: str, names: Names) -> list[str]:
    return [names[part] for part in text.strip().split(".")]


def _set(item: Item, path: list[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        item = item[name]
    item[last] = value


def _drop(item: Item, path: list[str]) -> None:
    *outer, last = path
    for name in outer:
        item = item[name]
    item.pop(last, None)


@lru_cache(maxsize=50_000)
def _value(text: str) -> Operand:
    tokens = _Tokens(text)
    left = tokens.operand()
    if not tokens.left:
        return left
    assert tokens.next() == "+", f"the memory does not know {text}"
    right = tokens.operand()
    return lambda item, names, values: left(item, names, values) + right(item, names, values)


@lru_cache(maxsize=50_000)
def _condition(text: str) -> Test:
    tokens = _Tokens(text)
    test = tokens.any_of()
    assert not tokens.left, f"the memory does not know {text}"
    return test


class _Tokens:
    def __init__(self, text: str) -> None:
        self.left = _TOKEN.findall(text)

    def next(self) -> str:
        return str(self.left.pop(0))

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.left and self.left[0] == "OR":
            self.next()
            tests.append(self.all_of())
        return lambda *given: any(test(*given) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self.left and self.left[0] == "AND":
            self.next()
            tests.append(self.one())
        return lambda *given: all(test(*given) for test in tests)

    def one(self) -> Test:
        match self.left[0]:
            case "(":
                self.next()
                inside = self.any_of()
                assert self.next() == ")"
                return inside
            case "attribute_exists" | "attribute_not_exists" as name:
                self.next()
                operand = self._argument()
                return lambda *given: (operand(*given) is not None) == (name == "attribute_exists")
            case _:
                left, sign = self.operand(), self.next()
                right = self.operand()
                return lambda *given: _compared(sign, left(*given), right(*given))

    def operand(self) -> Operand:
        token = self.next()
        if token == "size":
            of = self._in_brackets()
            return lambda *given: None if (found := of(*given)) is None else len(found)
        if token == "if_not_exists":
            assert self.next() == "("
            first = self.operand()
            assert self.next() == ","
            otherwise = self.operand()
            assert self.next() == ")"
            return lambda *given: (
                found if (found := first(*given)) is not None else otherwise(*given)
            )
        if token.startswith(":"):
            return lambda _, __, values: values[token]
        path = [token]
        while self.left and self.left[0] == ".":
            self.next()
            path.append(self.next())
        return lambda item, names, _: _found_at(item, [names[part] for part in path])

    def _argument(self) -> Operand:
        return self._in_brackets()

    def _in_brackets(self) -> Operand:
        assert self.next() == "("
        operand = self.operand()
        assert self.next() == ")"
        return operand


def _found_at(item: Any, path: list[str]) -> Any:
    for name in path:
        if not isinstance(item, dict) or name not in item:
            return None
        item = item[name]
    return item


def _compared(sign: str, left: Any, right: Any) -> bool:
    """What is not there differs from everything, and compares to nothing."""
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if left is None or right is None or not (numbers or type(left) is type(right)):
        return sign == "<>"
    return _COMPARISONS[sign](left, right)
