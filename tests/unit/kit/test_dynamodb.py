"""Both transports to DynamoDB over HTTP: requests, errors, retries, and which one is chosen."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zlib import crc32

import pytest
from botocore.exceptions import PartialCredentialsError
from botocore.session import Session

from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb_boto3 import Boto3DynamoDB
from outrider.kit.aws.dynamodb_http import HttpDynamoDB
from outrider.kit.aws.dynamodb_transport import DynamoDB, Refused, Unreachable
from outrider.kit.settings import Misconfigured, settings

Script = Sequence[tuple[int, bytes] | tuple[int, bytes, int] | None]
"""What to answer, call by call: status, body, and its CRC-32 where it is another than the true one;
None hangs up."""

TRANSPORTS = ("http", "boto3")

OK = (200, b'{"Item":{}}')
DAMAGED = (200, b'{"Item":{}}', 1)
HTML = (503, b"<html>")


def error(code: str, **details: Any) -> tuple[int, bytes]:
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return 400, json.dumps({"__type": kind, "message": "no", **details}).encode()


BUSY = error("ThrottlingException")
MET = error("TransactionConflictException")
"""A write by itself meets a transaction on the same item."""
BROKEN = (500, error("InternalServerError")[1])
ITEM = {"pk": {"S": "a"}, "n": {"N": "1.5"}, "of": {"L": [{"BOOL": True}, {"NULL": True}]}}
REFUSED = error("ConditionalCheckFailedException", Item=ITEM)
REASONS = [{"Code": "ConditionalCheckFailed", "Item": ITEM, "Message": "no"}, {"Code": "None"}]
CANCELLED = error("TransactionCanceledException", CancellationReasons=REASONS)


class Peer(ThreadingHTTPServer):
    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.script = list(script)
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
        self.send_header("x-amz-crc32", str(answer[2] if len(answer) > 2 else crc32(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def configured(**environment: str) -> Iterator[None]:
    """A process in which nothing is configured for AWS but this."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*_UNSET, *(name.lower() for name in _UNSET)):
            patch.delenv(name, raising=False)
        for name, value in {**_SET, **environment}.items():
            patch.setenv(name, value)
        patch.setattr("outrider.kit.aws.dynamodb_transport.time.sleep", lambda _: None)
        patch.setattr(clients, "connect_dynamodb", clients.connect)
        clients.reset()
        settings.cache_clear()
        try:
            yield
        finally:
            for client in clients._made.values():
                getattr(client, "close", lambda: None)()
            clients.reset()
            settings.cache_clear()


_UNSET = ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_SET = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def talking_to(peer: Peer, transport: str, **environment: str) -> Iterator[DynamoDB]:
    thread = Thread(target=peer.serve_forever, args=(0.01,))
    thread.start()
    here = {"AWS_ENDPOINT_URL_DYNAMODB": peer.url, "OUTRIDER_DYNAMODB": transport}
    try:
        with configured(**here, **environment):
            yield clients.dynamodb()
    finally:
        peer.shutdown()
        peer.server_close()
        thread.join()


def call(script: Script, transport: str = "http", **environment: str) -> tuple[Any, Peer]:
    """The answer to one call, and the peer that gave it."""
    peer = Peer(script)
    params = {"TableName": "contacts", "Key": {"b": {"B": b"x"}}}
    with talking_to(peer, transport, **environment) as client:
        return client.call("GetItem", params), peer


