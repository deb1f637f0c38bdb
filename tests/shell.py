"""Commands of pages for operators: `aws` commands as calls of botocore, whose service models say
which options there are."""

import json
import re
import shlex
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.session import get_session

from tools.templates import REPOSITORY

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_KEPT = re.compile(r"(?P<kept>[A-Z]+)=\$\((?P<command>.+)\)", re.DOTALL)
_VARIABLE = re.compile(r"\$([A-Z]+)\b")
_OF_THE_CLI = {"query", "output", "cli-binary-format", "cli-read-timeout"}
OPERATORS_PAGES = tuple(
    REPOSITORY / "docs" / f"{name}.md"
    for name in ("deploy", "operations", "upgrades", "backups", "alarms", "costs", "scale")
)
"""Pages whose commands tests/e2e/test_operators_pages.py runs, each of them."""
ONLY_AWS = re.compile(r"# AWS only: .+")
NIGHTLY = "# Nightly: takes minutes"
"""Begins a command that tests/e2e/test_deploying.py runs."""


@dataclass(frozen=True, slots=True)
class Command:
    """Block of a page. `mark` says why `make test` does not run it, else it is empty; `kept` is the
    variable that its output is kept in, else empty."""

    text: str
    mark: str
    kept: str

    @property
    def nightly(self) -> bool:
        """Whether a test runs it that takes minutes."""
        return self.mark == NIGHTLY

    @property
    def program(self) -> str:
        return self.text.split()[0]

    def make(self, known: Mapping[str, str]) -> list[str]:
        """Return the words of a command of make. Raises KeyError for an unknown variable."""
        words = shlex.split(self.text, comments=True)
        return [_VARIABLE.sub(lambda found: known[found[1]], word) for word in words]

    def aws(self, known: Mapping[str, str]) -> "AwsCall":
        """Return the call of an `aws` command, with "1" for variables that are not known. Raises
        AssertionError for options that the operation does not have."""
        text = _VARIABLE.sub(lambda found: known.get(found[1], "1"), self.text)
        words = shlex.split(text.partition(" > ")[0])
        return AwsCall.of(words[1:])


@dataclass(frozen=True, slots=True)
class AwsCall:
    """Operation of a service with its parameters; `waiter` is the name of a waiter instead."""

    service: str
    operation: str
    params: dict[str, Any]
    query: str = ""
    waiter: str = ""

    @classmethod
    def of(cls, words: list[str]) -> "AwsCall":
        service, command, *rest = words
        service = {"s3api": "s3"}.get(service, service)
        model = get_session().get_service_model(service)
        waiter = ""
        if (service, command) == ("lambda", "invoke"):
            rest.pop()  # the file that the answer is written to
        if command == "wait":
            waiter, *rest = rest
            config = get_session().get_waiter_model(service).get_waiter(_camel(waiter))
            name = config.operation
        else:
            names = {xform_name(each, "-"): each for each in model.operation_names}
            assert command in names, f"aws {service} has no {command}"
            name = names[command]
        operation = model.operation_model(name)
        options = dict(_options(rest))
        query = options.get("query", [""])[0]
        params = {
            member: _value(shape, options.pop(option))
            for option, (member, shape) in _members(operation).items()
            if option in options
        }
        unknown = options.keys() - _OF_THE_CLI
        assert not unknown, f"aws {service} {command} has no option {unknown}"
        if query:
            jmespath.compile(query)
        missing = set(operation.input_shape.required_members if operation.input_shape else ())
        assert missing <= params.keys(), f"{command} needs {missing - params.keys()}"
        return cls(service, xform_name(name), params, query, waiter)

    def run(self, client: Callable[[str], Any]) -> Any:
        """Return what the CLI would print, before it is formatted."""
        answer = getattr(client(self.service), self.operation)(**self.params)
        if "Payload" in answer:
            return json.loads(answer["Payload"].read())
        return jmespath.search(self.query, answer) if self.query else answer


def commands(page: Path) -> Iterator[Command]:
    """Yield the commands of a page: one for each block, or for each line of `make`."""
    for _, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        text = textwrap.dedent(block).strip()
        mark = ""
        if text.startswith("#"):
            mark, _, text = text.partition("\n")
            assert mark == NIGHTLY or ONLY_AWS.fullmatch(mark), f"{mark} is no mark of {text}"
        text = text.replace("\\\n", " ")
        kept = _KEPT.fullmatch(text)
        if kept:
            yield Command(kept["command"], mark, kept["kept"])
        else:
            for line in text.splitlines() if text.startswith("make ") else [text]:
                yield Command(line, mark, "")


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each option with its values; words before the first option have the name ""."""
    name, values = "", list[str]()
    for word in words:
        if word.startswith("--"):
            if name or values:
                yield name, values
            name, values = word[2:], []
        else:
            values.append(word)
    if name or values:
        yield name, values


@cache
def _members(operation: OperationModel) -> dict[str, tuple[str, Shape]]:
    shape = operation.input_shape
    return {xform_name(name, "-"): (name, each) for name, each in shape.members.items()}


def _value(shape: Shape, words: list[str]) -> Any:
    """Return the value of an option, as the CLI reads it from its words."""
    match shape.type_name:
        case "boolean":
            assert words == [], f"an option without a value has {words}"
            return True
        case "integer" | "long":
            return int(words[0])
        case "list":
            return [_value(shape.member, [word]) for word in words]
        case "structure" if "=" in words[0]:
            return dict(part.split("=", 1) for part in words[0].split(","))
        case "structure":
            return {"of": words}  # a file, which only commands name that nobody runs
        case _:
            (word,) = words
            file = word.removeprefix("file://")
            return (REPOSITORY / file).read_text(encoding="utf-8") if file != word else word


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
