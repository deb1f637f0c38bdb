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
