"""docs/api-keys.md: its snippets are run, its table is what the code says."""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest

from outrider.access.credentials import Credential
from outrider.access.scopes import ALL, FAMILIES, ROLES, covers
from outrider.kit import ids
from tools.templates import REPOSITORY

PAGE = (REPOSITORY / "docs" / "api-keys.md").read_text(encoding="utf-8")


def snippet(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def keys() -> list[str]:
    return [Credential.new(ids.new("key"), mode).text for mode in ("live", "test")] * 20


@pytest.fixture
def leak(keys: list[str]) -> str:
    """A text with all keys, and with look-alikes of each."""
    lines = []
    for key in keys:
        mistyped = key[:-1] + ("a" if key[-1] != "a" else "b")
        lines += [f'"{key}",', f"KEY={mistyped}", f"x{key[:-3]}", key.replace("_sk_", "_pk_")]
    return "\n".join(lines)


class TestSnippets:
    def test_in_python_find_keys_and_nothing_else(self, keys: list[str], leak: str) -> None:
        names: dict[str, Any] = {}
        exec(snippet("python"), names)

        assert names["find_keys"](leak) == keys

    def test_in_javascript_find_keys_and_nothing_else(self, keys: list[str], leak: str) -> None:
        node = shutil.which("node")
        if node is None:
            assert os.environ.get("CI") != "true", "node must be on the PATH of the CI machine"
            pytest.skip("there is no node on the PATH")
        program = (
            f"{snippet('javascript')}\nconsole.log(JSON.stringify(findKeys({json.dumps(leak)})))"
        )

        ran = subprocess.run(
            [node, "-"], input=program, capture_output=True, text=True, timeout=30, check=False
        )

        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == keys


class TestForm:
    def test_of_the_example_is_that_of_a_key(self) -> None:
        [example] = re.findall(r"^otr_\w+$", PAGE, re.MULTILINE)

        assert Credential.parse(example) is not None

    def test_is_the_regular_expression_in_words_and_in_snippets(self, keys: list[str]) -> None:
        [expression] = re.findall(r"The regular expression is `(.+?)`", PAGE)

        assert all(re.fullmatch(expression, key) for key in keys)
        assert PAGE.count(expression.replace("(", "(?:")) == 2


class TestRoles:
    def test_are_the_table(self) -> None:
        yes = {True: " yes |", False: " |"}
        rows = [
            f"| `{scope}` |" + "".join(yes[covers(granted, scope)] for granted in ROLES.values())
            for scope in ALL
        ]
        head = ["| scope | " + " | ".join(ROLES) + " |", "|---" * (len(ROLES) + 1) + "|"]

        assert "\n".join(head + rows) + "\n" in PAGE

    def test_name_the_members_of_each_family(self) -> None:
        words = " ".join(PAGE.split())
        for family, members in FAMILIES.items():
            named = ", ".join(f"`{member}`" for member in members)
            assert f"`{family}` of {named}" in words
