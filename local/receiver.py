"""A webhook receiver on loopback that believes nothing it cannot verify."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class WebhookReceiver:
    """What has arrived so far. The verifier is the receivers' own package, not our signer."""

    def __init__(self) -> None:
        self.verified: dict[str, dict[str, Any]] = {}
        """Payloads whose signature is good, by event id."""
        self.refused = 0
        self._verifier: Webhook | None = None
        self._lock = threading.Lock()

    def trust(self, secret: str) -> None:
        """Verify with this secret from now on."""
        self._verifier = Webhook(secret)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Verify one request; gives the status to answer."""
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
        """How many verified events of that name have this data."""
        with self._lock:
            payloads = list(self.verified.values())
        return sum(
            payload["event"] == event and data.items() <= payload["data"].items()
            for payload in payloads
        )


@contextmanager
def listening(receiver: WebhookReceiver) -> Iterator[str]:
    """Serve the receiver on a free port of 127.0.0.1; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(body, dict(self.headers.items())))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: the demo's own output is what counts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
