"""What holds for the cases of all three documents."""

from tests.contract.statements import statements_of
from tools import compatibility


def test_every_case_says_which_statement_it_carries_out() -> None:
    silent = [
        f"{module.__name__}::{name}"
        for module in compatibility.modules()
        for name, test in compatibility.cases(module)
        if not statements_of(test)
    ]

    assert silent == []


def test_a_statement_stands_in_one_row_of_its_case() -> None:
    found = [row for module in compatibility.modules() for row in compatibility.rows(module)]

    assert len(set(found)) == len(found)


def test_the_page_is_up_to_date() -> None:
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.render()
