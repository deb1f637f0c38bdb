"""Generator of the documentation pages that the MCP server serves as resources."""

import json
import re

from tools.mcp import notes
from tools.templates import REPOSITORY

PAGES = REPOSITORY / "layers" / "outrider" / "outrider" / "mcp" / "pages.json"
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def render() -> str:
    """Return the pages as JSON: those of docs/ that `mcp.yaml` lists."""
    made = {name: _page(name) for name in notes()["pages"]}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _page(name: str) -> dict[str, str]:
    text = (REPOSITORY / "docs" / f"{name}.md").read_text(encoding="utf-8")
    text = _LINK.sub(lambda found: _link(found[1], found[2]), text)
    title, _, rest = text.removeprefix("# ").partition("\n")
    first = " ".join(rest.strip().partition("\n\n")[0].split())
    return {"title": title, "description": _plain(first), "text": text}


def _link(words: str, target: str) -> str:
    """Return a link that leads somewhere outside of the repository, or its words alone."""
    if "://" in target:
        return f"[{words}]({target})"
    page, _, anchor = target.partition("#")
    name = page.removesuffix(".md")
    if name not in notes()["pages"]:
        return words
    return f"[{words}](outrider://docs/{name}{'#' if anchor else ''}{anchor})"


def _plain(text: str) -> str:
    """Return the first sentence without links."""
    sentence = _LINK.sub(lambda found: found[1], text).partition(". ")[0]
    return sentence.rstrip(":.")
