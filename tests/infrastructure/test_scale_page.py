"""docs/scale.md has the stages in the order in which they bind, with the numbers of the model."""

from bench import load_model
from bench.load_model import PAGE, Size, Units


def test_table_is_that_of_the_model() -> None:
    """Otherwise run `python -m bench.load_model`."""
    table = load_model.table(Size(1_000, 1_000_000, 14), Units.measured())

    assert table.strip() in PAGE.read_text(encoding="utf-8")


def test_a_higher_rate_of_the_provider_leaves_the_workers_as_the_next_limit() -> None:
    first, *_ = load_model.stages(Size(1_000, 1_000_000, 1_000), Units.measured())

    assert first.name == "steps"
