"""What scripts and people rely on when they run the stack on their machine."""

import os
import socket
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.tools import SAM
from tests.e2e.running import REPOSITORY, LocalStack, eventually, free_port, send


class TestLocalJson:
    def test_has_the_keys_that_scripts_rely_on(self, stack: LocalStack) -> None:
        assert list(stack.local) == [
            "base_url",
            "mcp_url",
            "docs_url",
            "workspace_id",
            "live_key",
            "test_key",
            "aws_endpoint_url",
            "inbox_url",
        ]

    def test_is_readable_by_its_owner_only(self, stack: LocalStack) -> None:
        mode = (stack.home / "local.json").stat().st_mode

        assert stat.S_IMODE(mode) == 0o600


class TestDoctor:
    def test_checks_the_stack_with_the_rights_of_its_function(self, stack: LocalStack) -> None:
        done = stack.run("-m", "local.doctor")

        assert done.returncode == int("failing" in done.stdout), done.stdout + done.stderr
        for check in ("ses_account", "alarms", "dead_letters", "campaigns", "relay", "encryption"):
            assert check in done.stdout
        assert "AccessDenied" not in done.stdout


class TestLogs:
    def test_are_printed_by_the_command_of_the_page(self, stack: LocalStack) -> None:
        page = (REPOSITORY / "docs" / "local-stack.md").read_text(encoding="utf-8")
        (command,) = (line for line in page.splitlines() if line.startswith('"$SAM" logs '))
        request_id = stack.call("GET", "/v1/account").headers["X-Request-Id"]
        places = {
            "SAM": str(SAM.bin / "sam"),
            "AWS_ENDPOINT_URL": stack.local["aws_endpoint_url"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SAM_CLI_TELEMETRY": "0",
        }

        def printed() -> str:
            return subprocess.run(
                ["sh", "-c", command],
                env=os.environ | places,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            ).stdout

        assert eventually(lambda: request_id in printed())


class TestUp:
    def test_keeps_the_data_of_the_run_before(self, stack: LocalStack) -> None:
        created = stack.call("POST", "/v1/contacts", {"email": "kept@example.com"})
        stack.down()

        stack.up()

        found = stack.call("GET", f"/v1/contacts/{created.json['id']}")
        assert (found.status, found.json["email"]) == (200, "kept@example.com")

    def test_says_in_one_line_that_the_port_is_taken(self, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]

            refused = LocalStack(tmp_path, port).command("up")

        assert refused.returncode == 1
        assert refused.stdout == ""
        assert refused.stderr.splitlines() == [
            f"outrider: port {port} on 127.0.0.1 is taken by another program; "
            "set OUTRIDER_PORT to another one"
        ]

    def test_says_in_one_line_that_the_port_is_no_port(self, tmp_path: Path) -> None:
        refused = LocalStack(tmp_path, 70_000).command("up")

        assert refused.returncode == 1
        assert refused.stderr == "outrider: OUTRIDER_PORT must be a port number, not '70000'\n"


class TestDown:
    def test_is_fine_when_nothing_runs(self, tmp_path: Path) -> None:
        done = LocalStack(tmp_path, free_port()).command("down")

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_under_load_loses_neither_a_mail_nor_an_event(self, stack: LocalStack) -> None:
        people = [{"email": f"p{number}@load.example"} for number in range(20)]
        contacts = stack.call("POST", "/v1/contacts", {"contacts": people}).json["results"]
        step = {"channel": "email", "subject": "A question", "text": "Who looks after it?"}
        sequence = {
            "name": "Load",
            "steps": [step],
            "settings": {"postal_address": "1 Outrider Way, Example Town"},
        }
        sequence_id = stack.call("POST", "/v1/sequences", sequence).json["id"]
        launched = stack.call(
            "POST",
            f"/v1/sequences/{sequence_id}/launch",
            {"contact_ids": [contact["id"] for contact in contacts]},
        ).json
        campaign = {"campaign_id": launched["campaign_id"]}
        eventually(lambda: len(_mails_of_load(stack)) > 1)

        stack.down()
        stack.up()

        sent = eventually(lambda: _all(stack.events("email.sent", **campaign), len(people)))
        assert sorted(event["data"]["contact_id"] for event in sent) == sorted(
            contact["id"] for contact in contacts
        )


class TestBurst:
    def test_of_cold_calls_waits_in_line(self, stack: LocalStack) -> None:
        with ThreadPoolExecutor(60) as crowd:
            calls = [crowd.submit(stack.call, "GET", "/v1/exports?limit=1") for _ in range(60)]
            statuses = {call.result().status for call in calls}

        assert statuses <= {200, 429, 503}  # a slow machine has no room for some of them
        assert eventually(lambda: stack.call("GET", "/v1/exports?limit=1").status == 200)


class TestServers:
    @pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's socket table")
    def test_listen_on_loopback_only(self, stack: LocalStack) -> None:
        owned = _sockets_of(stack)

        listening = [address for inode, address in _listeners() if inode in owned]

        assert f"127.0.0.1:{stack.port}" in listening
        assert len(listening) >= 2
        assert all(address.startswith("127.0.0.1:") for address in listening)

    def test_gateway_passes_bytes_through_in_both_directions(self, stack: LocalStack) -> None:
        url = stack.local["base_url"] + "/v1/contacts?limit=1&x=%2B%26%20a"
        headers = {"Content-Type": "application/octet-stream", "Accept": "*/*"}

        reply = send("POST", url, bytes(range(256)) * 4096, headers)

        assert reply.status == 401
        assert reply.json["code"] == "MISSING_AUTH"

    def test_gateway_refuses_more_than_api_gateway_takes(self, stack: LocalStack) -> None:
        reply = send("POST", stack.local["base_url"] + "/v1/contacts", b"x" * 10_485_761, {})

        assert reply.status == 413


def _mails_of_load(stack: LocalStack) -> list[str]:
    return [str(mail) for mail in stack.inbox() if "@load.example" in str(mail)]


def _all(found: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return found if len(found) >= count else []


def _sockets_of(stack: LocalStack) -> set[str]:
    """Inodes of every socket held by the servers of a stack and by the processes they started."""
    sessions = {(stack.home / name).read_text() for name in ("emulator.pid", "gateway.pid")}
    found: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            session = (process / "stat").read_text().rpartition(")")[2].split()[3]
            if session in sessions:
                for descriptor in (process / "fd").iterdir():
                    with suppress(FileNotFoundError):  # it was closed meanwhile
                        link = os.readlink(descriptor)
                        found.update({link[8:-1]} if link.startswith("socket:[") else ())
        except OSError:
            continue  # the process ended meanwhile
    return found


def _listeners() -> list[tuple[str, str]]:
    """(inode, address:port) of every listening socket; IPv6 addresses stay in hexadecimal."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state, inode = (fields := line.split())[1], fields[3], fields[9]
            if state == "0A":
                host, port = local.split(":")
                name = socket.inet_ntoa(bytes.fromhex(host)[::-1]) if len(host) == 8 else host
                found.append((inode, f"{name}:{int(port, 16)}"))
    return found
