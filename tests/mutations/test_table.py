"""The mutations name what is there: each text in its file once, and tests that exist. Whether these
fail is found out by `make mutations`."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.mutations.mutation import Mutation
from tests.mutations.table import MUTATIONS

ROOT = Path(__file__).parents[2]

each_mutation = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)


@cache
def names(path: str) -> set[str]:
    """Of all functions and classes of a file."""
    tree = ast.parse((ROOT / path).read_text())
    return {
        each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.ClassDef)
    }


def test_have_names_of_their_own() -> None:
    assert [
        name for name, times in Counter(each.name for each in MUTATIONS).items() if times > 1
    ] == []


@each_mutation
def test_change_a_text_that_stands_once_in_its_file(mutation: Mutation) -> None:
    for change in mutation.changes:
        text = (ROOT / change.path).read_text()

        assert text.count(change.old) == 1, f"{change.path}: {change.old}"
        ast.parse(text.replace(change.old, change.new))


@each_mutation
def test_are_noticed_by_tests_that_exist(mutation: Mutation) -> None:
    assert mutation.tests
    for test in mutation.tests:
        path, *nodes = test.partition("[")[0].split("::")

        assert set(nodes) <= names(path), test
