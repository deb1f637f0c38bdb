"""docs/costs.md and the README say what an idle deployment costs, as the templates give it, and
what emails cost, as the results give it."""

import re

import pytest

from bench import costs, prices
from tools.templates import REPOSITORY

NEARLY = 0.5
"""Dollars: a queue more, or five alarms."""


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("README.md", r"AWS bills about \$([\d.]+) a month"),
        ("docs/costs.md", r"<!-- idle -->.*?\| together +\| ([\d.]+) "),
    ],
)
def test_idle_cost_is_that_of_the_templates(page: str, said: str) -> None:
    """Otherwise run `python -m bench.costs`."""
    found = re.search(said, (REPOSITORY / page).read_text(encoding="utf-8"), re.DOTALL)

    assert found
    assert float(found[1]) == pytest.approx(sum(costs.idle().values()), abs=NEARLY)


def test_costs_of_emails_are_those_of_the_results() -> None:
    """Otherwise run `python -m bench.costs`, and correct the README."""
    page = (REPOSITORY / "docs" / "costs.md").read_text(encoding="utf-8")
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    said = re.search(r"A million emails cost about \$(\d+) beside SES", readme)

    assert costs.by_emails().strip() in page
    assert said
    million = 1_000_000 * sum(demand for demand, _ in costs.of_an_email().values())
    assert float(said[1]) == pytest.approx(million, abs=NEARLY)


def test_cost_of_an_email_is_read_from_the_results() -> None:
    demand, provisioned = (
        sum(each[place] for each in costs.of_an_email().values()) for place in (0, 1)
    )

    assert 5e-6 < provisioned < demand < 25e-6


def test_requests_to_kms_are_those_of_the_results() -> None:
    results = (REPOSITORY / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    page = (REPOSITORY / "docs" / "costs.md").read_text(encoding="utf-8")
    measured = re.search(r"\| KMS +\| ([\d.]+) ", results)
    said = re.search(r"KMS answers .* \$([\d.]+) a month more", page)

    assert measured
    assert said
    assert float(said[1]) == pytest.approx(float(measured[1]) - prices.KEY)
