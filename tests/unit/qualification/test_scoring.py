"""Scores: one line per rule, whose points add up, and which exclusions overrule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.qualification.profiles import Criteria, Exclusions, Profile, Weights
from outrider.qualification.scoring import Fact, Facts, score

GRACE = Facts(
    titles=[Fact("VP of Sales", "contact.title")],
    companies=[Fact("Acme Software GmbH", "contact.company")],
    domains=[Fact("mail.acme.example", "contact.email")],
    industries=[Fact("Computer Software", "company.industry")],
    sizes=[Fact("51-200 employees", "research.employees")],
    countries=[Fact("Deutschland", "contact.country"), Fact("US", "research.country")],
    technologies=[
        Fact("Shopify", "research.technologies"),
        Fact("HubSpot", "research.technologies"),
    ],
    signals=[Fact("hiring", "research.signals")],
)
ENTRIES = {
    "titles": (["sales"], ["engineer"]),
    "seniorities": (["vp", "c_level"], ["entry"]),
    "departments": (["sales"], ["legal"]),
    "industries": (["software"], ["retail"]),
    "sizes": (["11-100"], ["1000+"]),
    "countries": (["DE", "AT"], ["FR"]),
    "technologies": (["hubspot"], ["Drupal"]),
    "signals": (["hiring"], ["shop"]),
}
"""Of each rule entries that match and entries that do not."""


class TestRules:
    @pytest.mark.parametrize("rule", ENTRIES)
    def test_matches_or_does_not(self, rule: str) -> None:
        matching, other = ENTRIES[rule]

        found = score(Profile.model_validate({rule: matching}), GRACE)
        missed = score(Profile.model_validate({rule: other}), GRACE)
        unknown = score(Profile.model_validate({rule: matching}), Facts())

        assert (found.score, found.verdict, found.lines[0].matched in matching) == (
            100,
            "qualified",
            True,
        )
        assert (missed.score, missed.verdict, missed.lines[0].matched) == (0, "disqualified", None)
        assert missed.lines[0].value
        assert (unknown.score, unknown.lines[0].value) == (0, None)

    def test_says_where_it_was_read(self) -> None:
        (line,) = score(Profile(technologies=["hubspot"]), GRACE).lines

        assert (line.rule, line.points, line.matched, line.value, line.source) == (
            "technologies",
            100,
            "hubspot",
            "HubSpot",
            "research.technologies",
        )

    def test_words_of_a_phrase_stand_together(self) -> None:
        assert score(Profile(titles=["of sales"]), GRACE).score == 100
        assert score(Profile(titles=["sales vp"]), GRACE).score == 0
        assert score(Profile(titles=["sale"]), GRACE).score == 0

    def test_the_contacts_country_comes_before_that_of_its_company(self) -> None:
        assert score(Profile(countries=["US"]), GRACE).score == 0

    def test_a_rule_without_weight_counts_for_nothing(self) -> None:
        profile = Profile(titles=["sales"], countries=["FR"], weights=Weights(countries=0))

        assert score(profile, GRACE).score == 100

    def test_without_rules_everybody_is_qualified(self) -> None:
        result = score(Profile(), Facts())

        assert (result.score, result.verdict) == (100, "qualified")
        assert [line.rule for line in result.lines] == ["no_profile"]


class TestExclusions:
    @pytest.mark.parametrize(
        "exclusions",
        [
            *({rule: matching} for rule, (matching, _) in ENTRIES.items()),
            {"companies": ["acme"]},
            {"domains": ["acme.example"]},
            {"domains": [" www.MAIL.acme.example"]},
        ],
        ids=str,
    )
    def test_win(self, exclusions: dict[str, list[str]]) -> None:
        profile = Profile.model_validate({"titles": ["sales"], "exclusions": exclusions})

        result = score(profile, GRACE)

        assert (result.score, result.verdict) == (0, "disqualified")
        assert result.lines[-1].rule == f"exclusions.{next(iter(exclusions))}"

    def test_a_domain_is_compared_in_its_ascii_form(self) -> None:
        at = Facts(domains=[Fact("xn--mnchen-3ya.example", "contact.email")])
        exclusions = Exclusions(domains=["München.example"])

        assert score(Profile(exclusions=exclusions), at).verdict == "disqualified"

    def test_a_domain_that_only_ends_alike_is_another(self) -> None:
        exclusions = Exclusions(domains=["cme.example"])

        assert score(Profile(exclusions=exclusions), GRACE).verdict == "qualified"


class TestProfile:
    @pytest.mark.parametrize(
        "given",
        [
            {"titles": ["!!"]},
            {"sizes": ["big"]},
            {"countries": ["Atlantis"]},
            {"seniorities": ["boss"]},
            {"exclusions": {"domains": ["https://acme.example/"]}},
            {"exclusions": {"domains": ["sales@acme.example"]}},
            {"exclusions": {"domains": [""]}},
            {"threshold": 101},
            {"titles": ["sales"], "weights": {"titles": 0}},
        ],
        ids=str,
    )
    def test_refuses_what_it_could_not_compare(self, given: dict[str, object]) -> None:
        with pytest.raises(ValueError):
            Profile.model_validate(given)


_RULES = st.dictionaries(st.sampled_from(sorted(ENTRIES)), st.booleans())
_WEIGHTS = st.dictionaries(st.sampled_from(sorted(ENTRIES)), st.integers(1, 100))


def _entries(rules: dict[str, bool]) -> dict[str, list[str]]:
    return {rule: ENTRIES[rule][0 if matches else 1] for rule, matches in rules.items()}


def _profile(rules: dict[str, bool], weights: dict[str, int], excluded: dict[str, bool]) -> Profile:
    return Profile.model_validate(
        {**_entries(rules), "weights": weights, "exclusions": _entries(excluded)}
    )


@given(_RULES, _WEIGHTS, _RULES)
def test_lines_add_up_and_the_same_lead_has_the_same_score(
    rules: dict[str, bool], weights: dict[str, int], excluded: dict[str, bool]
) -> None:
    profile = _profile(rules, weights, excluded)

    result = score(profile, GRACE)

    assert sum(line.points for line in result.lines) == result.score
    assert result == score(profile, GRACE)
    if any(excluded.values()):
        assert (result.score, result.verdict) == (0, "disqualified")


@given(_RULES, _WEIGHTS, st.sampled_from(sorted(ENTRIES)))
def test_a_further_rule_that_matches_never_lowers_a_score(
    rules: dict[str, bool], weights: dict[str, int], further: str
) -> None:
    rules.pop(further, None)
    before = score(_profile(rules, weights, {}), GRACE)

    after = score(_profile({**rules, further: True}, weights, {}), GRACE)

    assert after.score >= before.score


def test_criteria_and_weights_name_the_same_rules() -> None:
    assert set(Criteria.model_fields) == set(Weights.model_fields) == set(ENTRIES)
