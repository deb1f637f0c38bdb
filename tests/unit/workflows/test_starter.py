"""The starter template: every contact can get it, whatever is known about the company."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.text import templates
from outrider.research.template_values import template_values
from outrider.sequences.lint.rules import lint
from outrider.sequences.models import Settings
from outrider.workflows.starter import SUBJECT, TEXT, starter_step

HIRING = {"signals": [{"name": "blog"}, {"name": "hiring"}]}
ADA = {"first_name": "Ada", "title": "VP Sales", "company": "Acme"}


def written(facts: dict[str, Any], **contact: str) -> tuple[str, str]:
    values = {**contact, "research": template_values(facts)}
    subject, text = (templates.render(source, values, "text") for source in (SUBJECT, TEXT))
    return subject, text


class TestStarter:
    @pytest.mark.parametrize(
        ("facts", "contact", "subject", "opening"),
        [
            (
                {},
                {},
                "A question for you",
                "Hi there,\n\nYou may be the right person",
            ),
            (
                {"technologies": ["Shopify", "HubSpot"]},
                ADA,
                "A question for Acme",
                "Hi Ada,\n\nI saw that your website uses Shopify.\nAs VP Sales at Acme, you may",
            ),
            (
                {**HIRING, "name": "Globex", "technologies": ["Shopify"]},
                {"title": "CTO"},
                "A question for Globex",
                "Hi there,\n\nI saw on your website that Globex is hiring.\nAs CTO, you may",
            ),
        ],
    )
    def test_says_what_is_known(
        self, facts: dict[str, Any], contact: dict[str, str], subject: str, opening: str
    ) -> None:
        assert written(facts, **contact)[0] == subject
        assert written(facts, **contact)[1].startswith(opening)

    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.text(),
                "technologies": st.lists(st.text(), max_size=3),
                "signals": st.lists(st.fixed_dictionaries({"name": st.text()}), max_size=3),
            },
        ),
        st.dictionaries(st.sampled_from([*ADA]), st.text(min_size=1)),
    )
    def test_can_be_written_to_everybody(
        self, facts: dict[str, Any], contact: dict[str, str]
    ) -> None:
        subject, text = written(facts, **contact)

        assert subject.startswith("A question for ")
        assert "may be the right person to ask" in text

    def test_has_nothing_that_lint_finds(self) -> None:
        settings = Settings(postal_address="1 Main Street, Springfield")

        assert [(each.rule, each.where) for each in lint([starter_step()], settings)] == []
