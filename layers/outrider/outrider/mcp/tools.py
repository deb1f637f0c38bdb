"""Tools: the operations of the API, as `python -m tools.openapi` writes them to `tools.json` from
the routes. It is the only list of what a model can do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from outrider.access import scopes
from outrider.kit import json

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """One operation of the API."""

    name: str
    title: str
    description: str
    scopes: tuple[str, ...]
    """Scopes of which a key needs all."""
    function: str
    """Name of the function that serves the operation."""
    method: str
    path: str
    query: tuple[str, ...]
    """Names of the arguments that are query parameters."""
    has_body: bool
    """Whether arguments that are neither in the path, nor in the query, nor a header make a
    body."""
    needs_body: bool
    annotations: Mapping[str, bool]
    input: Schema
    output: Schema

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "Tool":
        """Return the tool of an entry in `tools.json`."""
        return cls(**entry | {name: tuple(entry[name]) for name in ("scopes", "query")})

    @property
    def is_list(self) -> bool:
        """Return whether the result is a page of a list, whose length the caller chooses."""
        return "limit" in self.query

    @property
    def is_read_only(self) -> bool:
        return self.annotations["readOnlyHint"]

    def is_visible(self, granted: Collection[str]) -> bool:
        """Return whether a key with the scopes `granted` may call the tool."""
        return all(scopes.covers(granted, needed) for needed in self.scopes)


@cache
def tools() -> Mapping[str, Tool]:
    """Return all tools by name."""
    entries = json.loads(Path(__file__).with_name("tools.json").read_bytes())
    return {entry["name"]: Tool.of(entry) for entry in entries}


def visible_tool(name: str, granted: Collection[str]) -> Tool | None:
    """Return the tool of this name, or None if there is none that a key with the scopes `granted`
    may call."""
    tool = tools().get(name)
    return tool if tool and tool.is_visible(granted) else None
