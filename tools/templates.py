"""CloudFormation templates as plain data: functions, endpoints, and tags as `Fn::…` objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_ROUTE = "$default"


@dataclass(frozen=True, slots=True)
class Event:
    """Event source of a function; `kind` is SAM's event type."""

    name: str
    kind: str
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """Function of the template; `name` is its folder under functions/."""

    logical_id: str
    name: str
    properties: dict[str, Any]

    @property
    def events(self) -> list[Event]:
        return [
            Event(name, event["Type"], event.get("Properties", {}))
            for name, event in self.properties.get("Events", {}).items()
        ]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route of the HTTP API; the catch-all has the path `$default` and the method ANY."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"

    @property
    def is_greedy(self) -> bool:
        """Whether its last parameter takes the rest of the path."""
        return self.path.endswith("+}")


def load(path: str) -> dict[str, Any]:
    """Return the template at a path relative to the repository."""
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with CloudFormation's tags
    return loaded


@cache
def main() -> dict[str, Any]:
    return load("template.yaml")


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of one type, by logical id."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def functions() -> list[Function]:
    return [
        Function(
            logical_id,
            resource["Properties"]["CodeUri"].removeprefix("functions/").rstrip("/"),
            resource["Properties"],
        )
        for logical_id, resource in resources(main(), "AWS::Serverless::Function").items()
    ]


def statements(function: Function) -> Iterator[dict[str, Any]]:
    """Yield the IAM statements of a function: its own, and those of managed policies in the
    template."""
    managed = resources(main(), "AWS::IAM::ManagedPolicy")
    for policy in function.properties.get("Policies", []):
        shared = managed[policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else None
        yield from (shared or policy)["Statement"]


def endpoints() -> list[Endpoint]:
    return list(_endpoints())


def _endpoints() -> Iterator[Endpoint]:
    for function in functions():
        for event in function.events:
            if event.kind == "HttpApi":
                method = event.properties.get("Method", "ANY").upper()
                yield Endpoint(method, event.properties.get("Path", DEFAULT_ROUTE), function.name)


class _Loader(yaml.CSafeLoader):
    """YAML loader that reads `!Tag value` as `{"Fn::Tag": value}`."""


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)
