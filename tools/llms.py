"""Renderer of /llms.txt and /llms-full.txt (https://llmstxt.org), what an agent reads first.

The first is docs/first-outreach.md with lists of operations and error codes; the second has all
pages for users of the API, and the table of tools, behind it. Addresses are those of
`https://api.example.com`, which the function that serves them replaces by its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools import mcp
from tools.error_codes import ErrorCode
from tools.pages import SourcePage

Schema = dict[str, Any]

SITE = "https://api.example.com"
_FIRST = "first-outreach"
_SUMMARY = """\
> Sales outreach as an API: contacts, sequences of emails, campaigns, replies, events. This page is
> enough for a first outreach over HTTP; what it names is at its own address."""
_HEADING = re.compile(r"(?m)^## (.+)$")


def render(document: Schema, codes: Sequence[ErrorCode], pages: Sequence[SourcePage]) -> str:
    """Return /llms.txt: a title, a summary, text without headings, and lists of links under
    headings of the second level, as the format has it."""
    (first,) = (page for page in pages if page.name == _FIRST)
    text = _HEADING.sub(r"**\1**", first.linked(_words)).partition("\n")[2]
    parts = [
        f"# {document['info']['title']}",
        _SUMMARY,
        text.strip(),
        "## Documentation",
        "\n".join(_documentation(pages)),
        "## Operations",
        "\n".join(_operations(document)),
        "## Errors",
        "\n".join(
            f"- [{code.code}]({SITE}/docs#{code.code.lower()}): {code.status}. {code.advice}"
            for code in codes
        ),
    ]
    return "\n\n".join(parts) + "\n"


def render_full(
    document: Schema,
    codes: Sequence[ErrorCode],
    pages: Sequence[SourcePage],
    tools: Sequence[Mapping[str, Any]],
) -> str:
    """Return /llms-full.txt."""
    others = (page.linked(_words).strip() for page in pages if page.name != _FIRST)
    parts = [render(document, codes, pages).strip(), _table(tools), *others]
    return "\n\n".join(parts) + "\n"


def _documentation(pages: Sequence[SourcePage]) -> Iterator[str]:
    titles = ", ".join(page.title for page in pages if page.name != _FIRST)
    yield f"- [All pages]({SITE}/llms-full.txt): this page, the table of tools, {titles}"
    yield f"- [Reference]({SITE}/docs): each operation with fields and examples, for people"
    yield f"- [OpenAPI document]({SITE}/openapi.json): the same for programs"


def _operations(document: Schema) -> Iterator[str]:
    """Yield a line for each tag, with the operations that need a key."""
    for tag in document["tags"]:
        found = [
            (f"`{method.upper()} {path}` {operation['operationId']}", operation["operationId"])
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if tag["name"] in operation["tags"] and operation["security"]
        ]
        if found:
            lines = ", ".join(line for line, _ in found)
            yield f"- [{tag['name']}]({SITE}/docs#{found[0][1]}): {lines}"


def _table(tools: Sequence[Mapping[str, Any]]) -> str:
    """Return the tools of the MCP server with their arguments, required ones marked."""
    rows = [
        "| tool | does | scopes | arguments (* required) |",
        "|---|---|---|---|",
        *(
            f"| `{tool['name']}` | {tool['title']} | {', '.join(tool['scopes'])}"
            f" | {', '.join(_arguments(tool['input']))} |"
            for tool in tools
        ),
    ]
    left_out = [f"- `{name}`: {reason}" for name, reason in mcp.notes()["left_out"].items()]
    return "\n".join(
        ["# Tools of the MCP server", "", *rows, "", "Operations that are no tools:", "", *left_out]
    )


def _arguments(schema: Schema) -> Iterator[str]:
    for name in schema["properties"]:
        yield f"`{name}`{'*' if name in schema['required'] else ''}"


def _words(words: str, _: str) -> str:
    """Return a link to another page without its target: all pages are in one file."""
    return words
