"""DynamoDB tables, transactions and batches. Every call may raise StoreFailed.

Keys are `pk` and `sk`. Expressions name attributes as `#name` and values as `:name`. An `Action`
describes a write, to be executed alone or in a transaction:

    table.write(table.update_action(pk, sk, changes(set={"status": "a"}), "#status = :b", b="b"))
    transact(contacts.put_action(contact), emails.put_action(claim, "attribute_not_exists(#pk)"))
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from outrider.kit.aws import clients
from outrider.kit.aws.attributes import (
    Changes,
    Item,
    attribute_names,
    attribute_values,
    decode_item,
    decoded,
    encode_item,
)
from outrider.kit.aws.dynamodb_transport import Refused, Unreachable
from outrider.kit.errors import ServiceUnavailable
from outrider.kit.outbox import ATTRIBUTE as EVENTS

_TRANSACTION_ATTEMPTS = 8
"""Calls for one transaction that meets others, within one of `kit.attempts`."""
_ROUNDS = 8
_READ_AT_ONCE = 100
_CONFLICTS = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
WRITE_AT_ONCE = 25
"""Maximum puts and deletes in one BatchWriteItem call (AWS limit)."""
_RETRY_SOON = {"Retry-After": "1"}
HOLDER = "holder"
"""Attribute with a random value that identifies the writer of a claim: if the response of a write
is lost, the retry finds its own value and knows that the write succeeded."""


class StoreFailed(ServiceUnavailable):
    """DynamoDB did not respond or throttled the call."""


class TransactionConflict(StoreFailed):
    """Every attempt of the transaction conflicted with another one that wrote the same items."""


class ConditionFailed(Exception):
    """The condition of a single write did not hold. `item` is the stored item, or None."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the condition of the write did not hold")
        self.item = item


@dataclass(frozen=True, slots=True)
class Reason:
    """Cancellation reason of one action in a transaction; `item` is the stored item, or None."""

    code: str
    item: Item | None

    @property
    def failed(self) -> bool:
        return self.code == "ConditionalCheckFailed"


