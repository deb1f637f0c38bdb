"""Rules about template variables: unknown ones, and those that some contacts lack."""

from collections.abc import Iterator
from difflib import get_close_matches

from outrider.contacts.models import Contact
from outrider.kit.text import liquid, spintax
from outrider.kit.text.liquid import Variable, written
from outrider.kit.text.templates import TemplateInvalid
from outrider.research import template_values
from outrider.sequences.lint.findings import Remark
from outrider.sequences.lint.parts import TextPart

_SHOWN = 10

_ALWAYS = {name for name, field in Contact.model_fields.items() if field.default is not None}
_FIELDS = {*Contact.model_fields, *Contact.model_computed_fields}
_SENDER = frozenset({"name", "email"})
_KNOWN = _FIELDS | {"research", "sender", "unsubscribe_url"}
_CERTAIN = (_ALWAYS - {"custom"}) | {"unsubscribe_url"}


def template(part: TextPart) -> Iterator[Remark]:
    yield from _spintax(part)
    try:
        asked = liquid.asked(part.source)
    except TemplateInvalid as error:
        yield Remark("template", "error", f"The template cannot be read: {error}")
        return
    for filter_ in asked.unknown_filters[:_SHOWN]:
        yield Remark("unknown_filter", "error", f"Liquid has no filter {filter_}")
    for tag in asked.unknown_tags:
        yield Remark("unknown_tag", "error", f"Templates cannot {tag} files: write the text here")
    unknown = [each for each in asked.variables if not _is_known(each)]
    for variable in unknown[:_SHOWN]:
        yield _unknown(variable)
    missing = [
        str(variable)
        for variable in asked.variables
        if _is_known(variable) and variable.may_fail and not _is_certain(variable)
    ]
    for name in list(dict.fromkeys(missing))[:_SHOWN]:
        yield Remark(
            "missing_default",
            "warning",
            f"Contacts without {name} get nothing there: give a default, "
            f"{{{{ {name} | default: '…' }}}}, "
            f"or ask for it first, {{% if {name} %}}",
        )


def _spintax(part: TextPart) -> Iterator[Remark]:
    for group in spintax.unbalanced(part.source)[:_SHOWN]:
        yield Remark("spintax", "error", f"The options have no closing brace: {group}")


def _is_known(variable: Variable) -> bool:
    root, *inner = variable.path
    if root == "sender":
        return bool(inner) and inner[0] in _SENDER
    if root == "research":
        return not inner or inner[0] in template_values.NAMES
    return root in _KNOWN


def _is_certain(variable: Variable) -> bool:
    return variable.path[0] in _CERTAIN or variable.path in (("sender", "email"), ("custom",))


def _unknown(variable: Variable) -> Remark:
    name = str(variable)
    similar = get_close_matches(variable.path[-1][:100], sorted(_KNOWN), n=1)
    own = written(("custom", *variable.path))
    hint = f": write {similar[0]}" if similar else f": a field of your own is {own}"
    if variable.use == "default":
        message = f"There is no {name}, so everybody gets the default{hint}"
        return Remark("unknown_variable", "warning", message)
    return Remark("unknown_variable", "error", f"There is no {name}{hint}")
