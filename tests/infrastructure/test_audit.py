"""`make audit` fails at a known vulnerability, names it, and passes over documented exceptions. The
service that it asks is one of the test's own."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.templates import REPOSITORY

VULNERABLE, ID, FIXED = "pyjwt", "GHSA-0000-0000-0000", "99.0"
PROJECT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")


class Advisories(BaseHTTPRequestHandler):
    """osv.dev, as far as uv asks it: one package has a vulnerability."""

    asked: list[str]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [query["package"]["name"] for query in body["queries"]]
        self.asked.extend(names)
        found = {"vulns": [{"id": ID, "modified": "2026-01-01T00:00:00Z"}]}
        self._answer({"results": [found if name == VULNERABLE else {} for name in names]})

    def do_GET(self) -> None:
        events = [{"introduced": "0"}, {"fixed": FIXED}]
        affected = {
            "package": {"name": VULNERABLE, "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        }
        modified = "2026-01-01T00:00:00Z"
        self._answer({"id": ID, "modified": modified, "summary": "Bad", "affected": [affected]})

    def _answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[ThreadingHTTPServer]:
    Advisories.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def audit(project: Path, service: ThreadingHTTPServer) -> subprocess.CompletedProcess[str]:
    """The command of `make audit`, in a project."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"(?m)^\t@\$\(UV\) (audit .+) \$\(ARGS\)$", makefile)
    return subprocess.run(
        [
            *(REPOSITORY / ".venv" / "bin" / "uv", *recipe.split()),
            *("--service-url", f"http://127.0.0.1:{service.server_port}/"),
        ],
        cwd=project,
        env={
            "NO_PROXY": "127.0.0.1",
            "HTTPS_PROXY": "http://127.0.0.1:9",  # whoever asks another service gets no answer
            "UV_HTTP_RETRIES": "0",
            "PATH": "/usr/bin:/bin",
            "HOME": str(project),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def a_project(folder: Path, exceptions: str) -> Path:
    """This project, with other exceptions."""
    declared = re.compile(r"\[tool\.uv\.audit\]\nignore = \[\n(?:.*\n)*?\]")
    text = declared.sub(f"[tool.uv.audit]\nignore = [{exceptions}]", PROJECT)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    shutil.copy(REPOSITORY / "uv.lock", folder)
    return folder


def test_fails_at_a_vulnerability_and_says_what_mends_it(
    tmp_path: Path, service: ThreadingHTTPServer
) -> None:
    done = audit(a_project(tmp_path, ""), service)

    assert done.returncode == 1, done.stderr
    for part in (VULNERABLE, ID, f"Fixed in: {FIXED}"):
        assert part in done.stdout
    assert {"pydantic", "anthropic", "httpx"} <= set(Advisories.asked)
    assert "pytest" not in Advisories.asked


def test_passes_over_an_exception(tmp_path: Path, service: ThreadingHTTPServer) -> None:
    done = audit(a_project(tmp_path, f'"{ID}"'), service)

    assert done.returncode == 0, done.stdout


def test_exceptions_have_a_reason() -> None:
    (exceptions,) = re.findall(r"(?m)^\[tool\.uv\.audit\]\nignore = \[\n((?:.*\n)*?)\]", PROJECT)

    for line in exceptions.splitlines():
        assert re.fullmatch(r' {4}"[\w-]+", # .{10,}', line), line
