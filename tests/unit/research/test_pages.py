from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.research.models import SiteFacts
from outrider.research.site.facts import facts_of
from outrider.research.site.tags import elements
from outrider.research.site.technologies import TECHNOLOGIES
from tools.templates import REPOSITORY

URL = "https://acme.com/en/"
ORGANIZATION = """
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
  {"@type": "WebSite", "name": "not this"},
  {"@type": ["Organization", "Brand"], "name": "Acme GmbH", "foundingDate": "1949",
   "address": [{"addressLocality": "Tucson", "addressCountry": {"name": "US"}}],
   "numberOfEmployees": {"minValue": 51, "maxValue": 200}, "telephone": "+1 520 555 0100",
   "sameAs": ["https://www.linkedin.com/company/acme/?trk=x", "https://x.com/acme"]}
]}</script>"""
KILOBYTES_512 = 512 * 1024


def read(html: str, **headers: str) -> SiteFacts:
    return facts_of(html, URL, headers)


class TestFacts:
    def test_come_from_title_and_description(self) -> None:
        facts = read(
            '<HTML lang="en"><TITLE>Acme &amp;\n  Sons</TITLE>'
            "<meta content='Anvils &gt; rockets' name=Description>"
        )

        assert (facts.title, facts.language) == ("Acme & Sons", "en")
        assert facts.description == "Anvils > rockets"

    def test_come_from_open_graph(self) -> None:
        facts = read(
            '<meta property="og:site_name" content="Acme">'
            '<meta property="og:image" content="/a.png">'
            '<meta property="og:description" content="Anvils">'
            '<meta property="og:title" content="T">'
        )

        assert (facts.name, facts.title, facts.description) == ("Acme", "T", "Anvils")
        assert facts.image_url == "https://acme.com/a.png"

    def test_come_from_schema_org(self) -> None:
        facts = read(ORGANIZATION)

        assert (facts.name, facts.founded, facts.employees) == ("Acme GmbH", "1949", "51-200")
        assert (facts.city, facts.country, facts.phone) == ("Tucson", "US", "+1 520 555 0100")
        assert facts.social == {
            "linkedin": "https://www.linkedin.com/company/acme/",
            "x": "https://x.com/acme",
        }

    @pytest.mark.parametrize(
        "html",
        [
            '<script type="application/ld+json">'
            '{"@type": "Organization", "industry": "Anvils"}</script>',
            '<script type="application/ld+json">'
            '{"@type": "Corporation", "industry": [{"name": "Anvils"}, "Rockets"]}</script>',
            '<meta name="industry" content="Anvils">',
            '<meta name="Classification" content=" Anvils ">',
        ],
    )
    def test_come_with_the_industry_where_it_is_stated(self, html: str) -> None:
        assert read(html).industry == "Anvils"

    def test_tell_of_job_postings(self) -> None:
        posting = '{"@type": "JobPosting", "title": "Anvil tester"}'
        facts = read(
            f'<script type="application/ld+json">[{posting}, {posting}]</script>'
            "<a href=/careers>Jobs</a>"
        )

        assert [(signal.name, signal.detail) for signal in facts.signals] == [
            ("hiring", "The site has 2 job postings: Anvil tester, Anvil tester")
        ]

    @pytest.mark.parametrize(
        ("link", "hires"),
        [
            ("https://boards.greenhouse.io/acme", True),
            ("https://acme.jobs.personio.de/", True),
            ("https://notgreenhouse.io/acme", False),
            ("https://acme.com/about", False),
        ],
    )
    def test_tell_of_positions_at_a_recruiting_service(self, link: str, hires: bool) -> None:
        facts = read(f"<a href='{link}'>Work with us</a>")

        assert [signal.name for signal in facts.signals] == (["hiring"] if hires else [])

    def test_tell_profiles_from_buttons_to_share(self) -> None:
        facts = read(
            '<a href="https://www.facebook.com/sharer/sharer.php?u=x">share</a>'
            '<a href="https://twitter.com/intent/tweet">tweet</a>'
            '<a href="https://facebook.com/acme">us</a>'
        )

        assert facts.social == {"facebook": "https://facebook.com/acme"}

    def test_name_technologies_and_what_they_are_used_for(self) -> None:
        facts = read(
            '<meta name="generator" content="WordPress 6.5">'
            '<script src="//js.hs-scripts.com/1.js"></script>',
            server="cloudflare",
        )

        assert facts.technologies == ["WordPress", "HubSpot", "Cloudflare"]
        assert [signal.detail for signal in facts.signals] == ["The company markets with HubSpot"]

    def test_see_sections_of_the_site_itself_only(self) -> None:
        facts = read(
            '<a href="../careers/">Join</a><a href="https://blog.acme.com/">Blog</a>'
            '<a href="https://other.example/pricing">Other</a>'
        )

        assert {signal.name: signal.url for signal in facts.signals} == {
            "hiring": "https://acme.com/careers/",
            "blog": "https://blog.acme.com/",
        }

    def test_are_text_whatever_the_page_holds(self) -> None:
        facts = read("<title><script>alert(1)</script>\x00\u202e ok</title>")

        assert facts.title == "<script>alert(1)</script> ok"

    def test_are_never_longer_than_they_may_be(self) -> None:
        facts = read(f'<title>{"x" * 9_000}</title><a href="https://x.com/{"y" * 9_000}">')

        assert (len(facts.title or ""), facts.social) == (200, {})

    def test_ignore_commented_and_scripted_markup(self) -> None:
        facts = read(
            "<!-- <title>No</title> --><script>'<title>No</title>'</script><title>Yes</title>"
        )

        assert facts.title == "Yes"

    @pytest.mark.parametrize(
        "block",
        [
            "{",
            "[" * 5_000,
            '"text"',
            "[1, null]",
            '{"@graph": 7}',
            '{"@type": {"a": 1}}',
            '{"@type": "Organization", "name": {"a": [1]}, "sameAs": 7, "address": "x"}',
            '{"@type": "Organization", "name": true, "numberOfEmployees": [], "address": [1]}',
        ],
    )
    def test_survive_json_of_any_shape(self, block: str) -> None:
        facts = read(f'<script type="application/ld+json">{block}</script><title>Acme</title>')

        assert (facts.title, facts.name) == ("Acme", None)

    def test_survive_references_to_endless_numbers(self) -> None:
        facts = read(f"<title>&#{'9' * 9_000};</title><meta name=description content=Acme>")

        assert facts.description == "Acme"


