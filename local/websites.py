"""Company websites on loopback, which the research of a local stack may read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from local.loopback import serving_with


@contextmanager
def serving(page: Callable[[str], str]) -> Iterator[str]:
    """Serve the HTML `page(path)` at each path on a free port of 127.0.0.1 within the block, and
    yield the URL. There is no robots.txt."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_there = self.path != "/robots.txt"
            body = page(self.path).encode() if is_there else b""
            self.send_response(200 if is_there else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Suppress the request log, which would disturb the output of the demo."""

    with serving_with(Handler) as url:
        yield url
