"""The layer of dependencies has what the code calls, and no more: botocore makes no client of a
service whose description was pruned, and nothing but the built layer would notice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.templates import REPOSITORY

MAKEFILE = REPOSITORY / "layers" / "dependencies" / "Makefile"
LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
MAKES_CLIENTS = LIBRARY / "kit" / "aws" / "clients.py"


def kept() -> set[str]:
    found = re.search(r"^AWS_SERVICES := (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return set(found[1].split())


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def sources() -> list[Path]:
    return [*LIBRARY.rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]


def clients() -> set[str]:
    """The services of every `aws.client("…")`."""
    found = set()
    for path in sources():
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "client":
                (service,) = call.args
                assert isinstance(service, ast.Constant), f"{path}: which service is this?"
                found.add(str(service.value))
    return found


class TestServices:
    def test_are_those_of_the_clients(self) -> None:
        assert kept() == clients()

    def test_are_called_through_one_place(self) -> None:
        makers = {
            path
            for path in sources()
            for call in calls(path)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "create_client"
        }

        assert makers == {MAKES_CLIENTS}
