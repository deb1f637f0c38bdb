"""docs/data-model.md names every table, index and kind of key that there is."""

import re
from collections.abc import Iterator

import pytest

from tools import templates
from tools.templates import REPOSITORY

PAGE = (REPOSITORY / "docs" / "data-model.md").read_text(encoding="utf-8")
TABLES = templates.resources(templates.load("infra/data.yaml"), "AWS::DynamoDB::Table")
LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"

_PARTITION = re.compile(r"\{self\.(?:workspace|_pk)\}(#[a-z]+)")
"""The end of f"{self.workspace}#email": a partition of a workspace."""
_PREFIX = re.compile(r'f"([a-z]+#)\{')
"""The beginning of f"day#{day}": a sort key, or a partition of all workspaces."""
_LISTED = re.compile(r'"prefix": "([a-z]+_)"')
"""What a query of a partition with many kinds of items looks for."""


def key_shapes() -> Iterator[str]:
    for path in sorted(LIBRARY.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "kit.aws.dynamodb import" in source or path.name == "meter.py":
            for shape in (_PARTITION, _PREFIX, _LISTED):
                yield from shape.findall(source)


SHAPES = sorted(set(key_shapes()))


def indexes() -> list[str]:
    return [
        index["IndexName"]
        for table in TABLES.values()
        for index in table["Properties"].get("GlobalSecondaryIndexes", [])
    ]


class TestPage:
    @pytest.mark.parametrize("table", TABLES)
    def test_names_every_table(self, table: str) -> None:
        name = table.removesuffix("Table").lower()

        assert re.search(rf"^## .*\b{name} table\b", PAGE, re.MULTILINE | re.IGNORECASE)

    @pytest.mark.parametrize("index", indexes())
    def test_describes_every_index(self, index: str) -> None:
        assert f"Index **{index}**" in PAGE
        assert f"Query index {index} `{index}_pk = " in PAGE

    @pytest.mark.parametrize("shape", SHAPES)
    def test_names_every_kind_of_key(self, shape: str) -> None:
        named = f"`ws{shape}`" if shape.startswith("#") else f"`{shape}"

        assert named in PAGE or f'"{shape}"' in PAGE

    def test_looks_where_the_keys_are(self) -> None:
        assert {"#email", "#feed", "count#", "day#", "key#", "running#", "mbx_"} <= set(SHAPES)