BOMBS = {
    "comments": "<!--",
    "elements": "<div>",
    "formatting": "<b>x</p>",
    "openings": "<a ",
    "quotes": "<a b='",
    "both quotes": "<a b='\">",
    "brackets": "<",
    "scripts": "<script>",
    "half ends": "<script></scrip",
    "titles": "<title>",
    "links": "<a href=/careers>",
    "metas": "<meta a=b>",
    "spaces": "<a" + " " * 500,
    "equals": "<a " + "= " * 500 + ">",
    "references": "<title>&#&#",
}


FRAGMENTS = [
    "<title>",
    "</title>",
    "<script type=application/ld+json>",
    '{"@type": "Organization", "sameAs": [',
    "</script>",
    "<meta property=og:image content=",
    "<a href=",
    "//[",
    "https://x.com/",
    "'",
    '"',
    ">",
    "<!--",
    "-->",
    "&#x110000;",
]


class TestAnyText:
    @given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text()), max_size=30).map("".join))
    def test_gives_facts(self, html: str) -> None:
        facts = facts_of(html, URL, {})

        assert SiteFacts.model_validate_json(facts.model_dump_json()) == facts


class TestBombs:
    @pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
    def test_are_read_in_time_that_grows_with_their_length(self, bomb: str) -> None:
        """A parser that is quadratic in any of them takes a minute here."""
        html = (bomb * (KILOBYTES_512 // len(bomb) + 1))[:KILOBYTES_512]

        facts = facts_of(html, URL, {})

        assert len(facts.model_dump_json()) < 5_000

    def test_of_one_tag_with_many_attributes(self) -> None:
        html = f"<a {' '.join(f'x{number}' for number in range(100_000))}>"

        (element,) = elements(html)

        assert len(element.attributes) < 8_000


class TestPage:
    @pytest.mark.parametrize("name", [each.name for each in TECHNOLOGIES])
    def test_of_the_documentation_names_every_technology(self, name: str) -> None:
        page = Path(REPOSITORY, "docs", "research.md").read_text(encoding="utf-8")

        assert name in page
