"""The days on which people say they are back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.inbound.classification import words
from outrider.inbound.classification.return_date import back_on

RECEIVED = date(2026, 11, 28)
"""A Saturday."""
COUNTED = {"ja": "{0}月9日", "ko": "{0}월 9일", "zh": "{0}月9日", "vi": "9 tháng {0}"}
"""Where months have numbers."""


def said(text: str, month_first: bool | None = None) -> str:
    return str(back_on(words.fold(text), RECEIVED, month_first=month_first) or "-")


@pytest.mark.parametrize("language", words.sections())
def test_reads_each_month_of_each_language(language: str) -> None:
    sections = words.sections()[language]
    name = sections["out_of_office"][0].strip("()[]").replace("(", "").split("|")[0]
    lost = []
    for number, line in enumerate(sections["months"], start=1):
        month = (line.split(",")[0] if "," in line else line.split()[0]).strip("* ")
        day = COUNTED.get(language, "9 " + month).format(number)
        back = sections["back"][0].strip("*")
        text = f"{sections['courtesy'][0]}. {name} {back} {day}"
        expected = date(2026 if number in (11, 12) else 2027, number, 9)
        found = said(text)
        if found != ("-" if number == 11 else str(expected)):
            lost.append((text, found))

    assert not lost


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("I am out of the office until next Monday.", "2026-11-30"),
        ("I'm back in January", "2027-01-01"),
        ("I am away from Dec 1-5", "2026-12-06"),
        ("Out of office 30/11 to 4/12", "2026-12-05"),
        ("I am out of the office from 12/14 to 12/18 and again from 12/24 to 1/4", "2026-12-19"),
        ("I have been away since 1 September", "-"),
        ("I was away until 20 November", "-"),
        ("I will be back on 3 March 2031", "-"),
        ("Founded in 1999. I am out of the office. Call 030-12.34 or 555-12-34", "-"),
        ("Ich bin bis 31.12. nicht da, ab 4.1. wieder erreichbar", "2027-01-04"),
        ("Je suis absente du 1er au 12 décembre", "2026-12-13"),
        ("I'm out today and tomorrow, returning Tuesday", "2026-12-01"),
        ("I return on the 31st of November", "-"),
    ],
)
def test_reads_what_people_write(text: str, back: str) -> None:
    assert said(text) == back


@pytest.mark.parametrize(
    ("text", "month_first", "back"),
    [
        ("I'm out of the office until 12/1", True, "2026-12-01"),
        ("I'm out of the office until 12/1", False, "2027-01-12"),
        ("I'm out of the office until 12/1", None, "2026-12-01"),
        ("I'm out of the office until 1/12. Back 14/12", None, "2026-12-14"),
        ("Je suis absent jusqu'au 12/1", True, "2027-01-12"),
        ("Ich bin bis 12.1. im Urlaub", True, "2027-01-12"),
    ],
)
def test_reads_the_order_of_the_writers_place(
    text: str, month_first: bool | None, back: str
) -> None:
    assert said(text, month_first=month_first) == back


@given(
    st.lists(
        st.sampled_from(
            ["back on", "until", "from", "1.12.", "12/24/2026", "31/31", "monday", "2026-13-40",
             "29 february", "-", "dec 32", "tomorrow", "\n", "1999", "bis", "einschließlich", "4"]
        )
    )
)  # fmt: skip
def test_tells_no_day_that_cannot_be_meant(parts: list[str]) -> None:
    found = back_on(words.fold(" ".join(parts)), RECEIVED)

    assert found is None or RECEIVED <= found <= RECEIVED + timedelta(days=401)
