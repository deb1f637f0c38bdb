"""Static analysis of Liquid templates: their variables, and unknown filters and tags."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from outrider.kit.text import templates
from outrider.kit.text.liquid_guards import Use, uses
from outrider.kit.text.templates import TemplateInvalid

_READS_FILES = frozenset({"include", "render"})
_ENDS = frozenset({"first", "last"})
_PLAIN_NAME = re.compile(r"[a-zA-Z_\u0080-\uffff][\w\u0080-\uffff-]*")


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """Variable of a template; the path of `custom.plan` is `("custom", "plan")`."""

    path: tuple[str, ...]
    use: Use

    @property
    def may_fail(self) -> bool:
        """Return whether rendering may fail if the variable has no value."""
        return self.use in ("needed", "needed_in_branch")

    def __str__(self) -> str:
        return written(self.path)


@dataclass(frozen=True, slots=True)
class TemplateAnalysis:
    """Variables of a template, and its filters and tags that do not exist; each sorted."""

    variables: tuple[Variable, ...]
    unknown_filters: tuple[str, ...]
    unknown_tags: tuple[str, ...]


@lru_cache(maxsize=16)
def asked(source: str) -> TemplateAnalysis:
    """Return the analysis of a template. Raises TemplateInvalid if it cannot be parsed."""
    template = templates.parse(source)
    try:
        analysis = template.analyze(include_partials=False)
        variables = set(_variables(template, analysis.globals.values()))
    except LiquidError as error:
        raise TemplateInvalid(str(error)) from error
    return TemplateAnalysis(
        variables=tuple(sorted(variables)),
        unknown_filters=tuple(sorted(set(analysis.filters) - set(template.env.filters))),
        unknown_tags=tuple(sorted(_READS_FILES & set(analysis.tags))),
    )


def has(values: Mapping[str, Any], path: Iterable[str]) -> bool:
    """Return whether `values` has a value for the variable `path`; an empty list has no `first` or
    `last`."""
    inner: Any = values
    for name in path:
        if isinstance(inner, Mapping) and name in inner:
            inner = inner[name]
        else:
            return isinstance(inner, Sized) and (
                name == "size" or (name in _ENDS and len(inner) > 0)
            )
    return True


def written(path: Iterable[str]) -> str:
    """Return a variable in Liquid syntax, for example `custom['Deal Stage']` if a name is not a
    plain identifier.

    A name with both kinds of quotes cannot be written in Liquid.
    """
    first, *inner = path
    return first + "".join(
        f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{_quoted(name)}]" for name in inner
    )


def _quoted(name: str) -> str:
    return f'"{name}"' if "'" in name else f"'{name}'"


def _variables(template: BoundTemplate, globals_: Iterable[Iterable[Any]]) -> Iterator[Variable]:
    found = uses(template)
    for variables in globals_:
        for variable in variables:
            path = tuple(each for each in variable.segments if isinstance(each, str))
            yield Variable(path, found.get(variable.span.index, "needed"))
