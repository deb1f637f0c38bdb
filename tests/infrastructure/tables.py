"""Tables of pages whose rows name places in the code and tests that hold them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"


@dataclass(frozen=True)
class Row:
    """A row whose first cell says what it is about, and whose last one which tests hold it."""

    about: str
    places: list[str]
    tests: list[str]
    untested: bool
    """With a dash: nothing here can be a test of it."""


def rows(page: str, header: str, *, places: int) -> Iterator[Row]:
    """Of the tables whose first column is called `header`; the column `places` names the code."""
    width = 0
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            width = 0
        elif cells[0] == header:
            width = len(cells)
        elif width and set(cells[0]) != {"-"}:
            assert len(cells) == width, line
            named = re.findall(r"`([^`]+)`", cells[places])
            yield Row(
                cells[0],
                [each for each in named if "/" in each or "." in each],
                re.findall(r"`([^`]+)`", cells[-1]),
                cells[-1].startswith("- "),
            )


def missing(row: Row) -> list[str]:
    """What a row names and is not there, or what it should name."""
    found = [] if row.places else ["a place"]
    found += [] if row.tests or row.untested else ["a test"]
    for place in row.places:
        if not (LIBRARY / place).exists() and not (REPOSITORY / place).exists():
            found.append(place)
    for test in row.tests:
        path, _, name = test.partition("::")
        if not (REPOSITORY / path).exists() or (name and name not in _names(REPOSITORY / path)):
            found.append(test)
    return found


@cache
def _names(path: Path) -> set[str]:
    """Of its classes and functions."""
    kinds = ast.ClassDef | ast.FunctionDef
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
