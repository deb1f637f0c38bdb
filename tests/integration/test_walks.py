"""The walks of docs/architecture.md: their functions exist, and are called in that order."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import create_contact, register
from tests.integration.outreach import STEP_ONE, launched
from tests.receivers import Receiver
from tools.templates import REPOSITORY

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint

PAGE = REPOSITORY / "docs" / "architecture.md"
LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
STATION = re.compile(r"^\d+\. `([\w/]+\.py)::([\w.]+)`", re.MULTILINE)
MOST_FILES = {"Create a contact": 7, "One step of a campaign": 8, "One webhook delivery": 7}

Station = tuple[str, str]


@dataclass(slots=True)
class Trace:
    """The functions of this repository that were called, in order."""

    calls: list[Station]

    def note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(REPOSITORY)):
            self.calls.append((frame.f_code.co_filename, frame.f_code.co_qualname))


def walks() -> dict[str, list[Station]]:
    text = PAGE.read_text(encoding="utf-8").partition("\n## Three walks\n")[2].partition("\n## ")[0]
    titles_and_texts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    pairs = zip(titles_and_texts[::2], titles_and_texts[1::2], strict=True)
    return {title: [(m[1], m[2]) for m in STATION.finditer(body)] for title, body in pairs}


def path_of(name: str) -> Path:
    return (REPOSITORY if name.startswith("functions/") else LIBRARY) / name


def functions_of(path: Path) -> Iterator[str]:
    def within(node: ast.AST, prefix: str) -> Iterator[str]:
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.FunctionDef):
                yield prefix + each.name
            elif isinstance(each, ast.ClassDef):
                yield from within(each, f"{prefix}{each.name}.")

    return within(ast.parse(path.read_text(encoding="utf-8")), "")


def follow(title: str, act: Callable[[], object]) -> None:
    """Assert that the functions of the walk are called in its order."""
    trace = Trace([])
    before = sys.getprofile()
    sys.setprofile(trace.note)
    try:
        act()
    finally:
        sys.setprofile(before)
    calls = iter(trace.calls)
    missed = [
        f"{name}::{function}"
        for name, function in walks()[title]
        if (str(path_of(name)), function) not in calls
    ]
    assert missed == []


def test_the_map_names_what_is_there() -> None:
    """A file is named whole, or after its folder in the same row."""
    missing = []
    for _, place in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    ):
        folder = ""
        for name in re.findall(r"`([\w./]+(?:/|\.(?:py|yaml|json)))`", place):
            folder = name if name.endswith("/") else folder
            roots = (REPOSITORY, LIBRARY, LIBRARY / folder)
            if not any((root / name).exists() for root in roots):
                missing.append(name)
    assert missing == []


def test_there_are_three() -> None:
    assert walks().keys() == MOST_FILES.keys()


@pytest.mark.parametrize("title", MOST_FILES)
class TestWalk:
    def test_names_functions_that_exist(self, title: str) -> None:
        assert [
            (name, function)
            for name, function in walks()[title]
            if function not in functions_of(path_of(name))
        ] == []

    def test_opens_few_files(self, title: str) -> None:
        assert 0 < len({name for name, _ in walks()[title]}) <= MOST_FILES[title]


class TestOrder:
    def test_of_creating_a_contact(self, api: Api) -> None:
        follow("Create a contact", lambda: create_contact(api))

    def test_of_a_step(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE,))

        follow("One step of a campaign", lambda: cloud.run(hours=1))

        assert len(cloud.mails()) == 1

    def test_of_a_delivery(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        register(api, endpoint.url, "contact.created")
        create_contact(api)

        follow("One webhook delivery", cloud.drain)
