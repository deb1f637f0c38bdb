"""The calls that pages show: `curl` commands, and the JSON that stands below them."""

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^( *)```(sh|json)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_VARIABLE = re.compile(r"\$([A-Z]+)")
_COMMAND = re.compile(
    r"(?:(?P<kept>[A-Z]+)=\$\()?(?P<curl>curl .*?)(?: \| jq (?P<filter>.+?))?\)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Curl:
    """One command; `$NAME` stands for what an answer before it gave. `shown` is the text of the
    JSON below it, empty without one. `kept` is the variable that `filter`, a filter of jq, sets."""

    command: str
    shown: str = ""
    kept: str = ""
    filter: str = ""

    def request(self, known: Mapping[str, str]) -> Request:
        """Knows the options that the pages use; another one is an error."""
        _, *words = shlex.split(_VARIABLE.sub(lambda found: known[found[1]], self.command))
        url, method, body, headers = "", "", None, {}
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest).encode()
            elif word == "-X":
                method = next(rest)
            elif word == "-s":
                pass
            else:
                assert word.startswith("http"), f"curl {word} is not known here"
                url = word
        return Request(method or ("POST" if body else "GET"), url, headers, body)

    def differences(self, answer: Any) -> list[str]:
        """Where an answer is not what is shown; "…" stands for anything."""
        return list(_differences(json.loads(self.shown), answer, "")) if self.shown else []


def curls(page: Path) -> list[Curl]:
    return curls_in(page.read_text(encoding="utf-8"))


def curls_in(page: str) -> list[Curl]:
    found: list[Curl] = []
    for _, language, block in _BLOCK.findall(page):
        text = textwrap.dedent(block).strip()
        if language == "json" and found and not found[-1].shown:
            found[-1] = replace(found[-1], shown=text)
        elif command := _COMMAND.fullmatch(text.replace("\\\n", " ")):
            kept, curl, wanted = command.group("kept", "curl", "filter")
            found.append(Curl(curl, kept=kept or "", filter=(wanted or "").removeprefix("-r ")))
    return found


def _differences(shown: Any, answer: Any, where: str) -> Iterator[str]:
    if shown == "…":
        return
    if isinstance(shown, dict) and isinstance(answer, dict):
        for name, value in shown.items():
            if name in answer:
                yield from _differences(value, answer[name], f"{where}/{name}")
            else:
                yield f"{where}/{name} is not there"
    elif isinstance(shown, list) and isinstance(answer, list) and len(shown) == len(answer):
        for number, (one, other) in enumerate(zip(shown, answer, strict=True)):
            yield from _differences(one, other, f"{where}/{number}")
    elif shown != answer:
        yield f"{where} is {answer!r}, not {shown!r}"
