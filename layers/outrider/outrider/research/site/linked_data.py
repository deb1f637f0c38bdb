"""Linked data of a page: schema.org objects in JSON-LD."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from outrider.kit import json
from outrider.research.site.kinds import ORGANIZATIONS
from outrider.research.site.tags import Element

_MAX_JSON, _MAX_BLOCKS, _MAX_NODES, _MAX_DEPTH = 200_000, 10, 2_000, 6
_CONTAINERS = ("@graph", "mainEntity", "itemListElement", "item")
"""Properties whose objects are as much about the page as the object that has them."""
_OWNERS = ("publisher", "about", "provider", "author", "hiringOrganization")
"""Properties by which an object that is no organization names the one that the site belongs to."""


def nodes_of(found: Iterable[Element]) -> list[dict[str, Any]]:
    """Return the objects of the page's JSON-LD blocks with those in their graphs and lists, then
    the organizations that they name as owners."""
    blocks = [
        each.text
        for each in found
        if each.name == "script" and _media_type(each) == "application/ld+json"
    ]
    nodes = [node for block in blocks[:_MAX_BLOCKS] for node in _nodes(_loaded(block), 0)]
    nodes = nodes[:_MAX_NODES]
    owners = (
        owner
        for node in nodes
        if not kinds_of(node) & ORGANIZATIONS.keys()
        for name in _OWNERS
        for owner in _listed(node.get(name))
        if isinstance(owner, dict)
    )
    return [*nodes, *owners]


def organization_in(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first organization with lower-case property names, or an empty dictionary. Objects
    with its `@id` add what it lacks."""
    organization: dict[str, Any] = {}
    for node in nodes:
        same = organization and node.get("@id") and node.get("@id") == organization.get("@id")
        if same or (not organization and kinds_of(node) & ORGANIZATIONS.keys()):
            own = {str(name).lower(): value for name, value in node.items()}
            organization = {**own, **organization}
    return organization


def job_titles_in(nodes: Iterable[Mapping[str, Any]], today: date) -> list[str]:
    """Return the titles of the job postings that are still open today."""
    return [
        title
        for node in nodes
        if "jobposting" in kinds_of(node)
        and isinstance(title := node.get("title"), str)
        and not _is_past(node.get("validThrough"), today)
    ]


def kinds_of(node: Mapping[str, Any]) -> set[str]:
    """Return the types of an object, in lower case and without namespace."""
    kinds = (each for each in _listed(node.get("@type")) if isinstance(each, str))
    return {each.rpartition("/")[2].rpartition(":")[2].lower() for each in kinds}


def _media_type(script: Element) -> str:
    return script.attributes.get("type", "").partition(";")[0].strip().lower()


def _loaded(block: str) -> Any:
    if len(block) > _MAX_JSON:
        return None
    try:
        return json.loads(block)
    except ValueError:
        return None


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    for node in _listed(value):
        if isinstance(node, dict):
            yield node
            if depth < _MAX_DEPTH:
                for name in _CONTAINERS:
                    yield from _nodes(node.get(name), depth + 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_past(day: Any, today: date) -> bool:
    try:
        return date.fromisoformat(str(day)[:10]) < today
    except ValueError:
        return False
