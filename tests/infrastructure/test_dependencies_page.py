"""docs/dependencies.md has a row for every package that is asked for by name."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tools.templates import REPOSITORY

PAGE = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_ROW = re.compile(r"^\| `([\w.-]+)` \|", re.MULTILINE)


def asked_for() -> Iterator[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [
        *project["project"]["dependencies"],
        *(
            each
            for group in project["dependency-groups"].values()
            for each in group
            if isinstance(each, str)  # and no reference to another group
        ),
    ]
    for listed in sorted((REPOSITORY / "local").glob("requirements-*.in")):
        requirements += listed.read_text(encoding="utf-8").split()
    for requirement in requirements:
        found = _NAME.match(requirement)
        assert found, requirement
        yield found[0].lower()


DIRECT = sorted(asked_for())


class TestPage:
    @pytest.mark.parametrize("package", DIRECT)
    def test_has_a_row(self, package: str) -> None:
        assert _ROW.findall(PAGE).count(package) == 1

    def test_has_no_row_for_what_is_not_asked_for(self) -> None:
        assert set(_ROW.findall(PAGE)) <= set(DIRECT)
