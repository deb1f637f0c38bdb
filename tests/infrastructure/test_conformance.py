"""Exceptions from the conformance suite of MCP, and the pages that name them."""

import re

import pytest

from tests.conformance.suite import REVISIONS, Exceptions
from tools.templates import REPOSITORY


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(
    ("server", "page", "mark"),
    [("product", "mcp.md", "| excepted: "), ("reference", "testing.md", "| of the adapter: ")],
)
def test_exceptions_stand_on_the_page(server: str, page: str, mark: str, revision: str) -> None:
    """By their scenario, or by its first words followed by "…"."""
    column = REVISIONS.index(revision) + 2
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    rows = [row.split("|") for row in text.splitlines() if row.startswith(mark)]
    named = " ".join(row[column] for row in rows)
    patterns = [re.escape(name).replace("…", ".+") for name in re.findall(r"`([^`]+)`", named)]
    scenarios = {name.partition(":")[0] for name in Exceptions.read(server, revision).reasons}

    assert scenarios
    assert [each for each in scenarios if not re.fullmatch("|".join(patterns), each)] == []
