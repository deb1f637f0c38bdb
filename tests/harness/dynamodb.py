"""The product's transports to DynamoDB, with moto at the other end."""

import json
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from urllib3.exceptions import ProtocolError

from outrider.kit import json as kit_json
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb_boto3 import Boto3DynamoDB
from outrider.kit.aws.dynamodb_http import DynamoResponse, HttpDynamoDB
from outrider.kit.aws.dynamodb_transport import DynamoDB
from outrider.kit.settings import settings
from tests.harness import repairs, shortcuts
from tests.harness.failures import Refusal
from tests.harness.stack import ACCOUNT, REGION
from tests.harness.wire import WRITES, Wire


def watched(wire: Wire, session: Any) -> DynamoDB:
    """The transport of `OUTRIDER_DYNAMODB`, its calls watched by `wire`."""
    if settings().outrider_dynamodb == "boto3":
        return _OverBoto3(wire)
    return _OverHttp(wire, session)


class _Watched:
    """Watches a call once, however often it is tried, and plays DynamoDB for each attempt."""

    def __init__(self, wire: Wire, transport: DynamoDB) -> None:
        self._wire = wire
        self._transport = transport
        self._lost: dict[str, DynamoResponse] = {}

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        sent = kit_json.loads(kit_json.dumps(params))
        try:
            self._wire.before("dynamodb", operation, sent)
            _check_key_lengths(sent)
        except Refusal as refusal:
            return _refused(refusal.code).read()
        try:
            with self._wire.answering(operation, params):
                return self._transport.call(operation, params)
        finally:
            self._wire.after()

    def attempt(self, operation: str, body: bytes) -> DynamoResponse | None:
        """None when the answer is lost. Knows a transaction by its token, as DynamoDB does and moto
        does not."""
        params = kit_json.loads(body)
        if self._wire.throttles("dynamodb", operation):
            return _refused("ThrottlingException")
        if operation in WRITES and (met := self._wire.conflicts(operation, params)):
            return _conflict(operation, met)
        token = params.get("ClientRequestToken", "")
        if token in self._lost:
            return self._lost.pop(token)
        with repairs.turn:
            answer = shortcuts.answer(dynamodb_backends[ACCOUNT][REGION], operation, body)
        reply = DynamoResponse(*answer)
        if self._wire.loses(operation):
            if token and reply.status == 200:
                self._lost[token] = reply
            return None
        return reply


class _OverHttp(_Watched):
    """Signs and reads as the product does."""

    def __init__(self, wire: Wire, session: Any) -> None:
        transport = HttpDynamoDB(session)
        transport._pool = self  # type: ignore[assignment]
        super().__init__(wire, transport)

    def urlopen(self, method: str, path: str, *, body: bytes, headers: dict[str, str]) -> Any:
        """Answers as urllib3's pool does."""
        reply = self.attempt(headers["x-amz-target"].rpartition(".")[2], body)
        if reply is None:
            raise ProtocolError("lost by the test")
        return SimpleNamespace(status=reply.status, data=reply.data, headers={})


class _OverBoto3(_Watched):
    """Serialises and parses as the AWS SDK does."""

    def __init__(self, wire: Wire) -> None:
        client = clients.client("dynamodb")
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send", self._send)
        super().__init__(wire, Boto3DynamoDB(client))

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        """Answers as botocore's connection does."""
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        reply = self.attempt(operation, request.body)
        if reply is None:
            raise ConnectionClosedError(endpoint_url=request.url)
        return AWSResponse(request.url, reply.status, {}, MockRawResponse(reply.data))


def _refused(code: str, **details: Any) -> DynamoResponse:
    return DynamoResponse(400, json.dumps({"__type": f"aws#{code}", **details}).encode())


def _conflict(operation: str, met: list[bool]) -> DynamoResponse:
    if operation != "TransactWriteItems":
        return _refused("TransactionConflictException")
    codes = ["TransactionConflict" if each else "None" for each in met]
    reasons = [{"Code": code} for code in codes]
    return _refused("TransactionCanceledException", CancellationReasons=reasons)


def _check_key_lengths(params: Any) -> None:
    """DynamoDB's limit on keys, which moto does not know."""
    if isinstance(params, list):
        for each in params:
            _check_key_lengths(each)
    elif isinstance(params, dict):
        key = params.get("Key") or params.get("Item")
        if key and (len(key["pk"]["S"].encode()) > 2048 or len(key["sk"]["S"].encode()) > 1024):
            raise Refusal("ValidationException")
        for name in ("TransactItems", "Put", "Update", "Delete", "ConditionCheck"):
            if name in params:
                _check_key_lengths(params[name])
