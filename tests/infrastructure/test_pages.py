"""What the pages for people name must be there: files, headings, endpoints, terms."""

import inspect
import re
from pathlib import Path

import pytest

from outrider.messages.sending import gates
from tools import routes, templates
from tools.templates import REPOSITORY

_FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ENDPOINT = re.compile(r"`((?:GET|HEAD|POST|PATCH|PUT|DELETE) /[^`?]*)`")

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])


def prose(page: Path) -> str:
    """The text without what stands in fences."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
class TestLinks:
    def test_lead_somewhere(self, page: Path) -> None:
        broken = []
        for link in _LINK.findall(prose(page)):
            path, _, anchor = link.partition("#")
            if "://" in link:
                continue
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(link)

        assert broken == []


class TestReadme:
    def test_is_short(self) -> None:
        assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 150

    def test_counts_the_alarms_that_cost_something(self) -> None:
        template = templates.load("infra/observability.yaml")
        alarms = templates.resources(template, "AWS::CloudWatch::Alarm")
        page = (REPOSITORY / "README.md").read_text(encoding="utf-8")

        assert f"(there are {len(alarms)})" in page


class TestVariables:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
    def test_of_calls_have_one_name_for_the_base_url(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")

        assert set(re.findall(r"\$(\w+)/(?:v1|health|docs)\b", text)) <= {"BASE"}


class TestGlossary:
    def test_is_in_order_and_defines_each_term_once(self) -> None:
        rows = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        first, *terms = [row.split(" | ")[0] for row in rows if row.startswith("| ")]

        assert first == "| term"
        assert terms == sorted(set(terms))


class TestRemedies:
    def test_name_endpoints_that_exist(self) -> None:
        source = inspect.getsource(gates)
        existing = {
            (route.method, _variables(route.path))
            for api in routes.apis().values()
            for route in api.routes
        }
        named = {
            (method, _variables(path))
            for method, path in re.findall(
                r"(GET|POST|PATCH|PUT|DELETE) (/v1/[^\s?,\";:]+)", source
            )
        }

        assert named
        assert named - existing == set()


def _variables(path: str) -> str:
    """The path with every variable, of whatever name, as `{}`."""
    return re.sub(r"\{[^}]+\}", "{}", path)


class TestDecisions:
    RECORDS = sorted((REPOSITORY / "docs" / "adr").glob("[0-9]*.md"))

    def test_are_in_the_index_under_their_titles(self) -> None:
        index = (REPOSITORY / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
        rows = [
            f"| [{record.name[:4]}]({record.name}) | {record.read_text().splitlines()[0][2:]} |"
            for record in self.RECORDS
        ]

        assert [row for row in rows if row not in index] == []

    def test_have_a_number_each(self) -> None:
        numbers = [record.name[:4] for record in self.RECORDS]

        assert len(set(numbers)) == len(numbers)

    @pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
    def test_have_four_parts_and_are_short(self, record: Path) -> None:
        lines = record.read_text(encoding="utf-8").splitlines()

        parts = [line for line in lines if line.startswith("## ")]
        assert parts == ["## Context", "## Decision", "## Consequences", "## Alternatives"]
        assert len(lines) <= 60
