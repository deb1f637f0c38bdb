"""The way to DynamoDB: signed, on one connection, tried again while it fails in passing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.session import Session

from outrider.kit.aws.dynamodb_http import DynamoDB, Refused, Unreachable
from outrider.kit.settings import settings

Script = list[tuple[int, bytes] | None]
"""What to answer, call by call; None hangs up."""

OK = (200, b'{"Item":{}}')
BUSY = (400, b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow"}')
MET = (400, BUSY[1].replace(b"ThrottlingException", b"TransactionConflictException"))
"""A write by itself meets a transaction on the same item."""
BROKEN = (500, b'{"__type":"com.amazon.coral.service#InternalServerError"}')
REFUSED = (
    400,
    b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",'
    b'"message":"no","Item":{"pk":{"S":"a"}}}',
)


class Peer(ThreadingHTTPServer):
    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.script = script
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Peer

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((headers, json.loads(body)))
        answer = self.server.script.pop(0)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer[0])
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def talking_to(peer: Peer, **environment: str) -> Iterator[DynamoDB]:
    variables = {
        "AWS_ENDPOINT_URL_DYNAMODB": peer.url,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
        **environment,
    }
    thread = Thread(target=peer.serve_forever, args=(0.01,))
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr("outrider.kit.aws.dynamodb_http.time.sleep", lambda _: None)
        settings.cache_clear()
        client = DynamoDB(Session())
        try:
            yield client
        finally:
            client.close()
            peer.shutdown()
            peer.server_close()
            thread.join()
            settings.cache_clear()


def call(script: Script, **environment: str) -> tuple[Any, Peer]:
    """The answer to one call, and the peer that gave it."""
    peer = Peer(script)
    with talking_to(peer, **environment) as client:
        return client.call("GetItem", {"TableName": "contacts", "Key": {"b": {"B": b"x"}}}), peer


class TestCall:
    def test_names_the_operation_and_signs(self) -> None:
        answer, peer = call([OK])

        ((headers, body),) = peer.requests
        assert answer == {"Item": {}}
        assert body == {"TableName": "contacts", "Key": {"b": {"B": "eA=="}}}
        assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        assert "/eu-west-1/dynamodb/aws4_request, SignedHeaders=" in headers["authorization"]

    def test_signs_the_token_of_a_role(self) -> None:
        _, peer = call([OK], AWS_SESSION_TOKEN="of the role")

        ((headers, _),) = peer.requests
        assert headers["x-amz-security-token"] == "of the role"
        assert "x-amz-security-token" in headers["authorization"]

    def test_keeps_the_connection(self) -> None:
        peer = Peer([OK] * 3)
        with talking_to(peer) as client:
            for _ in range(3):
                client.call("GetItem", {})

        assert (peer.connections, len(peer.requests)) == (1, 3)

    @pytest.mark.parametrize("failure", [BUSY, MET, BROKEN, (503, b"<html>"), None], ids=str)
    def test_tries_again_what_fails_in_passing(self, failure: tuple[int, bytes] | None) -> None:
        answer, peer = call([failure, failure, OK])

        assert answer == {"Item": {}}
        assert len(peer.requests) == 3

    @pytest.mark.parametrize("failure", [BUSY, BROKEN, (503, b"<html>"), None], ids=str)
    def test_gives_up_after_three_attempts(self, failure: tuple[int, bytes] | None) -> None:
        with pytest.raises(Unreachable):
            call([failure] * 3)

    def test_does_not_repeat_what_is_refused(self) -> None:
        with pytest.raises(Refused) as refusal:
            call([REFUSED])

        assert refusal.value.code == "ConditionalCheckFailedException"
        assert refusal.value.details["Item"] == {"pk": {"S": "a"}}

    def test_says_that_nobody_listens(self) -> None:
        peer = Peer([])
        with talking_to(peer) as client:
            pass

        with pytest.raises(Unreachable):
            client.call("GetItem", {})


class TestEndpoint:
    def test_is_that_of_the_region(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
        monkeypatch.setenv("URL_SUFFIX", "amazonaws.com.cn")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        settings.cache_clear()

        client = DynamoDB(Session())

        assert client.url == "https://dynamodb.cn-north-1.amazonaws.com.cn/"
        settings.cache_clear()
