"""Linked data of a page: schema.org objects in JSON-LD."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from outrider.kit import json
from outrider.research.site.tags import Element

_MAX_JSON, _MAX_BLOCKS = 200_000, 10
_TYPES = """
airline bank collegeoruniversity corporation dentist educationalorganization financialservice
governmentorganization hotel legalservice localbusiness medicalorganization ngo
newsmediaorganization onlinebusiness onlinestore organization professionalservice realestateagent
restaurant school softwarecompany sportsorganization store travelagency
"""
_ORGANIZATIONS = frozenset(_TYPES.split())


def nodes_of(found: Iterable[Element]) -> list[dict[str, Any]]:
    """Return the top-level objects of the page's JSON-LD blocks and those in their graphs."""
    blocks = [
        each.text
        for each in found
        if each.name == "script" and each.attributes.get("type") == "application/ld+json"
    ]
    return [node for block in blocks[:_MAX_BLOCKS] for node in _nodes(_loaded(block))]


def organization_in(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first organization with lower-case property names, or an empty dictionary."""
    for node in nodes:
        if _kinds(node) & _ORGANIZATIONS:
            return {str(name).lower(): value for name, value in node.items()}
    return {}


def job_titles_in(nodes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the titles of the job postings."""
    titles = (node.get("title") for node in nodes if "jobposting" in _kinds(node))
    return [title for title in titles if isinstance(title, str)]


def _loaded(block: str) -> Any:
    if len(block) > _MAX_JSON:
        return None
    try:
        return json.loads(block)
    except ValueError:
        return None


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    for top in document if isinstance(document, list) else [document]:
        if isinstance(top, dict):
            yield top
            graph = top.get("@graph")
            yield from (
                (node for node in graph if isinstance(node, dict))
                if isinstance(graph, list)
                else ()
            )


def _kinds(node: Mapping[str, Any]) -> set[str]:
    """Return the types of an object, in lower case and without namespace."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {each.rpartition("/")[2].lower() for each in kinds if isinstance(each, str)}
