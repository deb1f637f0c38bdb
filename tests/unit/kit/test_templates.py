"""What of Liquid is taken, and in what time."""

from typing import ClassVar

import pytest

from outrider.kit.text import templates
from outrider.kit.text.templates import TemplateInvalid


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

    def test_says_how_a_name_with_blanks_is_written(self) -> None:
        for source in ("{{ custom.Deal Stage }}", "{% if custom.Deal Stage == 'x' %}a{% endif %}"):
            with pytest.raises(TemplateInvalid, match=r"is written custom\['Deal Stage'\]"):
                templates.check(source)
        templates.check("{{ custom['Deal Stage'] }}")

    def test_leaves_what_is_raw(self) -> None:
        assert templates.render("{% raw %}{{ {%{% endraw %}", {}, "text") == "{{ {%"


class TestMissingValues:
    """Of a contact that has none but these."""

    VALUES: ClassVar = {"first_name": "Ada", "tags": ["x"], "custom": {"empty": ""}}

    @pytest.mark.parametrize(
        "condition",
        [
            *("last_name", "last_name != blank", "last_name != nil", "last_name != empty"),
            *("last_name != ''", "last_name == 'x'", "last_name contains 'x'", "score > 5"),
            *("5 > score", "score <= 5", "tags contains title", "first_name == last_name"),
            *("first_name and last_name", "last_name or title", "custom.plan.level == 'x'"),
            *("custom['Deal Stage']", "last_name.size > 2", "last_name == false"),
        ],
    )
    def test_make_conditions_false(self, condition: str) -> None:
        source = f"Hi{{% if {condition} %}} {{{{ last_name }}}}{{% endif %}}"

        assert templates.render(source, self.VALUES, "html") == "Hi"

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("{% unless last_name %}friend{% endunless %}", "friend"),
            ("{% if last_name == blank %}friend{% else %}{{ last_name }}{% endif %}", "friend"),
            ("{% case title %}{% when 'CEO' %}a{% when blank %}b{% else %}c{% endcase %}", "b"),
            ("{% assign name = last_name %}{% if name %}a{% else %}b{% endif %}", "b"),
            ("{{ last_name | default: first_name }}", "Ada"),
        ],
    )
    def test_are_nothing(self, source: str, said: str) -> None:
        assert templates.render(source, self.VALUES, "text") == said

    @pytest.mark.parametrize(
        "source",
        [
            *("{{ last_name }}", "{{ last_name | upcase }}", "{{ first_name | append: title }}"),
            *("{{ last_name | default: title }}", "{{ custom.plan.level }}"),
            *("{% for each in custom.list %}a{% endfor %}", "{% assign a = title %}{{ a }}"),
        ],
    )
    def test_are_never_written(self, source: str) -> None:
        with pytest.raises(TemplateInvalid, match="is undefined"):
            templates.render(source, self.VALUES, "text")


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
