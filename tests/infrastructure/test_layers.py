"""The layer of dependencies has what the code calls, and no more: botocore makes no client of a
service whose description was pruned, and nothing but the built layer would notice."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tools.templates import REPOSITORY

MAKEFILE = REPOSITORY / "layers" / "dependencies" / "Makefile"
LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
MAKES_CLIENTS = LIBRARY / "kit" / "aws" / "clients.py"


def kept() -> set[str]:
    found = re.search(r"^AWS_SERVICES := (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return set(found[1].split())


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield node


def sources() -> list[Path]:
    return [*LIBRARY.rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]


def clients() -> set[str]:
    """The services of every `client("…")` and `unsigned_client("…", …)`."""
    found = set()
    for path in sources():
        for call in calls(path):
            if _name(call) in ("client", "unsigned_client"):
                service = call.args[0]
                if isinstance(service, ast.Constant):
                    found.add(str(service.value))
                else:
                    assert path == MAKES_CLIENTS, f"{path}: which service is this?"
    return found


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


class TestServices:
    def test_are_those_of_the_clients(self) -> None:
        assert kept() == clients()

    def test_are_called_through_one_place(self) -> None:
        makers = {
            path
            for path in sources()
            if any(_name(call) == "create_client" for call in calls(path))
            or any(module.split(".")[0] == "boto3" for module in imports(path))
        }

        assert makers == {MAKES_CLIENTS}


@pytest.mark.parametrize(
    "module",
    [
        "boto3",  # before a client is made
        "outrider.kit.http.violations",  # before a request is refused
    ],
)
@pytest.mark.parametrize("function", ["contacts", "companies"])
def test_a_cold_start_does_not_import_what_few_requests_need(function: str, module: str) -> None:
    code = f"import sys, functions.{function}.app; print({module!r} in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "False"
