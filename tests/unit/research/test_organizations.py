"""What schema.org data says of a company: employees, industry, open positions."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock
from outrider.qualification.sizes import size_of
from outrider.research.models import SiteFacts
from outrider.research.site.employees import employees_of
from outrider.research.site.facts import facts_of
from outrider.research.site.kinds import ORGANIZATIONS


def read(html: str) -> SiteFacts:
    with clock.frozen(datetime(2026, 3, 2, tzinfo=UTC)):
        return facts_of(html, "https://acme.com/", {})


def of(node: Any) -> SiteFacts:
    return read(f'<script type="application/ld+json">{json.dumps(node)}</script>')


def organization(**properties: Any) -> SiteFacts:
    return of({"@type": "Organization", "name": "Acme", **properties})


class TestEmployees:
    @pytest.mark.parametrize(
        ("stated", "employees"),
        [
            (42, "42"),
            (42.0, "42"),
            ("42", "42"),
            ("51-200", "51-200"),
            ("10,001+ employees", "10,001+ employees"),
            ({"value": 42}, "42"),
            ({"@type": "QuantitativeValue", "value": "200+"}, "200+"),
            ({"minValue": 51, "maxValue": 200}, "51-200"),
            ({"minValue": "51", "maxValue": "200"}, "51-200"),
            ({"minValue": 50, "maxValue": 50}, "50"),
            ({"minValue": 1_000}, "1000+"),
            ({"maxValue": 10}, "up to 10"),
            ({"value": None, "minValue": 5, "maxValue": 9}, "5-9"),
            ([{"value": 0}, {"value": 7}, {"value": 9}], "7"),
            (0, None),
            (-5, None),
            (True, None),
            ("many", None),
            ("0", None),
            ("9" * 60, None),
            (10**20, None),
            (float("inf"), None),
            ({"value": {"value": 5}}, None),
            ({}, None),
            ([], None),
        ],
    )
    def test_are_as_they_are_stated(self, stated: Any, employees: str | None) -> None:
        assert employees_of(stated) == employees

    @given(st.integers(1, 10**6), st.integers(0, 10**6))
    def test_mean_the_same_to_qualification(self, least: int, more: int) -> None:
        for stated, range_meant in (
            ({"value": least}, (least, least)),
            ({"minValue": least, "maxValue": least + more}, (least, least + more)),
            ({"minValue": least}, (least, None)),
            ({"maxValue": least}, (0, least)),
        ):
            size = size_of(employees_of(stated) or "")
            assert size
            assert (size.least, size.most) == range_meant

    @given(st.recursive(st.none() | st.floats() | st.text() | st.integers(), st.lists))
    def test_survive_any_value(self, value: Any) -> None:
        employees_of(value)

    def test_come_from_microdata_too(self) -> None:
        assert read('<meta itemprop="numberOfEmployees" content="51-200">').employees == "51-200"


class TestIndustry:
    @pytest.mark.parametrize(
        ("properties", "industry"),
        [
            (
                {"naics": "541511"},
                "Professional, scientific, and technical services (NAICS 541511)",
            ),
            ({"naics": 513210}, "Information (NAICS 513210)"),
            ({"naics": ["33", "51"]}, "Manufacturing (NAICS 33)"),
            ({"isicV4": "6201"}, "Information and communication (ISIC 6201)"),
            ({"isicV4": "J62.01"}, "Information and communication (ISIC 6201)"),
            ({"isicV4": "01"}, "Agriculture, forestry and fishing (ISIC 01)"),
            ({"industry": "Anvils", "naics": "513210", "@type": "Hotel"}, "Anvils"),
            ({"@type": "Dentist"}, "Dentistry"),
            ({"@type": ["LocalBusiness", "LegalService"]}, "Legal services"),
            ({"@type": "https://schema.org/OnlineStore"}, "Online retail"),
            ({"@type": "schema:TravelAgency"}, "Travel agency"),
            ({}, None),
            ({"naics": "99"}, None),
            ({"naics": "software"}, None),
            ({"naics": True}, None),
            ({"isicV4": "04"}, None),
            ({"isicV4": {"a": 1}}, None),
            ({"knowsAbout": ["Anvils"]}, None),
        ],
    )
    def test_is_what_is_stated(self, properties: dict[str, Any], industry: str | None) -> None:
        assert organization(**properties).industry == industry

    def test_comes_from_microdata_too(self) -> None:
        facts = read('<meta itemprop="naics" content="2382">')

        assert facts.industry == "Construction (NAICS 2382)"

    @pytest.mark.parametrize("kind", ORGANIZATIONS)
    def test_of_each_kind_of_organization_is_known(self, kind: str) -> None:
        facts = organization(**{"@type": kind})

        assert (facts.name, facts.industry or "") == ("Acme", ORGANIZATIONS[kind])


class TestOrganization:
    @pytest.mark.parametrize(
        "node",
        [
            {"@graph": [{"@type": "WebPage", "author": {"@type": "Organization", "name": "Acme"}}]},
            {"@type": "WebSite", "publisher": [{"@type": "Corporation", "name": "Acme"}]},
            {"@type": "AboutPage", "mainEntity": {"@type": "NGO", "name": "Acme"}},
            [
                {"@type": "WebSite", "publisher": {"@type": "Organization", "name": "Agency"}},
                {"@type": "Organization", "name": "Acme"},
            ],
            {"@graph": {"@type": "Organization", "name": "Acme"}},
        ],
    )
    def test_is_the_one_that_the_page_is_about(self, node: Any) -> None:
        assert of(node).name == "Acme"

    def test_is_not_one_that_it_only_names(self) -> None:
        facts = organization(name=None, parentOrganization={"@type": "Organization", "name": "No"})

        assert facts.name is None

    def test_nested_without_end_is_read_as_far_as_it_matters(self) -> None:
        block = '{"@graph":[' * 5_000 + "]}" * 5_000

        assert read(f'<script type="application/ld+json">{block}</script>').name is None


class TestOpenPositions:
    @pytest.mark.parametrize(
        ("valid_through", "hires"),
        [
            (None, True),
            ("2026-03-02", True),
            ("2026-04-01T12:00:00+01:00", True),
            ("2026-03-01", False),
            ("2020-01-01T00:00", False),
            ("soon", True),
            (7, True),
        ],
    )
    def test_are_those_that_are_still_open(self, valid_through: Any, *, hires: bool) -> None:
        facts = of({"@type": "JobPosting", "title": "Tester", "validThrough": valid_through})

        assert [signal.name for signal in facts.signals] == (["hiring"] if hires else [])

    @pytest.mark.parametrize(
        "path",
        [
            *("careers", "jobs", "karriere", "stellenangebote", "empleo", "recrutement"),
            *("en/careers/", "vacatures", "lavora-con-noi", "vagas", "de/offene-stellen"),
        ],
    )
    def test_are_linked_to_in_many_languages(self, path: str) -> None:
        (signal,) = read(f'<a href="/{path}">x</a>').signals

        assert (signal.name, signal.url) == ("hiring", f"https://acme.com/{path}")
