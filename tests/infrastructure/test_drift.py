"""What stands twice must be the same twice."""

import runpy

import pytest

from tools import events, openapi, routes, templates
from tools.templates import REPOSITORY

LONGEST_APP, LONGEST_FILE = 250, 400


class TestRoutes:
    def test_are_the_same_in_template_and_code(self) -> None:
        assert routes.drift() == []


class TestFunctions:
    def test_are_the_same_in_template_and_folders(self) -> None:
        declared = sorted(function.name for function in templates.functions())

        assert declared == routes.names()


class TestDescription:
    def test_is_what_the_routes_give(self) -> None:
        assert openapi.outdated() == [], "run python -m tools.openapi"

    def test_is_the_file_that_docs_names(self) -> None:
        named = REPOSITORY / "docs" / "openapi.json"

        assert named.resolve() == openapi.SITE / "openapi.json"


class TestEvents:
    def test_have_the_schemas_that_their_payloads_give(self) -> None:
        assert events.outdated() == [], "run python -m tools.events"


class TestPicture:
    def test_is_what_its_script_draws(self) -> None:
        folder = REPOSITORY / "docs" / "pictures"
        draw = runpy.run_path(str(folder / "draw.py"))["drawn"]

        drawn = draw((folder / "demo.txt").read_text(encoding="utf-8"))

        assert (folder / "demo.svg").read_text(encoding="utf-8") == drawn


class TestFileLength:
    @pytest.mark.parametrize(
        ("pattern", "longest"),
        [("functions/*/app.py", LONGEST_APP)]
        + [
            (f"{folder}/**/*.py", LONGEST_FILE)
            for folder in ("layers/outrider", "local", "tools", "tests", "bench")
        ],
    )
    def test_is_bounded(self, pattern: str, longest: int) -> None:
        lengths = {
            str(path.relative_to(REPOSITORY)): len(path.read_text(encoding="utf-8").splitlines())
            for path in REPOSITORY.glob(pattern)
        }

        assert {path: length for path, length in lengths.items() if length > longest} == {}
