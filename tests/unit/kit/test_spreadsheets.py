from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.imports.columns.values import words_in
from outrider.kit.text.spreadsheets import cell, text_of

TEXTS = st.text(st.sampled_from("'=+-@ \t\"a,;|[{1"), max_size=6)


class TestCell:
    @given(TEXTS)
    def test_comes_back_as_it_was(self, text: str) -> None:
        written = cell(text)

        assert text_of(written) == text or text.startswith('="')
        assert not written.startswith(("=", "+", "-", "@"))

    @given(st.lists(st.text(st.sampled_from("'=\"a ,;|[1"), min_size=1, max_size=4), max_size=3))
    def test_has_all_words_of_a_list(self, words: list[str]) -> None:
        assert words_in(text_of(cell(words)).strip()) == [word for word in words if word]

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (None, ""),
            (True, "true"),
            (0.5, "0.5"),
            (-5, "-5"),
            ("-5", "'-5"),
            ("'=1", "''=1"),
            (["a", "b"], "a, b"),
            (["a, b", "c"], '["a, b","c"]'),
            ({"n": 1}, '{"n":1}'),
        ],
    )
    def test_shows_a_value(self, value: Any, written: str) -> None:
        assert cell(value) == written
