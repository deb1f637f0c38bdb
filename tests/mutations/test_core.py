"""The rules name modules and tests that exist. Whether the tests notice is for `make mutants`."""

import importlib.util
from pathlib import Path

import pytest

from tests.mutations.core import RULES, Rule
from tools.mutators import mutants_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_are_there_with_their_tests(rule: Rule) -> None:
    assert all(importlib.util.find_spec(module) for module in rule.modules)
    files = {test.partition("::")[0] for test in rule.tests}
    assert [file for file in sorted(files) if not (ROOT / file).exists()] == []


def test_have_a_mutant_for_each_comparison_and_condition() -> None:
    texts = {str(each).partition(": ")[2] for each in mutants_of("outrider.kit.outbound.networks")}

    assert "address in network -> address not in network" in texts
    assert "'10.0.0.0/8' -> '10.0.0.0/8X'" in texts
