"""The forms of other products translate, and decide nothing: what they import shows it."""

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import routes
from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider" / "surfaces"
MOST_STATEMENTS = 6
OF_A_FUNCTION = re.compile(
    r"outrider\.(access\.admission|kit\.(errors|http\.\w+|settings)|surfaces\.[\w.]+"
    r"|[\w.]+(models|schemas|wiring|search\.filters))"
)
"""What an app.py may import: routing, requests, and the doors of services."""
OF_A_FORM = re.compile(
    r"outrider\.(kit(?!\.aws)(\.\w+)*|surfaces\.[\w.]+|access\.(models|errors)"
    r"|[\w.]+\.(errors|models|schemas|wiring|offsets|filters))"
)
"""What a form may import: no repository, and nothing of AWS."""


def imported(path: Path) -> set[str]:
    """The modules of the library that a file imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    packages = {"outrider.kit", "outrider.surfaces.autoreach", "outrider.surfaces.outreachpilot"}
    return {module for module in modules if module.startswith("outrider")} - packages


@pytest.mark.parametrize("name", routes.surfaces())
class TestFunctions:
    def test_import_services_and_no_rules(self, name: str) -> None:
        modules = imported(REPOSITORY / "functions" / name / "app.py")

        assert {each for each in modules if not OF_A_FUNCTION.fullmatch(each)} == set()

    def test_have_handlers_of_a_few_lines(self, name: str) -> None:
        long = {
            route.handler.__name__
            for route in routes.surfaces()[name].routes
            if _statements(route.handler) > MOST_STATEMENTS
        }

        assert long == set()


def _statements(handler: Callable[..., Any]) -> int:
    """How many statements a handler has, without its head and its docstring."""
    function = ast.parse(inspect.getsource(handler))
    return sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 2


@pytest.mark.parametrize(
    "path",
    sorted(path for path in LIBRARY.rglob("*.py") if path.stem != "wiring"),
    ids=lambda path: str(path.relative_to(LIBRARY)),
)
def test_forms_read_and_write_nothing(path: Path) -> None:
    assert {each for each in imported(path) if not OF_A_FORM.fullmatch(each)} == set()
