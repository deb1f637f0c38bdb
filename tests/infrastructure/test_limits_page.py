"""docs/limits.md names each bound as the code has it."""

import re
from importlib import import_module

import pytest

from tools.templates import REPOSITORY

_ROW = re.compile(r"^\|(?P<what>.+?)\|(?P<bound>.+?)\|.+\| `(?P<constant>[\w.]+)` \|$", re.M)
ROWS = [
    pytest.param(row["constant"], row["bound"].strip(), id=row["constant"])
    for row in _ROW.finditer((REPOSITORY / "docs" / "limits.md").read_text(encoding="utf-8"))
]


def test_has_rows() -> None:
    assert ROWS


@pytest.mark.parametrize(("constant", "bound"), ROWS)
def test_tells_what_the_code_has(constant: str, bound: str) -> None:
    module, _, name = constant.rpartition(".")
    assert bound == f"{getattr(import_module(module), name):,}"
