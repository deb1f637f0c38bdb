"""The harness goes shorter ways through moto's DynamoDB, and must answer what moto answers."""

import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends

from tests.harness import shortcuts
from tests.harness.cloud import Cloud
from tests.harness.stack import ACCOUNT, REGION

Answer = tuple[int, Any]
_KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
_NAMES = {"#one": "one", "#two": "two", "#deep": "deep", "#pk": "pk"}
_VALUES = {
    ":number": {"N": "2"},
    ":text": {"S": "x"},
    ":bytes": {"B": "AAEC"},
    ":map": {"M": {"deep": {"N": "1"}, "B": {"S": "named like a type"}}},
    ":list": {"L": [{"N": "1"}, {"B": "AAEC"}]},
}
_ITEMS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([*_VALUES.values()]) for name in ("one", "two")}
)
_UPDATES = st.sampled_from(
    [
        "SET #one = :number",
        "SET #one = if_not_exists(#one, :number) + :number, #two = :map",
        "SET #one = :text, #one = :number",
        "SET #one.#deep = :text REMOVE #two",
        "SET #one = list_append(#one, :list)",
        "SET #one = #two",
        "SET #pk = :text",
        "ADD #one :number SET #two = :bytes",
        "ADD #one :number ADD #two :number",
        "REMOVE #one, #two",
        "SET #one = :unknown",
        "SET one = :number",
        "SET #unknown = :number",
        "SET",
    ]
)
_CONDITIONS = st.sampled_from(
    [
        "",
        "attribute_not_exists(#pk)",
        "#one = :number OR (#two <> :text AND attribute_exists(#one))",
        "size(#one) > :number",
        "#one.#deep = :number",
        "begins_with(#two, :text)",
        "#two = :bytes",
        "#one BETWEEN :number AND :number",
        "NOT #one IN (:number, :text)",
        "#unknown = :number",
        "#one =",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.none() | _ITEMS, update=_UPDATES, condition=_CONDITIONS, at_once=st.booleans())
def test_a_write_ends_as_in_moto(
    cloud: Cloud, *, before: dict[str, Any] | None, update: str, condition: str, at_once: bool
) -> None:
    table = cloud.stack.data["EventsTableName"]
    write = {"TableName": table, **_given(update, condition)}
    if at_once:
        operation, params = "TransactWriteItems", {"TransactItems": [{"Update": write}]}
    else:
        operation, params = "UpdateItem", write | {"ReturnValues": "ALL_NEW"}

    def written(answers: Callable[[str, dict[str, Any]], Answer]) -> list[Answer]:
        def answered(operation: str, params: dict[str, Any]) -> Answer:
            try:
                return answers(operation, params)
            except Exception as error:  # moto does not refuse all that is wrong
                return 500, repr(error)

        key = {"TableName": write["TableName"], "Key": _KEY}
        answered("DeleteItem", key)
        if before is not None:
            answered("PutItem", {"TableName": key["TableName"], "Item": _KEY | before})
        return [answered(operation, params), answered("GetItem", key)]

    in_short = written(_in_short)
    with shortcuts.left():
        assert in_short == written(_at_length)


def _given(update: str, condition: str) -> dict[str, Any]:
    """The parameters of an update, with the names and values that it uses."""
    words = f"{update} {condition}"
    conditional = {"ConditionExpression": condition} if condition else {}
    return {
        "Key": _KEY,
        "UpdateExpression": update,
        **conditional,
        "ExpressionAttributeNames": {name: _NAMES[name] for name in _NAMES if name in words},
        "ExpressionAttributeValues": {name: _VALUES[name] for name in _VALUES if name in words},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _in_short(operation: str, params: dict[str, Any]) -> Answer:
    backend = dynamodb_backends[ACCOUNT][REGION]
    status, told = shortcuts.answer(backend, operation, json.dumps(params).encode())
    return status, _read(told)


def _at_length(operation: str, params: dict[str, Any]) -> Answer:
    headers = HTTPHeaders()
    headers["x-amz-target"] = f"DynamoDB_20120810.{operation}"
    headers["content-type"] = "application/x-amz-json-1.0"
    url, body = f"https://dynamodb.{REGION}.amazonaws.com/", json.dumps(params)
    answered = botocore_stubber.process_request(
        AWSPreparedRequest("POST", url, headers, body.encode(), stream_output=False)
    )
    assert answered
    status, _, told = answered
    return int(status), _read(told)


def _read(told: str | bytes) -> Any:
    """What an answer says, but for what nobody reads."""
    answer = json.loads(told)
    for name in ("ConsumedCapacity", "ConsumedCapacityUnits", "ItemCollectionMetrics"):
        answer.pop(name, None)
    return answer