class TransactionFailed(Exception):
    """A condition of a transaction did not hold. `reasons` are in the order of its actions."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Action:
    """One write.

    `refused` makes the exception to raise if the condition does not hold, from the stored item; in
    a transaction it takes precedence over TransactionFailed. `done` is called after the write.
    """

    kind: Literal["Put", "Update", "Delete", "ConditionCheck"]
    params: dict[str, Any]
    refused: Callable[[Item | None], Exception] | None = None
    done: Callable[[], None] | None = None

    def or_raise(self, refusal: Exception) -> "Action":
        """Return the same write that raises `refusal` if its condition does not hold."""
        return replace(self, refused=lambda _: refusal)


@dataclass(frozen=True, slots=True)
class ItemPage:
    items: list[Item]
    last_key: Item | None


@dataclass(frozen=True, slots=True)
class Query:
    """A query with one key condition. `after` is the `last_key` of the previous page. An index
    named `by_due` has the keys `by_due_pk` and `by_due_sk`, or `sk` as its sort key."""

    pk: str
    sk: str = ""
    """The sort key condition, for example `begins_with(#sk, :prefix)`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    index: str | None = None
    filter: str = ""
    projection: str = ""
    """The attributes to return, for example `#pk, #sk`; by default all."""
    newest_first: bool = False
    limit: int | None = None
    after: Item | None = None
    consistent: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        key = encode_item({"pk": pk, "sk": sk})
        raw = _call("GetItem", TableName=self.name, Key=key, ConsistentRead=consistent)
        return decode_item(raw["Item"]) if "Item" in raw else None

    def get_all(self, pk: str, sks: Iterable[str]) -> dict[str, Item]:
        """Return the existing items of one partition, by `sk`; 100 per call."""
        found = batch_get((self, pk, sk) for sk in sks)
        return {sk: item for (_, _, sk), item in found.items()}

    def query(self, query: Query) -> ItemPage:
        pk_name = f"{query.index}_pk" if query.index else "pk"
        condition = f"#{pk_name} = :pk" + (f" AND {query.sk}" if query.sk else "")
        params: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": attribute_names(condition, query.filter, query.projection),
            "ExpressionAttributeValues": attribute_values({"pk": query.pk, **query.values}),
            "ScanIndexForward": not query.newest_first,
            "ConsistentRead": query.consistent and query.index is None,
        }
        optional = {
            "IndexName": query.index,
            "FilterExpression": query.filter,
            "ProjectionExpression": query.projection,
            "Limit": query.limit,
        }
        params |= {name: value for name, value in optional.items() if value}
        if query.after:
            params["ExclusiveStartKey"] = encode_item(query.after)
        raw = _call("Query", **params)
        last = raw.get("LastEvaluatedKey")
        return ItemPage(
            [decode_item(item) for item in raw["Items"]], decode_item(last) if last else None
        )

    def every(self, query: Query) -> Iterator[Item]:
        """Yield all items of a query; each page is read when the previous one is used up."""
        while True:
            page = self.query(query)
            yield from page.items
            if page.last_key is None:
                return
            query = replace(query, after=page.last_key)

    def page(self, query: Query, limit: int, *, calls: int = _ROUNDS) -> ItemPage:
        """Return a page of `limit` items, even if the filter drops some of those read; fewer after
        `calls` reads. `last_key` is None only at the end of the query."""
        items: list[Item] = []
        after = query.after
        for _ in range(calls):
            part = self.query(replace(query, limit=limit + 1 - len(items), after=after))
            items += part.items
            after = part.last_key
            if after is None or len(items) > limit:
                break
        if len(items) > limit:
            del items[limit:]
            after = key_of(items[-1], query.index)
        return ItemPage(items, after)

    def put_action(self, item: Mapping[str, Any], condition: str = "", **values: Any) -> Action:
        return Action("Put", self._params(condition, values, Item=encode_item(item)))

    def update_action(
        self, pk: str, sk: str, update: str | Changes, condition: str = "", **values: Any
    ) -> Action:
        if isinstance(update, Changes):
            return self.update_action(pk, sk, update.text, condition, **update.values, **values)
        key = encode_item({"pk": pk, "sk": sk})
        params = self._params(condition, values, update, Key=key)
        return Action("Update", {**params, "UpdateExpression": update})

    def delete_action(self, pk: str, sk: str, condition: str = "", **values: Any) -> Action:
        key = encode_item({"pk": pk, "sk": sk})
        return Action("Delete", self._params(condition, values, Key=key))

    def check_action(self, pk: str, sk: str, condition: str, **values: Any) -> Action:
        key = encode_item({"pk": pk, "sk": sk})
        return Action("ConditionCheck", self._params(condition, values, Key=key))

    def write(self, action: Action, also: Sequence[Action] = ()) -> Item:
        """Execute one action, in a transaction with those in `also` if there are any. Return the
        updated item if the action is a single update, else an empty dict. Raises ConditionFailed,
        or the exception of the action's `refused`."""
        if also or action.done:
            try:
                transact(action, *also)
            except TransactionFailed as failure:
                raise ConditionFailed(failure.reasons[0].item) from failure
            return {}
        params = dict(action.params)
        if action.kind == "Update":
            params["ReturnValues"] = "ALL_NEW"
        try:
            raw = _call(f"{action.kind}Item", **params)
        except Refused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            found = decoded(error.details.get("Item"))
            if error.again and found and _has_made(action, error.details["Item"]):
                return found if action.kind == "Update" else {}
            raise (action.refused or ConditionFailed)(found) from error
        return decode_item(raw["Attributes"]) if "Attributes" in raw else {}

    def _params(
        self, condition: str, values: Mapping[str, Any], expression: str = "", **params: Any
    ) -> dict[str, Any]:
        params["TableName"] = self.name
        if names := attribute_names(condition, expression):
            params["ExpressionAttributeNames"] = names
        if values:
            params["ExpressionAttributeValues"] = attribute_values(values)
        if condition:
            params["ConditionExpression"] = condition
            params["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return params


Key = tuple[Table, str, str]
"""Key of an item for `batch_get`: its table, `pk` and `sk`."""


def transact(*actions: Action, attempts: int = _TRANSACTION_ATTEMPTS) -> None:
    """Execute all `actions` (at most 100) or none. A conflict with another transaction is retried
    with jitter, up to `attempts` times in total.

    Raises TransactionFailed if a condition does not hold, or the exception of that action's
    `refused`; TransactionConflict after the last attempt.
    """
    items = [{action.kind: action.params} for action in actions]
    for attempt in range(1, attempts + 1):
        try:
            # With this idempotency token, a retry after a lost response does not write twice.
            _call(
                "TransactWriteItems",
                TransactItems=items,
                ClientRequestToken=secrets.token_hex(16),
            )
            for done in filter(None, (action.done for action in actions)):
                done()
            return
        except Refused as error:
            if error.code != "TransactionCanceledException":
                raise
            reasons = [
                Reason(reason.get("Code", "None"), decoded(reason.get("Item")))
                for reason in error.details["CancellationReasons"]
            ]
            for action, reason in zip(actions, reasons, strict=False):
                if reason.failed and action.refused:
                    raise action.refused(reason.item) from error
            if any(reason.failed for reason in reasons):
                raise TransactionFailed(reasons) from error
            if not {reason.code for reason in reasons} <= _CONFLICTS:
                raise
            if attempt == attempts:
                raise TransactionConflict(headers=_RETRY_SOON) from error
            time.sleep(secrets.randbelow(10 * 2**attempt) / 1000)


def try_transact(*actions: Action) -> bool:
    """Execute a transaction and return True; return False if a condition does not hold. Raises
    TransactionConflict."""
    try:
        transact(*actions)
    except TransactionFailed:
        return False
    return True


def transact_groups(
    groups: Mapping[str, Sequence[Action]], also: Callable[[int], Sequence[Action]]
) -> dict[str, Sequence[Reason]]:
    """Write as many groups as possible in one transaction (at most 100 actions), each completely or
    not at all. Return the cancellation reasons of the others, by name.

    The transaction is retried without groups whose condition does not hold. `also(n)` returns
    further actions for the n groups written, such as a counter. Raises TransactionFailed if a
    condition of these does not hold; TransactionConflict.
    """
    return transact_named(groups, lambda names: also(len(names)))


def transact_named(
    groups: Mapping[str, Sequence[Action]], also: Callable[[Collection[str]], Sequence[Action]]
) -> dict[str, Sequence[Reason]]:
    """Write groups as `transact_groups` does; `also` gets the names of the groups written."""
    pending = dict(groups)
    refused: dict[str, Sequence[Reason]] = {}
    while pending:
        actions = [action for group in pending.values() for action in group]
        try:
            transact(*actions, *also(pending.keys()))
            break
        except TransactionFailed as failure:
            reasons = iter(failure.reasons)
            own = {name: [next(reasons) for _ in group] for name, group in pending.items()}
            if any(reason.failed for reason in reasons):
                raise
            for name, of_group in own.items():
                if any(reason.failed for reason in of_group):
                    refused[name] = of_group
                    del pending[name]
    return refused


def batch_get(
    keys: Iterable[Key], *, eventual: Collection[Table] = ()
) -> dict[tuple[str, str, str], Item]:
    """Return the existing items of `keys`, by (table name, pk, sk); 100 per call. Reads are
    strongly consistent, except those of the tables in `eventual`, which cost half as much and may
    be stale. Duplicate keys are requested once, because DynamoDB rejects them."""
    wanted = list(dict.fromkeys(keys))
    found: dict[tuple[str, str, str], Item] = {}
    for start in range(0, len(wanted), _READ_AT_ONCE):
        pending: dict[str, Any] = {}
        for table, pk, sk in wanted[start : start + _READ_AT_ONCE]:
            newest = table not in eventual
            request = pending.setdefault(table.name, {"Keys": [], "ConsistentRead": newest})
            request["Keys"].append(encode_item({"pk": pk, "sk": sk}))
        while pending:
            raw = _call("BatchGetItem", RequestItems=pending)
            for name, items in raw["Responses"].items():
                for item in map(decode_item, items):
                    found[name, item["pk"], item["sk"]] = item
            pending = raw.get("UnprocessedKeys") or {}
    return found


def batch_write(actions: Iterable[Action]) -> None:
    """Write puts and deletes of distinct items, without conditions and in no order; 25 per call.
    Unprocessed items are retried with jitter."""
    wanted = list(actions)
    for start in range(0, len(wanted), WRITE_AT_ONCE):
        pending: dict[str, Any] = {}
        for action in wanted[start : start + WRITE_AT_ONCE]:
            request = dict(action.params)
            pending.setdefault(request.pop("TableName"), []).append(
                {f"{action.kind}Request": request}
            )
        for attempt in range(1, _TRANSACTION_ATTEMPTS + 1):
            pending = _call("BatchWriteItem", RequestItems=pending).get("UnprocessedItems") or {}
            if not pending:
                break
            time.sleep(secrets.randbelow(10 * 2**attempt) / 1000)
        else:
            raise StoreFailed(headers=_RETRY_SOON)


def key_of(item: Item, index: str | None = None) -> Item:
    """Return the key of `item` in the table or in one of its indexes, for `Query.after`."""
    names = ("pk", "sk", f"{index}_pk", f"{index}_sk") if index else ("pk", "sk")
    return {name: item[name] for name in names if name in item}


def _call(operation: str, **params: Any) -> dict[str, Any]:
    """Return the response of one operation. Raises Refused for errors of this call, else
    StoreFailed."""
    try:
        return clients.dynamodb().call(operation, params)
    except Unreachable as error:
        raise StoreFailed(headers=_RETRY_SOON) from error


def _has_made(action: Action, item: Mapping[str, Any]) -> bool:
    """Return whether a stored item is the result of the action: it has the same holder, or carries
    the same events, whose ids are unique."""
    params = action.params
    written = (params.get("Item", {}), params.get("ExpressionAttributeValues", {}))
    return any(
        name in item and any(item[name] in values.values() for values in written)
        for name in (HOLDER, EVENTS)
    )
