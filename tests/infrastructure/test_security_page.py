"""docs/security.md names who may try what, where that stops and which test holds it: what the rows
name is there."""

import re

import pytest

from tests.infrastructure.tables import Row, missing, rows
from tools.templates import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = list(rows(PAGE, "tries", places=1))


class TestPage:
    def test_has_a_table_for_each_who_may_try_something(self) -> None:
        _, *parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
        sections = dict(zip(parts[::2], parts[1::2], strict=True))
        del sections["What is not promised"]

        assert [who for who, text in sections.items() if "| tries |" not in text] == []

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.about[:40])
    def test_names_places_and_tests_that_are_there(self, row: Row) -> None:
        assert missing(row) == []
