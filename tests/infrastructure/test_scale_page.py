"""docs/scale.md has the stages in the order in which they bind."""

import re

from bench import load_model
from bench.load_model import PAGE, Size, Units


def test_stages_are_those_of_the_model() -> None:
    """Otherwise run `python -m bench.load_model`."""
    text = PAGE.read_text(encoding="utf-8").partition("<!-- model -->")[2].partition("<!-- end")[0]
    named = [each.strip() for each in re.findall(r"^\| ([a-z][^|]+)\|", text, re.MULTILINE)]

    _, *stages = named
    found = load_model.stages(Size(1_000, 1_000_000, 14), Units.measured())
    assert stages == [each.name for each in found]


def test_a_higher_rate_of_the_provider_leaves_the_workers_as_the_next_limit() -> None:
    first, *_ = load_model.stages(Size(1_000, 1_000_000, 1_000), Units.measured())

    assert first.name == "steps"
