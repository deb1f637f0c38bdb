"""Stands between the product's AWS clients and AWS: records calls, answers for the services the
harness plays itself, and injects failures."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.session import get_session

from outrider.kit import clock
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb_transport import ATTEMPTS
from tests.harness.connections import Connections
from tests.harness.failures import (
    Call,
    Crash,
    Refusal,
    TimedOut,
    When,
    _Conflict,
    _Lost,
    _Planned,
    _Refused,
    _Throttled,
)

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
Check = Callable[[str, str, dict[str, Any]], None]
WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}
_THROTTLED = {"sesv2": "TooManyRequestsException", "s3": "SlowDown", "sqs": "RequestThrottled"}
"""What services say where it is not ThrottlingException."""


class Wire:
    """`players` answer for a service in place of moto; `check` sees every call first."""

    def __init__(self, players: Mapping[str, Answer], check: Check) -> None:
        self.calls: list[Call] = []
        self.players = dict(players)
        self._check = check
        self._crash: _Planned | None = None
        self._refused: list[_Refused] = []
        self._lost: _Lost | None = None
        self._then: tuple[str, Callable[[], object]] | None = None
        self._throttled: _Throttled | None = None
        self._conflict: _Conflict | None = None
        self._deadline_ms: int | None = None
        self.connections = Connections()
        self.answering: Callable[[str, dict[str, Any]], AbstractContextManager[object]]
        self.answering = lambda operation, params: nullcontext()
        """Surrounds what moto does with a call to DynamoDB."""
        self.written: Callable[[], object] = lambda: None
        """Called behind each call."""
        self._sessions = self._watched_sessions()

    def attach(self) -> None:
        """Have the library use sessions that are watched. To make them takes as long as a short
        test, so all tests share them, but no clients."""
        clients._made.update(self._sessions)

    def _watched_sessions(self) -> dict[str, Any]:
        session = get_session()
        self.connections.attach(session)
        session.register("before-call", self._before_client, unique_id="harness-before")
        session.register("after-call", self._after, unique_id="harness-after")
        session.register("provide-client-params.s3", self._presign, unique_id="harness-presign")
        return {"session": session, "sdk": boto3.Session(botocore_session=session)}

    def clear(self) -> None:
        self.calls.clear()
        self._crash = None
        self._refused.clear()
        self._throttled = self._conflict = None
        self.connections.clear()

    @contextmanager
    def until(self, deadline_ms: int) -> Iterator[int]:
        """Die at the first call behind a moment, and before its answer comes."""
        before, self._deadline_ms = self._deadline_ms, deadline_ms
        try:
            yield deadline_ms
        finally:
            self._deadline_ms = before

    @contextmanager
    def throttle_at(
        self, number: int, *, attempts: int = ATTEMPTS, seconds: float = 0
    ) -> Iterator[None]:
        """Have a service without capacity for us from the `number`-th AWS call of the block on (the
        first is 1): that call, and its like behind it, fail so many times, or with `seconds` for so
        long. Clients of their own accord try a call three times, or once where it must not be
        repeated."""
        self._throttled = _Throttled(number, attempts, seconds)
        try:
            yield
        finally:
            self._throttled = None

    @contextmanager
    def conflict(
        self, key: tuple[str, str] | None = None, *, at: int = 1, times: int = 1
    ) -> Iterator[None]:
        """Have other transactions under way on an item: ours that touch it, or only check it or its
        absence, are cancelled `times` times, and so are single writes, from the `at`-th AWS call of
        the block on (the first is 1). Without a key it is the first item that this call writes.

        Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
        """
        self._conflict = _Conflict(key, at, times)
        try:
            yield
        finally:
            self._conflict = None

    @contextmanager
    def recording(self) -> Iterator[list[Call]]:
        """The calls made inside the block."""
        start = len(self.calls)
        made: list[Call] = []
        try:
            yield made
        finally:
            made += self.calls[start:]

    @contextmanager
    def crash_at(self, call: int | str, when: When = "before") -> Iterator[Callable[[], bool]]:
        """Die at an AWS call of the block, given by its number (the first is 1) or as the first of
        an operation; the Crash ends the block.

        Returns a function that tells whether it came to that.
        """
        planned = _Planned(1, when, call) if isinstance(call, str) else _Planned(call, when)
        self._crash = planned
        try:
            yield lambda: planned.happened
        except Crash:
            pass
        finally:
            self._crash = None

    @contextmanager
    def refuse(
        self,
        service: str,
        operation: str,
        code: str,
        message: str = "refused by the test",
        *,
        times: int = 1_000_000,
        skip: int = 0,
    ) -> Iterator[None]:
        """Answer calls of one kind with an error: after `skip` of them, `times` times."""
        refused = _Refused(service, operation, code, message, times, skip)
        self._refused.append(refused)
        try:
            yield
        finally:
            self._refused.remove(refused)

    @contextmanager
    def once_after(self, operation: str, do: Callable[[], object]) -> Iterator[None]:
        """Have something happen right behind the first call of one kind."""
        self._then = (operation, do)
        try:
            yield
        finally:
            happened, self._then = self._then is None, None
        assert happened, f"there was no {operation}"

    @contextmanager
    def lose(self, operation: str, *, skip: int = 0) -> Iterator[None]:
        """Have DynamoDB carry out a call of one kind, after `skip` of them, and lose its answer:
        the product's client sends it again."""
        self._lost = lost = _Lost(operation, skip)
        try:
            yield
        finally:
            self._lost = None
        assert lost.happened, f"there was no {operation} to lose"

    def loses(self, operation: str) -> bool:
        """Whether the answer of the call that was just carried out is lost."""
        lost = self._lost
        if lost is None or lost.happened or lost.operation != operation:
            return False
        lost.skip -= 1
        lost.happened = lost.skip < 0
        return lost.happened

    def before(self, service: str, operation: str, sent: dict[str, Any]) -> None:
        """To be told before a call is made: it may end here, with a Refusal or a Crash."""
        self._check_time()
        self.calls.append(Call(service, operation, sent))
        self._check(service, operation, sent)
        self._count_down("before")
        self._refuse(service, operation)
        if self._throttled and self._throttled.operation is None:
            self._throttled.number -= 1
            if self._throttled.number == 0:
                self._throttled.operation = (service, operation)
                self._throttled.until_ms = clock.epoch_ms() + round(self._throttled.seconds * 1000)
        if self._conflict and self._conflict.number:
            self._conflict.number -= 1
            if not self._conflict.number and not self._conflict.key and operation in WRITES:
                self._conflict.key = written_keys(operation, sent)[0]

    def throttles(self, service: str, operation: str, attempts: int = 1) -> bool:
        """Whether an attempt of a call, or so many, fail for want of capacity."""
        throttled = self._throttled
        if not throttled or throttled.operation != (service, operation):
            return False
        if throttled.seconds:
            return clock.epoch_ms() < throttled.until_ms
        if throttled.attempts <= 0:
            return False
        throttled.attempts -= attempts
        return True

    def conflicts(self, operation: str, params: dict[str, Any]) -> list[bool] | None:
        """Which of the items that a call writes are part of another transaction, if one is."""
        conflict = self._conflict
        if not conflict or conflict.number or not conflict.times:
            return None
        met = [key == conflict.key for key in written_keys(operation, params)]
        if not any(met):
            return None
        conflict.times -= 1
        return met

    def after(self) -> None:
        self.written()
        self._count_down("after")
        if self._then and self.calls[-1].operation == self._then[0]:
            (_, do), self._then = self._then, None
            do()
        self._check_time()

    def _check_time(self) -> None:
        if self._deadline_ms is not None and clock.epoch_ms() > self._deadline_ms:
            raise TimedOut

    def _before_client(
        self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any
    ) -> Any:
        service, operation = model.service_model.service_name, model.name
        if service == "dynamodb":
            return None  # watched by tests/harness/dynamodb.py
        sent = _sent_object(params) if service == "s3" else _sent(params)
        try:
            self.before(service, operation, sent)
            self.connections.use(service, context["client_config"])
            if self.throttles(service, operation, _attempts(context["client_config"])):
                raise Refusal(_THROTTLED.get(service, "ThrottlingException"), "Rate exceeded")
            if service not in self.players:
                return None
            answer = self.players[service](operation, sent)
        except Refusal as refusal:
            return SimpleNamespace(status_code=400), {
                "Error": {"Code": refusal.code, "Message": refusal.message},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
        return SimpleNamespace(status_code=200), {
            **answer,
            "ResponseMetadata": {"HTTPStatusCode": 200},
        }

    def _presign(
        self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        """Whoever has a presigned URL may do what the role of its signer allows."""
        if context.get("is_presign_request"):
            self._check("s3", model.name, params)

    def _after(self, model: Any, **_: Any) -> None:
        if model.service_model.service_name != "dynamodb":
            self.after()

    def _count_down(self, when: When) -> None:
        if self._crash and self._crash.when == when:
            if self._crash.operation not in (None, self.calls[-1].operation):
                return
            self._crash.number -= 1
            if self._crash.number == 0:
                self._crash.happened = True
                raise Crash

    def _refuse(self, service: str, operation: str) -> None:
        for refused in self._refused:
            if (refused.service, refused.operation) == (service, operation):
                if refused.skip:
                    refused.skip -= 1
                elif refused.times:
                    refused.times -= 1
                    raise Refusal(refused.code, refused.message)


def written_keys(operation: str, params: dict[str, Any]) -> list[tuple[str, str]]:
    """The keys that a write is about."""
    writes = [params]
    if operation == "TransactWriteItems":
        writes = [next(iter(each.values())) for each in params["TransactItems"]]
    keys = [write.get("Key") or write["Item"] for write in writes]
    return [(key["pk"]["S"], key["sk"]["S"]) for key in keys]


def _attempts(config: Any) -> int:
    return int((config.retries or {}).get("total_max_attempts", ATTEMPTS))


def _sent_object(params: dict[str, Any]) -> dict[str, Any]:
    """S3 names bucket and key in the URL."""
    url = urlsplit(params["url"])
    return {"Bucket": url.netloc.partition(".")[0], "Key": unquote(url.path.lstrip("/"))}


def _sent(params: dict[str, Any]) -> dict[str, Any]:
    path = params.get("url_path", "")
    head, _, name = path.partition("/v2/email/identities/")
    if name and not head:
        return {"EmailIdentity": unquote(name)}
    if function := re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", path):
        return {"FunctionName": function[1], "Payload": params["body"].decode()}
    body = params.get("body") or b"{}"
    if isinstance(body, dict):  # of a service that takes forms
        return body
    sent: dict[str, Any] = json.loads(body)
    return sent
