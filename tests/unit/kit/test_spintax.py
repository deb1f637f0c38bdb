"""Choosing among the ways to say something."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.text import templates
from outrider.kit.text.spintax import fold, spin, unbalanced
from outrider.kit.text.templates import TemplateInvalid

PIECES = (
    *("{", "|", "}", "\\", "a", " ", "{{", "%}"),
    *("{{ x }}", "{{ '|}' }}", "{% if x %}", "{% else %}", "{% endif %}", "{% assign y = 1 %}"),
    *("{% for i in (1..2) %}", "{% endfor %}", "{%- raw -%}{a|b}{% endraw %}"),
    *("{% comment %}{", "{% endcomment %}"),
)
sources = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
words = st.text("abcdefg ", min_size=1, max_size=5)


def every(source: str) -> set[str]:
    return {spin(source, str(seed)) for seed in range(60)}


class TestSpin:
    def test_chooses_among_the_options_also_of_options(self) -> None:
        assert every("{Hi|Hello {there|friend}}!") == {"Hi!", "Hello there!", "Hello friend!"}

    def test_an_option_may_say_nothing(self) -> None:
        assert every("Hi{| there}") == {"Hi", "Hi there"}

    @pytest.mark.parametrize(
        "source",
        ["p {color: red}", "{{ a | default: '}|{' }}", "{% raw %}{a|b}{% endraw %}", "a|b", "}a{"],
    )
    def test_leaves_what_is_no_spintax(self, source: str) -> None:
        assert every(source) == {source}

    def test_a_backslash_takes_the_meaning(self) -> None:
        spun = every(r"{a\|b\}|c\\} C:\dir\{{ x }}")

        assert spun == {r"a|b} C:\dir\{{ x }}", r"c\ C:\dir\{{ x }}"}

    def test_a_brace_that_is_meant_begins_no_liquid(self) -> None:
        for source in (r"\{\{ x }}", r"{\{ x }}", r"{\{|b}%"):
            assert templates.render(spin(source, ""), {}, "text").startswith("{")

    def test_options_have_whole_blocks_or_none(self) -> None:
        source = "{{% if x %}a|b{% endif %}|c}"
        assert every(f"{source[0]} {source[1:]}") == {" {% if x %}a|b{% endif %}", "c"}

        crossed = "{% if x %}{a|b{% else %}c}{% endif %}"
        assert every(crossed) == {crossed}
        assert unbalanced(crossed) == ["{a|b{% else %}c}{% endif %}"]

    @given(st.lists(words, min_size=2, max_size=4), words, words)
    def test_says_one_of_the_options(self, options: list[str], before: str, seed: str) -> None:
        spun = spin(f"{before}{{{'|'.join(options)}}}.", seed)

        assert spun in [f"{before}{option}." for option in options]

    @given(sources, words)
    def test_breaks_no_template_and_says_the_same_again(self, source: str, seed: str) -> None:
        spun = spin(source, seed)

        assert spin(source, seed) == spun
        try:
            templates.check(source)
        except TemplateInvalid:
            return
        templates.check(spun)

    def test_spreads_evenly(self) -> None:
        counts = Counter(spin("{a|b|c}", f"enr_{number}/stp_1/text") for number in range(3_000))

        assert all(900 < count < 1_100 for count in counts.values())

    def test_takes_time_by_length(self) -> None:
        """It ends at all: by nothing of this does the time grow with the square of the length."""
        for piece in ("{a|", "\\", "{%if%}", "{{", "{% endif %}", "{% raw %}"):
            spin(piece * 30_000, "")


class TestFold:
    def test_gives_what_is_made_of_each_group(self) -> None:
        longest = fold("{Hi|Hello {there|you}}", lambda _, options: max(options, key=len))

        assert longest == "Hello there"


class TestUnbalanced:
    def test_names_groups_without_an_end(self) -> None:
        assert unbalanced("p {color: red} {Hi|Hello there") == ["{Hi|Hello there"]
        assert unbalanced("{Hi|Hello} {") == []
