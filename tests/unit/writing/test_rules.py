"""What rules write about leads, and how what strangers wrote is marked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Fact, Facts, score
from outrider.writing.models import (
    KnownFact,
    QuotedText,
    RationaleRequest,
    SummaryRequest,
)
from outrider.writing.rules import RuleWriter

WRITER = RuleWriter()
PAGE = "https://acme.com/"
FACTS = Facts(
    titles=[Fact("VP Sales", "contact.title")],
    domains=[Fact("acme.com", "contact.email")],
    industries=[Fact("Bakery", "research.industry")],
)


def quoted(text: str, source: str = PAGE) -> QuotedText:
    return QuotedText(text=text, source=source, is_untrusted=source == PAGE)


def asked(**profile: Any) -> RationaleRequest:
    return RationaleRequest.of(score(Profile.model_validate(profile), FACTS))


def summary_of(outcome: Any = "found", **facts: list[QuotedText]) -> SummaryRequest:
    return SummaryRequest(
        company=quoted("Acme"),
        site="acme.com",
        outcome=outcome,
        facts=[
            KnownFact.model_validate({"name": name, "value": value})
            for name, values in facts.items()
            for value in values
        ],
    )


class TestRationale:
    @pytest.mark.parametrize(
        ("profile", "text"),
        [
            (
                {"titles": ["sales"], "industries": ["software"], "sizes": ["11-50"]},
                "40 of 100 points, and 70 are needed."
                " Points for titles (“VP Sales” matches “sales”, +40)."
                " No points for industries (“Bakery”), sizes (unknown).",
            ),
            (
                {"titles": ["sales"], "exclusions": {"domains": ["acme.com"]}},
                "0 of 100 points, and 70 are needed."
                " Excluded by its domains: “acme.com” matches “acme.com”."
                " Points for titles (“VP Sales” matches “sales”, +100).",
            ),
            (
                {},
                "100 of 100 points, and 70 are needed."
                " The profile has no rules, so every lead qualifies.",
            ),
        ],
    )
    def test_says_what_the_lines_say(self, profile: dict[str, Any], text: str) -> None:
        rationale = WRITER.rationale(asked(**profile))

        assert (rationale.text, rationale.provider) == (text, None)

    def test_is_asked_for_with_what_strangers_wrote_marked(self) -> None:
        request = asked(titles=["sales"], industries=["software"], sizes=["11-50"])

        values = {line.rule: line.value for line in request.lines}
        assert values["titles"] == QuotedText(
            text="VP Sales", source="contact.title", is_untrusted=False
        )
        assert values["industries"] == QuotedText(
            text="Bakery", source="research.industry", is_untrusted=True
        )
        assert values["sizes"] is None

    @given(st.lists(st.sampled_from(["titles", "industries", "signals"]), unique=True))
    def test_names_each_rule_once(self, rules: list[str]) -> None:
        rationale = WRITER.rationale(asked(**{rule: ["sales"] for rule in rules}))

        assert all(rationale.text.count(rule) == 1 for rule in rules)


class TestSummary:
    def test_names_the_sources_of_each_sentence(self) -> None:
        summary = WRITER.summary(
            summary_of(
                description=[quoted("Anvils.")],
                industry=[quoted("Tools", "company.industry")],
                place=[quoted("Tucson"), quoted("US", "company.country")],
                technology=[quoted("HubSpot"), quoted("Stripe")],
                person=[quoted("Ada is CTO", "contact.title")],
            )
        )

        assert summary.provider is None
        assert [(line.text, line.sources) for line in summary.lines] == [
            ("Acme is described as: “Anvils.”", [PAGE]),
            (
                "On Acme: industry Tools; place Tucson, US.",
                ["company.industry", PAGE, "company.country"],
            ),
            ("Its site uses HubSpot, Stripe.", [PAGE]),
            ("Ada is CTO.", ["contact.title"]),
        ]
        assert summary.text == " ".join(line.text for line in summary.lines)

    @pytest.mark.parametrize(
        ("outcome", "text"),
        [
            ("unreachable", "No page of acme.com could be read."),
            ("disallowed", "The robots.txt of acme.com forbids to read its site."),
            ("found", ""),
        ],
    )
    def test_says_why_nothing_is_known(self, outcome: str, text: str) -> None:
        assert WRITER.summary(summary_of(outcome)).text == text

    @given(st.text(min_size=1))
    def test_says_nothing_that_it_was_not_given(self, text: str) -> None:
        (line,) = WRITER.summary(summary_of(title=[quoted(text)])).lines

        assert line.text == f"The site of Acme has the title “{text}”."
