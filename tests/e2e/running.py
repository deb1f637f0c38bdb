"""A local stack as the end-to-end tests see it: started, called and stopped like a person does."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import boto3

from local.emulator import Emulator
from local.home import Home
from local.tools import MINISTACK
from outrider.kit.aws.attributes import Item, decode_item

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_START_SECONDS = 600
_CALL_SECONDS = 100
_CALLS = 3
_PATIENCE_SECONDS = 150


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answered; `json` is None when the body is no JSON."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class LocalStack:
    """One home and one port; `local` is what its local.json says once it is up. `parameters` are
    those of template.yaml that the stack is deployed with, beside those that local/stack.py gives
    and the ownership of mailboxes."""

    home: Path
    port: int
    parameters: str = "AlarmEmail=ops@example.com Dashboard=on"

    def command(self, name: str) -> subprocess.CompletedProcess[str]:
        """`python -m local <name>` on this home and port."""
        return self.run("-m", "local", name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python <arguments>` in the same way."""
        places = {
            "OUTRIDER_HOME": str(self.home),
            "OUTRIDER_PORT": str(self.port),
            "OUTRIDER_PUBLIC_URL": "",
            "OUTRIDER_MAILBOX_OWNERSHIP": "proved",
            "OUTRIDER_PARAMETERS": self.parameters,
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=os.environ | places,
            capture_output=True,
            text=True,
            timeout=_START_SECONDS,
            check=False,
        )

    def up(self) -> None:
        self._must("up")

    def down(self) -> None:
        self._must("down")

    @property
    def local(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home / "local.json").read_text())
        return found

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> Reply:
        """Call the API with the live key, or `key`; `idempotency_key=` becomes that header. A call
        that is over the key's rate limit is made again when the answer says."""
        local = self.local
        content = None if body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {key or local['live_key']}"
        sent["Content-Type"] = "application/json"
        for _ in range(_CALLS):
            reply = send(method, local["base_url"] + path, content, sent)
            if reply.status not in (429, 503) or "Retry-After" not in reply.headers:
                break
            if reply.status == 429:  # else the gateway had no room, and nothing was done
                time.sleep(int(reply.headers["Retry-After"]))
        return reply

    def inbox(self) -> list[dict[str, Any]]:
        """The mails that were sent, oldest first."""
        by_account: dict[str, list[dict[str, Any]]] = send(
            "GET", self.local["inbox_url"], None, {}
        ).json["messages"]
        return [mail for mails in by_account.values() for mail in mails]

    def events(self, name: str, **data: str) -> list[dict[str, Any]]:
        """The feed's events of this name with this data; none while a slow machine answers 503."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"has_more": True, "next_cursor": None}
        while page["has_more"]:
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
            answer = self.call("GET", f"/v1/events?limit=200&type={name}{cursor}")
            if answer.status == 503:
                return []
            page = answer.json
            found += [event for event in page["data"] if data.items() <= event["data"].items()]
        return found

    def client(self, service: str) -> Any:
        """A boto3 client of the account that the stack is in."""
        return boto3.client(
            service,
            endpoint_url=self.local["aws_endpoint_url"],
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def items(self, table: str) -> Iterator[Item]:
        """The items of a table, by its name in the account."""
        for page in self.client("dynamodb").get_paginator("scan").paginate(TableName=table):
            yield from map(decode_item, page["Items"])

    def _must(self, name: str) -> None:
        done = self.command(name)
        assert done.returncode == 0, f"local {name}:\n{done.stdout}{done.stderr}"


def eventually(look: Callable[[], Any], patience: float = _PATIENCE_SECONDS) -> Any:
    """What `look` sees once it is true, or what it saw last when so many seconds have passed."""
    deadline = time.monotonic() + patience
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.25)
    return seen


def send(method: str, url: str, content: bytes | None, headers: dict[str, str]) -> Reply:
    """One HTTP request; an error status is a reply like any other, a redirect is not followed."""
    request = urllib.request.Request(url, data=content, headers=headers, method=method)
    try:
        with _OPENER.open(request, timeout=_CALL_SECONDS) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Reply(refusal.code, refusal.headers, refusal.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


@contextmanager
def an_emulator(folder: Path) -> Iterator[Emulator]:
    """An emulator without the product, with a home in a folder."""
    home = Home(folder)
    home.make()
    MINISTACK.install(home)
    emulator = Emulator(home, free_port())
    try:
        emulator.start()
        yield emulator
    finally:
        emulator.kill()


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
