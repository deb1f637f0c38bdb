"""What of Liquid is taken, and in what time."""

import pytest

from outrider.kit import templates
from outrider.kit.templates import TemplateInvalid


class TestCheck:
    @pytest.mark.parametrize(
        "source", ["{{ a", "{% if a %}", "{% raw %}", "{{ a" + " " * 99 + "}}"]
    )
    def test_refuses_what_has_no_end(self, source: str) -> None:
        with pytest.raises(TemplateInvalid):
            templates.check(source)

    @pytest.mark.parametrize(
        "piece", ["{{", "{{ ", "{%", "{% raw %}", "{{-", "{{" + " " * 49 + "}}", "{% if a %}"]
    )
    def test_refuses_in_a_time_by_length(self, piece: str) -> None:
        """These took the library's lexer minutes."""
        with pytest.raises(TemplateInvalid):
            templates.check(piece * (50_000 // len(piece)))

    def test_leaves_what_is_raw(self) -> None:
        assert templates.render("{% raw %}{{ {%{% endraw %}", {}, "text") == "{{ {%"


class TestBounds:
    @pytest.mark.parametrize(
        "source",
        [
            "{{ (1..100000000) | join: 'aaaa' }}",
            "{% if (1..99999999999) contains 'a' %}a{% endif %}",
            "{% for i in (1..999999999) limit: 1 offset: 999999998 %}{{ i }}{% endfor %}",
            "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' " + "| base64_encode " * 110 + "}}",
            "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..12) %}{% assign x = x | append: x %}"
            "{% endfor %}{{ x | replace: 'a', x | size }}",
            "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..12) %}{% assign x = x | append: x %}"
            "{% endfor %}{{ (1..999) | join: x | size }}",
        ],
    )
    def test_no_template_takes_more_than_there_is(self, source: str) -> None:
        with pytest.raises(TemplateInvalid):
            templates.render(source, {}, "text")
