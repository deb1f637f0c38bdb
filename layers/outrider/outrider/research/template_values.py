"""Values of the template variable `research`, as a pure function."""

from collections.abc import Mapping
from typing import Any

_FIELDS = {
    "name": "name",
    "description": "description",
    "industry": "industry",
    "size": "employees",
    "country": "country",
    "city": "city",
    "founded": "founded",
    "technologies": "technologies",
}
"""Fields of the facts of findings, by their names in templates."""
NAMES = frozenset({*_FIELDS, "signals"})
"""What a template can write of a research: `research.industry`, for example."""


def template_values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `research` for stored facts (`SiteFacts`), without those that are
    missing. `signals` are the names of the signals. The texts are untrusted."""
    values = {name: facts.get(field) for name, field in _FIELDS.items()}
    values["signals"] = [signal["name"] for signal in facts.get("signals", ())]
    return {name: value for name, value in values.items() if value}
