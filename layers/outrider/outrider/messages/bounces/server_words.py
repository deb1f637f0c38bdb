"""Phrases of mail servers, from the sections of server_words.txt, which explains its format."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_NAME = re.compile(r"\{(person|box|mail)\}")
"""Reference to a section inside the lines of another one."""


def found(section: str, text: str) -> bool:
    """Return whether `text`, in lower case, contains a phrase of the section."""
    return _compiled(section).search(text) is not None


@cache
def _compiled(section: str) -> re.Pattern[str]:
    return re.compile("|".join(_sections()[section]))


@cache
def _sections() -> Mapping[str, list[str]]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("== "):
            lines = sections.setdefault(line.removeprefix("== "), [])
        elif line and not line.startswith("#"):
            lines.append(_NAME.sub(lambda named: f"(?:{'|'.join(sections[named[1]])})", line))
    return sections
