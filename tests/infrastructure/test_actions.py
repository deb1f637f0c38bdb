"""A function whose name ends in `_action` or `_actions` describes writes, and no other does: so a
write that is described, but never done, can be seen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.templates import REPOSITORY

_FOLDERS = ("layers/outrider", "functions", "local", "tools", "bench", "tests")
_SUFFIX = re.compile(r"_actions?$")
_CONTAINERS = {"list", "tuple", "Sequence", "Many", "Iterable", "Iterator", "Generator"}
_BUILDERS = {"or_raise"}
"""Methods of Action itself: they return the action that they are called on."""


def sources() -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from (REPOSITORY / folder).rglob("*.py")


def describes_writes(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name == "Action"
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=parts)):
            kinds = [part for part in parts if not isinstance(part, ast.Constant)]
            return name in _CONTAINERS and all(describes_writes(part) for part in kinds)
        case ast.Subscript(value=ast.Name(id=name), slice=part):
            return name in _CONTAINERS and describes_writes(part)
        case ast.BinOp(left=left, right=right):
            parts = [part for part in (left, right) if not isinstance(part, ast.Constant)]
            return all(describes_writes(part) for part in parts)
    return False


def misnamed(source: str) -> list[str]:
    """Functions that return writes without saying so in their name, or say so and do not."""
    return [
        f"{each.lineno}: {each.name}"
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.FunctionDef)
        and each.name not in _BUILDERS
        and not each.name.startswith("test_")
        and describes_writes(each.returns) != bool(_SUFFIX.search(each.name))
    ]


def undone(source: str) -> list[str]:
    """Calls that describe a write for nobody."""
    return [
        f"{each.lineno}: {ast.unparse(each)}"
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)
        if (name := getattr(each.value.func, "attr", getattr(each.value.func, "id", "")))
        if _SUFFIX.search(name) or name in _BUILDERS
    ]


@pytest.mark.parametrize("find", [misnamed, undone])
def test_names_say_whether_a_write_is_done_or_described(find: object) -> None:
    assert callable(find)
    found = {
        str(path.relative_to(REPOSITORY)): lines
        for path in sources()
        if (lines := find(path.read_text(encoding="utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("annotation", "describes"),
    [
        ("Action", True),
        ('"Action"', True),
        ("dynamodb.Action", True),
        ("Action | None", True),
        ("list[Action]", True),
        ("tuple[Action, ...]", True),
        ("Iterator[tuple[Action, Action | None]]", True),
        ("tuple[Enrollment, Sequence[Action]]", False),
        ("dict[str, Action]", False),
        ("None", False),
        ("Item | None", False),
    ],
)
def test_reads_annotations(annotation: str, describes: bool) -> None:
    source = f"def write() -> {annotation}: ..."

    assert misnamed(source) == (["1: write"] if describes else [])
    assert misnamed(source.replace("write", "write_action")) == (
        [] if describes else ["1: write_action"]
    )


@pytest.mark.parametrize(
    "statement", ["repository.add_action(it)", "end_actions(it)", "self.table.put(it).or_raise(No)"]
)
def test_sees_a_write_that_is_never_done(statement: str) -> None:
    assert undone(statement)
    assert not undone(f"transact({statement})")
