"""Missing values: which texts of a sequence cannot be rendered for a contact, found without
rendering."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from outrider.contacts.models import Contact
from outrider.kit.text import liquid, spintax
from outrider.kit.text.templates import TemplateInvalid
from outrider.sequences.models import Step, Variant

_OURS = frozenset({"research", "sender", "unsubscribe_url"})
"""Variables that are no fields of the contact."""


class VariantKey(NamedTuple):
    """Key of a variant: the ids of its step and of itself."""

    step_id: str
    variant_id: str


Needs = Mapping[VariantKey, frozenset[tuple[str, ...]]]
"""Paths of the fields that each variant needs."""


def needs(steps: Iterable[Step]) -> Needs:
    """Return the fields that each variant writes unconditionally. Fields inside conditions, loops
    and spintax options are ignored."""
    found = {
        VariantKey(step.id, variant.id): frozenset(_needed(variant))
        for step in steps
        for variant in step.variants
    }
    return {variant: paths for variant, paths in found.items() if paths}


def unfilled(contact: Contact, needs: Needs) -> frozenset[VariantKey]:
    """Return the variants that are not sent to the contact because it lacks a value that they
    need."""
    values = contact.model_dump(exclude_none=True) if needs else {}
    return frozenset(
        variant
        for variant, paths in needs.items()
        if not all(liquid.has(values, path) for path in paths)
    )


def _needed(variant: Variant) -> Iterator[tuple[str, ...]]:
    for source in filter(None, (variant.subject, variant.text, variant.html)):
        try:
            asked = liquid.asked(spintax.fold(source, lambda _, __: ""))
        except TemplateInvalid:
            continue
        for variable in asked.variables:
            if variable.use == "needed" and variable.path[0] not in _OURS:
                yield variable.path
