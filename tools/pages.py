"""Documentation pages for models: resources of the MCP server, and parts of /llms-full.txt."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.mcp import notes
from tools.templates import REPOSITORY

PAGES = REPOSITORY / "layers" / "outrider" / "outrider" / "mcp" / "pages.json"
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page of docs/, with its links to other pages."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return self.text.removeprefix("# ").partition("\n")[0]

    @property
    def description(self) -> str:
        """The first sentence without links."""
        rest = self.text.partition("\n")[2]
        first = " ".join(rest.strip().partition("\n\n")[0].split())
        sentence = _LINK.sub(lambda found: found[1], first).partition(". ")[0]
        return sentence.rstrip(":.")

    def linked(self, link: Callable[[str, str], str]) -> str:
        """Return the text with what `link` makes of the words and the target of each link to
        another page or file; links to other sites stay."""
        return _LINK.sub(
            lambda found: found[0] if "://" in found[2] else link(found[1], found[2]), self.text
        )


def sources(generated: Mapping[str, str]) -> list[SourcePage]:
    """Return the pages that `mcp.yaml` lists. `generated` has the text of those that are written by
    the same run."""
    return [
        SourcePage(
            name,
            generated.get(name) or (REPOSITORY / "docs" / f"{name}.md").read_text(encoding="utf-8"),
        )
        for name in notes()["pages"]
    ]


def render(pages: list[SourcePage]) -> str:
    """Return the pages as JSON, for the MCP server."""
    made = {
        page.name: {
            "title": page.title,
            "description": page.description,
            "text": page.linked(_to_resource),
        }
        for page in pages
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _to_resource(words: str, target: str) -> str:
    """Return a link to the resource of a page, or the words alone if it is none."""
    page, _, anchor = target.partition("#")
    name = page.removesuffix(".md")
    if name not in notes()["pages"]:
        return words
    return f"[{words}](outrider://docs/{name}{'#' if anchor else ''}{anchor})"
