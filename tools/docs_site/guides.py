"""Guides: the pages of docs/ for users and operators, as HTML."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from tools.docs_site.layout import link, page
from tools.templates import REPOSITORY

FIRST = "first-outreach"
_GROUPS = ("using the API", "running outreach", "words", "operating it")
"""Rows of the README's table of pages, in the order of the navigation."""
_ROW = re.compile(r"(?m)^\| ([^|]+?) \| (\[.+) \|$")
_LINK = re.compile(r"\[([^\]]+)\]\(docs/([\w-]+)\.md\)")
_HEADINGS_TO = 3


@dataclass(frozen=True, slots=True)
class Guide:
    """A page of docs/; `label` is what the navigation calls it."""

    name: str
    group: str
    label: str
    text: str

    @property
    def title(self) -> str:
        return self.text.removeprefix("# ").partition("\n")[0]

    @property
    def headings(self) -> Iterator[tuple[str, str]]:
        """Yield the anchors and texts of the headings of level 2 and 3."""
        tokens = _markdown().parse(self.text)
        for token, inline in pairwise(tokens):
            if token.type == "heading_open" and token.tag in ("h2", "h3"):
                yield str(token.attrs["id"]), _plain(inline)


def guides(generated: Mapping[str, str]) -> dict[str, Guide]:
    """Return the guides by name. `generated` has the text of those that the same run writes."""
    rows = dict(_ROW.findall((REPOSITORY / "README.md").read_text(encoding="utf-8")))
    return {
        name: Guide(name, group, label[0].upper() + label[1:], generated.get(name) or _text(name))
        for group in _GROUPS
        for label, name in _LINK.findall(rows[group])
    }


def render(guide: Guide, all_guides: Mapping[str, Guide]) -> str:
    """Return the page of a guide, with links to the others."""
    html = _markdown().render(guide.text, {"guides": all_guides})
    body = f"""<div class="guide">
<nav aria-label="Guides">
{navigation(all_guides, guide.name)}
</nav>
<main>
{html}</main>
</div>"""
    return page(f"{guide.title} - Outrider", body, current=f"/docs/{FIRST}")


def navigation(all_guides: Mapping[str, Guide], current: str = "") -> str:
    """Return the list of guides by group, as HTML."""
    lists = []
    for group in _GROUPS:
        entries = "\n".join(
            f"<li>{link(f'/docs/{each.name}', each.label, current=each.name == current)}</li>"
            for each in all_guides.values()
            if each.group == group
        )
        lists.append(f"<p>{group[0].upper()}{group[1:]}</p>\n<ul>\n{entries}\n</ul>")
    return "\n".join(lists)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.use(anchors_plugin, max_level=_HEADINGS_TO, slug_func=_slug)
    markdown.core.ruler.push("links", _link_within)
    return markdown


def _link_within(state: Any) -> None:
    """Lead links to other guides where those are served, and take away links to other files of the
    repository, which are not."""
    known = state.env.get("guides", {})
    for block in state.tokens:
        opened: list[Token] = []
        for token in block.children or ():
            if token.type == "link_open":
                opened.append(token)
                _lead(token, known)
            elif token.type == "link_close" and opened.pop().tag == "span":
                token.tag = "span"


def _lead(link: Token, known: Mapping[str, Guide]) -> None:
    target = str(link.attrs["href"])
    if "://" in target or target.startswith("#"):
        return
    file, _, anchor = target.partition("#")
    name = file.removesuffix(".md")
    if file == "openapi.json":
        link.attrs["href"] = "/openapi.json"
    elif name in known:
        link.attrs["href"] = f"/docs/{name}{'#' if anchor else ''}{anchor}"
    else:
        link.tag = "span"
        link.attrs = {}


def _text(name: str) -> str:
    return (REPOSITORY / "docs" / f"{name}.md").read_text(encoding="utf-8")


def _slug(heading: str) -> str:
    """Return the anchor of a heading as GitHub makes it, so that links between pages hold in
    both."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def _plain(inline: Token) -> str:
    return "".join(
        child.content for child in inline.children or () if child.type in ("text", "code_inline")
    )
