"""An operator at a terminal, who follows the pages for operators on the local stack."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from local.processed import STACK
from tests.curls import Curl, curls
from tests.e2e.running import REPOSITORY, LocalStack, eventually, send
from tests.shell import OPERATORS_PAGES, Command, commands

PAGES = {page.stem: page for page in OPERATORS_PAGES}
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_SECONDS = 300


def entered(
    words: list[str], endpoint: str, *, answers: str = "", seconds: int = _SECONDS, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a program in the repository, at a terminal that has an account of an emulator, and `more`
    variables. `answers` are what is typed when it asks."""
    if words[0] == "make":
        words = [words[0], "--old-file=.venv/.ready", *words[1:]]
    # A make that runs these tests hands its flags on, and then each make prints its folder.
    own = {name: it for name, it in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        words,
        cwd=REPOSITORY,
        env={**own, **_CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, **more},
        input=answers,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class Operator:
    """Person at a terminal; `known` are the variables of the shell, `created` is workspace.json."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.known: dict[str, str] = {"STACK": STACK}
        self.created: dict[str, str] = {}
        self.functions = ""

    def follow(self, name: str, wanted: Callable[[Command], bool] = lambda _: True) -> list[str]:
        """Run every command of a page that has no mark, or those that are `wanted`. Return what
        those of make printed."""
        page, printed_by_make = PAGES[name], []
        requests = iter(curls(page))
        for command in commands(page):
            if command.mark or not wanted(command):
                continue
            if command.program == "make":
                printed_by_make.append(self.make(command))
                continue
            curl = command.program == "curl"
            printed = self._call(next(requests)) if curl else self._run(command)
            if command.kept:
                self.known[command.kept] = str(printed)
        return printed_by_make

    def make(self, command: Command) -> str:
        """Return what a command of make printed. It must succeed."""
        words = command.make(self.known)
        words = [re.sub(r"--stack outrider(?![\w-])", f"--stack {STACK}", word) for word in words]
        done = self.process(words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def shell(self, text: str) -> str:
        """Return what a command of a shell printed, which knows variables and functions of the
        pages, and has the AWS CLI as far as the pages use it. It must succeed."""
        known = "".join(f"{name}='{value}'\n" for name, value in self.known.items())
        cli = f'aws() {{ {sys.executable} -m tests.aws_cli "$@"; }}\n'
        done = self.process(["bash", "-euc", f"{cli}{known}{self.functions}\n{text}"])
        assert done.returncode == 0, (text, done.stdout, done.stderr)
        return done.stdout

    def process(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program with the account and the home of the stack."""
        endpoint = self.stack.local["aws_endpoint_url"]
        return entered(words, endpoint, OUTRIDER_HOME=str(self.stack.home))

    def _run(self, command: Command) -> Any:
        if command.program == "admin()":
            self.functions = command.text
            return None
        if command.program == "until":
            return self.shell(command.text)
        if command.program == "jq":
            name = command.text.split()[2].removeprefix(".")
            return self.created[name] if name in self.created else int(time.time() - 3600) * 1000
        text = re.sub(r"\boutrider\b", STACK, command.text)
        call = Command(text, "", "").aws(self.known)
        printed = call.run(self.stack.client)
        if call.operation == "invoke":
            self.created = self.created or printed
        if command.kept == "BASE":
            return self.stack.local["base_url"]  # the gateway, for the API's own name is AWS's
        return printed

    def _call(self, curl: Curl) -> Any:
        asked = curl.request(self.known)

        def as_shown() -> Any:
            reply = send(asked.method, asked.url, asked.body, asked.headers)
            assert reply.status < 300 or reply.status == 429, (curl.command, reply.body)
            seen["differences"] = curl.differences(reply.json)
            return reply.json if reply.status < 300 and not seen["differences"] else None

        seen: dict[str, list[str]] = {}
        answer = eventually(as_shown)
        assert answer, (curl.command, seen)
        return answer.get(curl.filter.removeprefix("."))
