"""Job titles: seniority and departments of real titles in several languages."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.qualification.titles import SENIORITIES, read_title

with (Path(__file__).parent / "titles.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file, delimiter=";"))


def test_has_enough_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_reads_a_title(case: dict[str, str]) -> None:
    title = read_title(case["title"])

    assert (title.seniority or "", sorted(title.departments)) == (
        case["seniority"],
        case["departments"].split(),
    )


class TestSeniorities:
    def test_a_founder_with_an_office_is_both(self) -> None:
        assert read_title("Co-Founder & CTO").seniorities == {"founder", "c_level"}

    def test_one_who_manages_seniors_is_no_senior(self) -> None:
        assert read_title("Senior Director").seniorities == {"director"}


@given(st.text(max_size=2_000))
def test_reads_anything(text: str) -> None:
    title = read_title(text)

    assert title.seniority is None or title.seniority in SENIORITIES


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case["title"])
def test_case_and_spaces_make_no_difference(case: dict[str, str]) -> None:
    assert read_title(f"  {case['title'].upper()}\t") == read_title(case["title"])
