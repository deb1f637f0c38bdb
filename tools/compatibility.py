"""Generator of docs/compatibility.md: `python -m tools.compatibility [--check]`.

It lists what each of the three API documents says, with the test that carries it out, from the
statements in tests/contract/. With --check it writes nothing, and fails if the page is out of date.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

from tests.contract.statements import Document, NotApplicable, statements_of
from tools.templates import REPOSITORY

PAGE = REPOSITORY / "docs" / "compatibility.md"
CONTRACT = REPOSITORY / "tests" / "contract"

_INTRODUCTION = """\
# Compatibility with other products' clients

Written by `python -m tools.compatibility` from `tests/contract/`. A client that was written for one
of these products works with Outrider once its host and its key are replaced.

Each row is one statement of the product's API document, with the test case that checks it. `make
test` runs every case over HTTP on the local stack: the deployed template.yaml with its functions,
tables, queues and state machines. Every statement is one of these:

- **supported**: the case passes. Where the document does not say how something works in detail, the
  row adds how Outrider settles it.
- **not applicable**: the statement is about web pages or the other company, or is advice to its
  readers. The row says what Outrider has instead."""
_HEAD = "| the document says | case | result |\n|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """A statement and its case, `test_module.py::TestClass::test_name`; empty if there is none."""

    document: str
    section: str
    text: str
    case: str
    result: str


def modules() -> list[ModuleType]:
    """Return the modules with cases, by name."""
    names = sorted(path.stem for path in CONTRACT.glob("test_*.py"))
    return [importlib.import_module(f"tests.contract.{name}") for name in names]


def cases(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the tests of a module with their names, in the order of the file."""
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__:
            for test, function in vars(value).items():
                if test.startswith("test_"):
                    yield f"{name}::{test}", function


def rows(module: ModuleType) -> Iterator[Row]:
    """Yield the rows of a module: of its cases, then of `NOT_APPLICABLE`."""
    file = f"{module.__name__.rpartition('.')[2]}.py"
    for name, test in cases(module):
        for each in statements_of(test):
            result = f"supported. Settled as: {each.settled}" if each.settled else "supported"
            yield Row(each.document, each.section, each.text, f"{file}::{name}", result)
    others: tuple[NotApplicable, ...] = getattr(module, "NOT_APPLICABLE", ())
    for other in others:
        reason = f"not applicable. {other.reason}"
        yield Row(other.document, other.section, other.text, "", reason)


def render() -> str:
    """Return the page as Markdown: a table for each section of each document."""
    found = [row for module in modules() for row in rows(module)]
    parts = [_INTRODUCTION]
    for document in get_args(Document):
        of_document = [row for row in found if row.document == document]
        if not of_document:
            continue
        parts.append(f"## {document}")
        for section in sorted({row.section for row in of_document}, key=_places(document).index):
            lines = [_line(row) for row in of_document if row.section == section]
            parts.append("\n".join([f"### {document}: {section}\n", _HEAD, *lines]))
    return "\n\n".join(parts) + "\n"


def _places(document: str) -> list[str]:
    """Return the sections of a document, in their order: `SECTIONS` of the modules about it."""
    about = [each for each in modules() if any(row.document == document for row in rows(each))]
    return [section for module in about for section in getattr(module, "SECTIONS", ())]


def _line(row: Row) -> str:
    case = f"`{row.case}`" if row.case else ""
    return f"| {_cell(row.text)} | {case} | {_cell(row.result)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        PAGE.write_text(render(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != render():
        print(f"{PAGE.name} is out of date: run python -m tools.compatibility", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