@pytest.mark.parametrize("transport", TRANSPORTS)
class TestCall:
    def test_names_the_operation_and_signs(self, transport: str) -> None:
        answer, peer = call([OK], transport)

        ((headers, body),) = peer.requests
        assert answer == {"Item": {}}
        assert body == {"TableName": "contacts", "Key": {"b": {"B": "eA=="}}}
        assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        assert "/eu-west-1/dynamodb/aws4_request, SignedHeaders=" in headers["authorization"]

    def test_signs_the_token_of_a_role(self, transport: str) -> None:
        _, peer = call([OK], transport, AWS_SESSION_TOKEN="of the role")

        ((headers, _),) = peer.requests
        assert headers["x-amz-security-token"] == "of the role"
        assert "x-amz-security-token" in headers["authorization"]

    def test_names_the_application_to_aws(self, transport: str) -> None:
        _, peer = call([OK], transport, AWS_SDK_UA_APP_ID="sales eu")

        ((headers, _),) = peer.requests
        assert "app/sales-eu" in headers["user-agent"].split()

    def test_keeps_the_connection(self, transport: str) -> None:
        peer = Peer([OK] * 3)
        with talking_to(peer, transport) as client:
            for _ in range(3):
                client.call("GetItem", {})

        assert (peer.connections, len(peer.requests)) == (1, 3)

    @pytest.mark.parametrize("failure", [BUSY, MET, BROKEN, HTML, DAMAGED, None], ids=str)
    def test_retries_what_is_transient(self, transport: str, failure: Any) -> None:
        answer, peer = call([failure, failure, OK], transport)

        assert answer == {"Item": {}}
        assert len(peer.requests) == 3

    @pytest.mark.parametrize("failure", [BUSY, MET, BROKEN, HTML, DAMAGED, None], ids=str)
    def test_gives_up_after_three_attempts(self, transport: str, failure: Any) -> None:
        with pytest.raises(Unreachable):
            call([failure] * 3, transport)

    @pytest.mark.parametrize(
        ("answer", "code", "details"),
        [
            (REFUSED, "ConditionalCheckFailedException", {"Item": ITEM}),
            (CANCELLED, "TransactionCanceledException", {"CancellationReasons": REASONS}),
            (error("ValidationException"), "ValidationException", {}),
            (error("ResourceNotFoundException"), "ResourceNotFoundException", {}),
            (error("ExpiredTokenException"), "ExpiredTokenException", {}),
        ],
    )
    @pytest.mark.parametrize("lost", [0, 1])
    def test_does_not_repeat_what_is_refused(
        self, transport: str, answer: Any, code: str, details: dict[str, Any], lost: int
    ) -> None:
        with pytest.raises(Refused, match=f"{code}: no") as refusal:
            call([None] * lost + [answer], transport)

        assert refusal.value.code == code
        assert {name: refusal.value.details[name] for name in details} == details
        assert refusal.value.again == bool(lost)

    def test_says_that_nobody_listens(self, transport: str) -> None:
        nowhere = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9"}
        with (
            configured(OUTRIDER_DYNAMODB=transport, **nowhere),
            pytest.raises(Unreachable),
        ):
            clients.dynamodb().call("GetItem", {})

    def test_retries_less_when_most_calls_fail(self, transport: str) -> None:
        failures, calls = 500 // 14, 40
        peer = Peer([BROKEN] * (calls + failures) + [OK, BROKEN, BROKEN])
        with talking_to(peer, transport) as client:
            for _ in range(calls):
                with pytest.raises(Unreachable):
                    client.call("GetItem", {})
            assert len(peer.requests) == calls + failures

            assert client.call("GetItem", {}) == {"Item": {}}
            with pytest.raises(Unreachable):
                client.call("GetItem", {})
        assert len(peer.requests) == calls + failures + 2

    def test_has_no_region_to_call(self, transport: str) -> None:
        with (
            configured(OUTRIDER_DYNAMODB=transport, AWS_DEFAULT_REGION=""),
            pytest.raises(Misconfigured, match="set AWS_DEFAULT_REGION"),
        ):
            clients.dynamodb()

    def test_has_no_credentials(self, transport: str) -> None:
        peer = Peer([])
        with (
            talking_to(peer, transport, AWS_ACCESS_KEY_ID="") as client,
            pytest.raises(Misconfigured, match="give the function a role"),
        ):
            client.call("GetItem", {})
        assert peer.requests == []

    def test_has_half_of_its_credentials(self, transport: str) -> None:
        with pytest.raises(PartialCredentialsError, match="missing: AWS_SECRET_ACCESS_KEY"):
            call([], transport, AWS_SECRET_ACCESS_KEY="")


class TestChoice:
    @pytest.mark.parametrize(
        "needs_sdk",
        [
            {"HTTPS_PROXY": "http://127.0.0.1:9"},
            {"https_proxy": "http://127.0.0.1:9", "no_proxy": "other.example"},
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
            {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"},
            {"AWS_CONFIG_FILE": "services"},
            {"AWS_CONFIG_FILE": "endpoint"},
        ],
        ids=str,
    )
    def test_is_boto3_where_only_the_sdk_honours_the_configuration(
        self, needs_sdk: dict[str, str], tmp_path: Path
    ) -> None:
        profiles = {
            "services": "[default]\nservices = mine\n[services mine]\ndynamodb =\n"
            "  endpoint_url = http://127.0.0.1:9\n",
            "endpoint": "[default]\nendpoint_url = http://127.0.0.1:9\n",
        }
        if profile := profiles.get(needs_sdk.get("AWS_CONFIG_FILE", "")):
            (tmp_path / "config").write_text(profile, encoding="utf-8")
            needs_sdk = {"AWS_CONFIG_FILE": str(tmp_path / "config")}
        with configured(**needs_sdk):
            assert isinstance(clients.dynamodb(), Boto3DynamoDB)
        with (
            configured(OUTRIDER_DYNAMODB="http", **needs_sdk),
            pytest.raises(Misconfigured, match="OUTRIDER_DYNAMODB is http, which ignores"),
        ):
            clients.dynamodb()

    @pytest.mark.parametrize(
        "environment",
        [
            {},
            {"AWS_USE_FIPS_ENDPOINT": "false"},
            {"HTTP_PROXY": "http://127.0.0.1:9"},
            {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "amazonaws.com"},
        ],
        ids=str,
    )
    def test_is_ours_otherwise(self, environment: dict[str, str]) -> None:
        with configured(**environment):
            assert isinstance(clients.dynamodb(), HttpDynamoDB)

    def test_is_made_once_by_any_number_of_threads(self) -> None:
        with configured(), ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _: id(clients.client("sqs")), range(32)))) == 1

    def test_calls_the_endpoint_of_the_region(self) -> None:
        with configured(AWS_DEFAULT_REGION="cn-north-1", URL_SUFFIX="amazonaws.com.cn"):
            client = HttpDynamoDB(Session())

        assert client.url == "https://dynamodb.cn-north-1.amazonaws.com.cn/"
