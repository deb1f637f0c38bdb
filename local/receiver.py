"""Webhook receiver on loopback that accepts only verified requests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from local.loopback import serving_with


class WebhookReceiver:
    """Verified deliveries so far. It verifies with the public package `standardwebhooks`, not with
    the product's own code."""

    def __init__(self) -> None:
        self.verified: dict[str, dict[str, Any]] = {}
        """Payloads whose signature is good, by event id."""
        self.refused = 0
        self._verifier: Webhook | None = None
        self._lock = threading.Lock()

    def trust(self, secret: str) -> None:
        """Set the secret for the following requests."""
        self._verifier = Webhook(secret)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Verify one request, and return the response status."""
        if self._verifier is None:
            return 503
        try:
            self._verifier.verify(body, headers)
        except WebhookVerificationError:
            with self._lock:
                self.refused += 1
            return 401
        payload = json.loads(body)
        with self._lock:
            self.verified[payload["id"]] = payload
        return 204

    def count(self, event: str, **data: str) -> int:
        """Return how many verified events have this name and data."""
        with self._lock:
            payloads = list(self.verified.values())
        return sum(
            payload["event"] == event and data.items() <= payload["data"].items()
            for payload in payloads
        )


@contextmanager
def listening(receiver: WebhookReceiver) -> Iterator[str]:
    """Serve the receiver on a free port of 127.0.0.1 within the block, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(body, dict(self.headers.items())))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Suppress the request log, which would disturb the output of the demo."""

    with serving_with(Handler) as url:
        yield f"{url}/webhooks"
