"""The API of the harness over HTTP on this machine, for clients that speak nothing else."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from tests.harness.api import ANONYMOUS, Api

_OWN_HEADERS = ("host", "connection", "content-length")
_PATIENCE = 0.05


def handling(api: Api) -> type[BaseHTTPRequestHandler]:
    """The handler of a server that passes each request on to the API of the harness."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            length = int(self.headers.get("content-length") or 0)
            given = {name.lower(): value for name, value in self.headers.items()}
            answer = api.request(
                self.command,
                self.path,
                self.rfile.read(length).decode() or None,
                key=ANONYMOUS,
                headers={name: text for name, text in given.items() if name not in _OWN_HEADERS},
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.text.encode(errors="surrogateescape"))
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def served(api: Api) -> Iterator[str]:
    """The URL of the API inside the block. Requests are carried out in a thread, one at a time; the
    test must do nothing with the harness meanwhile."""
    with HTTPServer(("127.0.0.1", 0), handling(api)) as server:
        thread = Thread(target=server.serve_forever, args=(_PATIENCE,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def called_by(command: Sequence[str | Path], api: Api, folder: Path) -> str:
    """Run a client in `folder` against the API and return what it printed.

    It gets the address as OUTRIDER_URL and a key as OUTRIDER_KEY. Raises AssertionError when it
    fails.
    """
    with HTTPServer(("127.0.0.1", 0), handling(api)) as server:
        server.timeout = _PATIENCE
        environment = {
            **os.environ,
            "OUTRIDER_URL": f"http://127.0.0.1:{server.server_port}",
            "OUTRIDER_KEY": api.workspace().live_key,
        }
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while process.poll() is None:
            server.handle_request()
        printed, _ = process.communicate()
    assert process.returncode == 0, printed
    return printed
