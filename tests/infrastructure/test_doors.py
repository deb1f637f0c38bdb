"""A domain is entered through its service, or through a module that pyproject.toml names a door."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
SHARED = {"access", "entities", "kit"}
"""Below all domains."""
OPEN = {"service", "schemas", "models", "errors", "wiring"}
EVENTS = {"outrider.events.catalogue", "outrider.events.envelope"}
"""Names and shape of every event."""


def doors() -> dict[str, list[str]]:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        named: dict[str, list[str]] = tomllib.load(file)["tool"]["outrider"]["doors"]
    return named


def imported(path: Path) -> Iterator[str]:
    """The modules of the library that a file imports, at its top or within a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for name in node.names:
            inner = f"{node.module}.{name.name}"
            yield inner if _file_of(inner).exists() else node.module


def _file_of(module: str) -> Path:
    return LIBRARY.parent.joinpath(*module.split(".")).with_suffix(".py")


def crossings() -> dict[str, list[str]]:
    """Inner modules of a domain that others import, and which do."""
    found = defaultdict(list)
    for path in LIBRARY.rglob("*.py"):
        domain = path.relative_to(LIBRARY).parts[0]
        if path.stem == "wiring":
            continue
        for module in imported(path):
            root, other, *rest = [*module.split("."), ""]
            if root != "outrider" or other in {*SHARED, domain} or module in EVENTS:
                continue
            if module.rpartition(".")[2] not in OPEN:
                found[f"{other}.{'.'.join(rest)}".rstrip(".")].append(
                    f"{path.relative_to(LIBRARY)}"
                )
    return dict(found)


def test_no_domain_is_entered_beside_its_doors() -> None:
    named = {f"{domain}.{module}" for domain, modules in doors().items() for module in modules}

    assert {module: by for module, by in crossings().items() if module not in named} == {}


def test_every_door_is_used() -> None:
    named = {f"{domain}.{module}" for domain, modules in doors().items() for module in modules}

    assert named - crossings().keys() == set()
