"""Stands between the product's AWS clients and AWS: records calls, answers for the services the
harness plays itself, and injects failures."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from outrider.kit import json as kit_json
from outrider.kit.dynamodb import DynamoDB, Reply, Unreachable

When = Literal["before", "after"]
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
Check = Callable[[str, str, dict[str, Any]], None]


def crash_points(calls: int) -> list[tuple[int, When]]:
    """Each place where so many calls can be cut, for `crash_at`. Before a call is the same place as
    after the one before it: nothing reaches AWS between the two."""
    after: list[tuple[int, When]] = [(number, "after") for number in range(1, calls + 1)]
    return [(1, "before"), *after]


class Crash(BaseException):
    """The process dies here: nothing in the product may catch it."""


class Refusal(Exception):
    """An AWS service refuses a call with an error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call, for example `dynamodb` `GetItem` with its parameters as sent."""

    service: str
    operation: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.operation}"


@dataclass(slots=True)
class _Planned:
    """`number` counts down; at zero it happens."""

    number: int
    when: When = "before"
    happened: bool = False


@dataclass(slots=True)
class _Lost:
    operation: str
    skip: int
    happened: bool = False


@dataclass(slots=True)
class _Refused:
    service: str
    operation: str
    code: str
    times: int
    skip: int


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

    def attach(self, session: Any) -> None:
        session.register("before-call", self._before_client, unique_id="harness-before")
        session.register("after-call", self._after, unique_id="harness-after")

    def dynamodb(self, session: Any) -> DynamoDB:
        """The product's client of DynamoDB, with moto at the other end."""
        return _WatchedDynamoDB(session, self)

    def clear(self) -> None:
        self.calls.clear()
        self._crash = None
        self._refused.clear()

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
    def crash_at(self, number: int, when: When = "before") -> Iterator[Callable[[], bool]]:
        """Die at the `number`-th AWS call of the block (the first is 1); the Crash ends the block.

        Gives a function that tells whether it came to that.
        """
        planned = _Planned(number, when)
        self._crash = planned
        try:
            yield lambda: planned.happened
        except Crash:
            pass
        finally:
            self._crash = None

    @contextmanager
    def refuse(
        self, service: str, operation: str, code: str, *, times: int = 1_000_000, skip: int = 0
    ) -> Iterator[None]:
        """Answer calls of one kind with an error: after `skip` of them, `times` times."""
        refused = _Refused(service, operation, code, times, skip)
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
        self.calls.append(Call(service, operation, sent))
        self._check(service, operation, sent)
        self._count_down("before")
        self._refuse(service, operation)

    def after(self) -> None:
        self._count_down("after")
        if self._then and self.calls[-1].operation == self._then[0]:
            (_, do), self._then = self._then, None
            do()

    def _before_client(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        service, operation = model.service_model.service_name, model.name
        sent = _sent_object(params) if service == "s3" else _sent(params)
        try:
            self.before(service, operation, sent)
            if service not in self.players:
                return None
            answer = self.players[service](operation, sent)
        except Refusal as refusal:
            return SimpleNamespace(status_code=400), {
                "Error": {"Code": refusal.code, "Message": "refused by the test"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
        return SimpleNamespace(status_code=200), {
            **answer,
            "ResponseMetadata": {"HTTPStatusCode": 200},
        }

    def _after(self, **_: Any) -> None:
        self.after()

    def _count_down(self, when: When) -> None:
        if self._crash and self._crash.when == when:
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
                    raise Refusal(refused.code)


class _WatchedDynamoDB(DynamoDB):
    """Signs and reads as the product does; a call is watched once, however often it is tried."""

    def __init__(self, session: Any, wire: Wire) -> None:
        super().__init__(session)
        self._pool = _Moto(self.url)  # type: ignore[assignment]
        self._wire = wire
        self._lost: dict[str, Reply] = {}

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        sent = json.loads(kit_json.dumps(params))
        try:
            self._wire.before("dynamodb", operation, sent)
            _check_key_lengths(sent)
        except Refusal as refusal:
            return Reply(400, json.dumps({"__type": refusal.code}).encode()).read()
        try:
            return super().call(operation, params)
        finally:
            self._wire.after()

    def _send(self, operation: str, body: bytes) -> Reply:
        """Knows a transaction by its token, as DynamoDB does and moto does not."""
        token = json.loads(body).get("ClientRequestToken", "")
        if token in self._lost:
            return self._lost.pop(token)
        reply = super()._send(operation, body)
        if self._wire.loses(operation):
            if token and reply.status == 200:
                self._lost[token] = reply
            raise Unreachable("lost by the test")
        return reply


@dataclass(frozen=True, slots=True)
class _Moto:
    """Answers requests as urllib3's pool does."""

    url: str

    def urlopen(self, method: str, path: str, *, body: bytes, headers: dict[str, str]) -> Any:
        sent = HTTPHeaders()
        for name, value in headers.items():
            sent[name] = value
        answer = botocore_stubber.process_request(
            AWSPreparedRequest(method, self.url, sent, body, stream_output=False)
        )
        assert answer, "moto takes no such request"
        status, _, data = answer
        return SimpleNamespace(status=status, data=data.encode() if isinstance(data, str) else data)


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


def _sent_object(params: dict[str, Any]) -> dict[str, Any]:
    """S3 names bucket and key in the URL."""
    url = urlsplit(params["url"])
    return {"Bucket": url.netloc.partition(".")[0], "Key": unquote(url.path.lstrip("/"))}


def _sent(params: dict[str, Any]) -> dict[str, Any]:
    head, _, name = params.get("url_path", "").partition("/v2/email/identities/")
    if name and not head:
        return {"EmailIdentity": unquote(name)}
    body = params.get("body") or b"{}"
    if isinstance(body, dict):  # of a service that takes forms
        return body
    sent: dict[str, Any] = json.loads(body)
    _, _, schedule = params.get("url_path", "").partition("/schedules/")
    return sent | ({"Name": unquote(schedule)} if schedule else {})
