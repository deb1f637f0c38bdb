"""Resources: pages of the documentation, and the state of the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outrider.kit import json

_PAGES = "outrider://docs/"
STATE: Mapping[str, str] = {
    "outrider://account": "get_account",
    "outrider://deliverability": "get_deliverability",
}
"""Resources about the workspace by URI, each with the tool whose result it is."""


@dataclass(frozen=True, slots=True)
class DocumentationPage:
    """A page of the documentation, as Markdown."""

    title: str
    description: str
    text: str


@cache
def pages() -> Mapping[str, DocumentationPage]:
    """Return the pages by URI, as `python -m tools.openapi` writes them to `pages.json`."""
    text = Path(__file__).with_name("pages.json").read_bytes()
    return {_PAGES + name: DocumentationPage(**page) for name, page in json.loads(text).items()}
