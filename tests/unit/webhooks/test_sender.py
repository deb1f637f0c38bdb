from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from outrider.kit.clock import frozen
from outrider.kit.outbound.client import Outbound
from outrider.webhooks.deliveries import signing
from outrider.webhooks.deliveries.sender import WebhookSender
from tests.receivers import answering, receiver

KEY = signing.new_key()
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SENDER = WebhookSender(Outbound(loopback=True, end_within=5))


class TestSend:
    def test_sends_the_payload_signed(self) -> None:
        payload = '{"id":"evt_1","data":{"name":"Zoë"}}'
        with receiver(answering()) as peer:
            outcome = SENDER.send(peer.url, [KEY], "evt_1", payload)

        head, _, body = peer.requests[0].partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert outcome.delivered
        assert (headers["webhook-id"], headers["Content-Type"]) == ("evt_1", "application/json")
        assert headers["X-Outrider-Signature"] == signing.sign_body(KEY, payload.encode())
        assert Webhook(signing.show_secret(KEY)).verify(body, headers)["id"] == "evt_1"

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            ("200 OK", None),
            ("204 No Content", None),
            ("299 Fine", None),
            ("301 Moved", "http_3xx"),
            ("410 Gone", "http_4xx"),
            ("503 Busy", "http_5xx"),
        ],
    )
    def test_takes_only_2xx_for_delivered(self, status: str, error: str | None) -> None:
        with receiver(answering(status, b"")) as peer:
            outcome = SENDER.send(peer.url, [KEY], "evt_1", "{}")

        assert (outcome.status_code, outcome.error) == (int(status[:3]), error)

    def test_keeps_the_first_kib_of_the_answer(self) -> None:
        with receiver(answering(body=b"\xff" + b"x" * 5_000)) as peer:
            outcome = SENDER.send(peer.url, [KEY], "evt_1", "{}")

        assert outcome.answer == "\ufffd" + "x" * 1_023

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            ("https://10.0.0.1/", "blocked_address"),
            ("https://name.invalid/", "dns"),
            ("https://user@example.com/", "invalid_url"),
        ],
    )
    def test_tells_why_nothing_was_sent(self, url: str, error: str) -> None:
        def unknown(host: str, port: int) -> list[str]:
            return ["10.0.0.1"] if host == "10.0.0.1" else []

        outcome = WebhookSender(Outbound(resolve=unknown)).send(url, [KEY], "evt_1", "{}")

        assert (outcome.delivered, outcome.status_code, outcome.error) == (False, None, error)

    def test_signs_with_each_key_the_current_one_first(self) -> None:
        before = signing.new_key()
        with receiver(answering()) as peer:
            SENDER.send(peer.url, [KEY, before], "evt_1", "{}")

        head, _, body = peer.requests[0].partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert len(headers["webhook-signature"].split(" ")) == 2
        assert headers["X-Outrider-Signature"] == signing.sign_body(KEY, b"{}")
        for key in (KEY, before):
            Webhook(signing.show_secret(key)).verify(body, headers)


class TestHints:
    @pytest.mark.parametrize(
        ("status", "text", "seconds"),
        [
            ("503 Busy", "120", 120),
            ("429 Slow down", "0", 0),
            ("429 Slow down", "999999999999", 86_400),
            ("429 Slow down", "Mon, 02 Mar 2026 09:10:00 GMT", 600),
            ("503 Busy", "Mon, 02 Mar 2026 08:00:00 GMT", 0),
            ("503 Busy", "Tue, 02 Mar 2027 08:00:00 GMT", 86_400),
            ("503 Busy", "soon", None),
            ("503 Busy", "-5", None),
            ("503 Busy", "Mon, 02 Mar 99999 08:00:00 GMT", None),
            ("500 Oops", "120", None),
            ("200 OK", "120", None),
        ],
    )
    def test_retry_after_is_heard(self, status: str, text: str, seconds: int | None) -> None:
        with frozen(NINE), receiver(answering(status, headers=f"Retry-After: {text}\r\n")) as peer:
            outcome = SENDER.send(peer.url, [KEY], "evt_1", "{}")

        assert outcome.retry_after == seconds

    @pytest.mark.parametrize(
        ("text", "directive"),
        [
            ("disable", "disable"),
            ("Abort-Message ", "abort-message"),
            ("explode", None),
            ("", None),
        ],
    )
    def test_directives_are_heard(self, text: str, directive: str | None) -> None:
        with receiver(answering(headers=f"Webhook-Delivery: {text}\r\n")) as peer:
            outcome = SENDER.send(peer.url, [KEY], "evt_1", "{}")

        assert outcome.directive == directive
