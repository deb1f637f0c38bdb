"""Suggestions: the likely name, and little work whatever is asked."""

import time

import pytest

from outrider.kit.text.suggestions import closest, did_you_mean

FIELDS = (
    *("email", "first_name", "last_name", "linkedin_url", "company_id", "company_name", "tags"),
    "mailbox_pool",
)


class TestClosest:
    @pytest.mark.parametrize(
        ("word", "meant"),
        [
            ("firstName", "first_name"),
            ("FIRST-NAME", "first_name"),
            ("linkedin", "linkedin_url"),
            ("pool", "mailbox_pool"),
            ("name", None),
            ("e-mail", "email"),
            ("mail", "email"),
            ("fist_name", "first_name"),
            ("tag", "tags"),
            ("favourite_colour", None),
            ("", None),
            ("___", None),
        ],
    )
    def test_is_the_name_that_is_meant(self, word: str, meant: str | None) -> None:
        assert closest(word, FIELDS) == meant

    def test_asks_nothing_where_the_name_is_right(self) -> None:
        assert did_you_mean("email", FIELDS) == ""
        assert did_you_mean("mail", FIELDS) == ". Did you mean email?"

    @pytest.mark.parametrize("word", ["a" * 1_000_000, "first_name" * 100_000, "ab" * 32])
    def test_costs_little_for_a_hostile_name(self, word: str) -> None:
        known = [f"{'ab' * 20}_{number}" for number in range(40)]
        began = time.process_time()

        closest(word, known)

        assert time.process_time() - began < 0.25
