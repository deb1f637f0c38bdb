"""The receivers of docs/webhooks.md: the page has the files, and the files do what it says."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from outrider.kit.outbound.client import Outbound
from outrider.webhooks.deliveries import signing
from outrider.webhooks.deliveries.sender import WebhookSender
from tests.nodejs import NODE, modules
from tools.templates import REPOSITORY

FOLDER = REPOSITORY / "docs" / "examples" / "receivers"
PAGE = REPOSITORY / "docs" / "webhooks.md"
PATIENCE = 20
KEY, OTHER_KEY = signing.new_key(), signing.new_key()
LOCAL = Outbound(loopback=True)
WITHOUT_PACKAGE = {
    "receiver.py": ("from standardwebhooks import", "from verify import"),
    "receiver.mjs": ('from "standardwebhooks"', 'from "./verify.mjs"'),
}
"""What a receiver must say instead, as the page tells."""


def event(number: int) -> str:
    return json.dumps(
        {"id": f"evt_{number}", "event": "contact.created", "data": {"name": "Zoë"}},
        ensure_ascii=False,
    )


@dataclass(slots=True)
class Running:
    """A receiver, and what it acted on."""

    url: str
    log: Path

    def send(self, number: int, *keys: bytes) -> int | None:
        """As the product does; gives the status of the answer."""
        sent = WebhookSender(LOCAL).send(self.url, keys or (KEY,), f"evt_{number}", event(number))
        return sent.status_code

    def post(self, number: int, body: str, *, age: int = 0, **instead: str) -> int:
        """What the product sent some seconds ago, but with another body or headers."""
        signed = signing.headers(
            [KEY], f"evt_{number}", int(time.time()) - age, event(number).encode()
        )
        changed = {name.replace("_", "-"): value for name, value in instead.items()}
        return LOCAL.post(self.url, body.encode(), signed | changed).status

    def acted_on(self, number: int) -> list[int]:
        """The numbers of the events it acted on, as soon as this one is among them."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            acted = re.findall(r"^contact\.created evt_(\d+)$", self.log.read_text(), re.MULTILINE)
            if str(number) in acted:
                return list(map(int, acted))
            time.sleep(0.01)
        raise AssertionError(self.log.read_text())


@pytest.fixture(
    params=[
        pytest.param((name, packaged), id=f"{name}{'' if packaged else ', without the package'}")
        for name in WITHOUT_PACKAGE
        for packaged in (True, False)
    ],
    scope="module",
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As somebody has it who follows the page."""
    name, packaged = request.param
    made = tmp_path_factory.mktemp("receiver")
    source = (FOLDER / name).read_text(encoding="utf-8")
    if not packaged:
        before, after = WITHOUT_PACKAGE[name]
        assert before in source
        source = source.replace(before, after)
        verifier = f"verify{Path(name).suffix}"
        (made / verifier).write_bytes((FOLDER / verifier).read_bytes())
    elif name.endswith(".mjs"):
        (made / "node_modules").symlink_to(modules(FOLDER))
    (made / name).write_text(source, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def receiver(folder: Path) -> Iterator[Running]:
    with running(folder) as started:
        yield started


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    (program,) = folder.glob("receiver.*s" if (folder / "receiver.mjs").exists() else "*r.py")
    command = [str(NODE) if program.suffix == ".mjs" else sys.executable, program.name]
    port = _free_port()
    log = folder / "log.txt"
    with log.open("a") as output:
        process = subprocess.Popen(
            [*command, str(port)],
            cwd=folder,
            env={"WEBHOOK_SECRET": signing.show_secret(KEY)},
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(port, process, log)
            yield Running(f"http://127.0.0.1:{port}/", log)
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(log.read_text())


class TestReceiver:
    def test_acts_once_on_what_comes_twice(self, receiver: Running) -> None:
        statuses = [receiver.send(number) for number in (1, 1, 2)]
        by_then = receiver.acted_on(2)
        statuses.append(receiver.send(1))
        statuses.append(receiver.send(3))

        assert statuses == [204] * 5
        assert by_then == [1, 2]
        assert receiver.acted_on(3) == [1, 2, 3]

    def test_refuses_what_is_not_genuine(self, receiver: Running) -> None:
        body = event(10)
        refused = {
            "another body": receiver.post(10, body.replace("Zoë", "Eve")),
            "another id": receiver.post(10, body, webhook_id="evt_11"),
            "an old message": receiver.post(10, body, age=6 * 60),
            "a message of the future": receiver.post(10, body, age=-6 * 60),
            "an old message, dated anew": receiver.post(
                10, body, age=6 * 60, webhook_timestamp=str(int(time.time()))
            ),
            "no time": receiver.post(10, body, webhook_timestamp="now"),
            "another secret": receiver.send(10, OTHER_KEY),
            "no signature": receiver.post(10, body, webhook_signature=""),
            "nonsense": receiver.post(10, body, webhook_signature="v1 v1, v2,x ,,, v1,===="),
            "nothing": LOCAL.post(receiver.url, b"{}", {}).status,
            "no text": LOCAL.post(receiver.url, b"\xff\xfe", {}).status,
        }

        assert refused == dict.fromkeys(refused, 401)
        assert receiver.send(12) == 204
        assert not {10, 11} & set(receiver.acted_on(12))

    def test_takes_a_message_that_is_minutes_old(self, receiver: Running) -> None:
        assert receiver.post(20, event(20), age=4 * 60) == 204

    def test_keeps_on_while_the_secret_is_replaced(self, receiver: Running) -> None:
        statuses = [receiver.send(30, OTHER_KEY, KEY), receiver.send(31, KEY, OTHER_KEY)]

        assert statuses == [204, 204]
        assert {30, 31} <= set(receiver.acted_on(31))

    def test_refuses_what_is_too_long(self, receiver: Running) -> None:
        outcome = WebhookSender(LOCAL).send(receiver.url, [KEY], "evt_40", "x" * 1_000_001)

        assert not outcome.delivered  # by 413, or because nobody reads it
        assert receiver.send(41) == 204

    def test_outlives_who_leaves_in_the_middle(self, receiver: Running) -> None:
        port = int(receiver.url.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as leaving:
            leaving.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")

        assert receiver.send(50) == 204

    def test_remembers_after_a_restart(self, folder: Path, receiver: Running) -> None:
        receiver.send(60)
        before = receiver.acted_on(60)
        with running(folder) as again:
            statuses = [again.send(60), again.send(61)]
            acted = again.acted_on(61)

        assert statuses == [204, 204]
        assert acted == [*before, 61]


class TestPage:
    @pytest.mark.parametrize("name", ["receiver.py", "receiver.mjs", "verify.py", "verify.mjs"])
    def test_has_the_files(self, name: str) -> None:
        language = "python" if name.endswith(".py") else "js"
        source = (FOLDER / name).read_text(encoding="utf-8")

        assert f"```{language}\n{source}```\n" in PAGE.read_text(encoding="utf-8")

    def test_tells_what_to_write_without_the_package(self) -> None:
        for name, (before, after) in WITHOUT_PACKAGE.items():
            source = (FOLDER / name).read_text(encoding="utf-8")
            (line,) = [each for each in source.splitlines() if before in each]
            assert f"`{line.replace(before, after)}`" in PAGE.read_text(encoding="utf-8")
