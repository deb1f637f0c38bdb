"""Liquid templates for text that is sent out: no files, no unbounded work, no silent gaps.

A variable without a value fails the rendering unless the template gives a `default`. Source of the
language: https://shopify.github.io/liquid/
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from liquid import Environment, StrictDefaultUndefined
from liquid.exceptions import LiquidError

Kind = Literal["text", "html"]


class TemplateInvalid(ValueError):
    """The template cannot be read, or cannot be filled with these values."""


class _Bounded(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = 500_000


def check(source: str) -> str:
    """`source` itself. Raises TemplateInvalid when it is no template."""
    try:
        _environment("text").from_string(source)
    except LiquidError as error:
        raise TemplateInvalid(_first_line(error)) from error
    return source


def render(source: str, values: Mapping[str, Any], kind: Kind) -> str:
    """Fill the template; values are escaped in `html`. Raises TemplateInvalid."""
    try:
        return str(_environment(kind).from_string(source).render(**values))
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise TemplateInvalid(_first_line(error)) from error


@cache
def _environment(kind: Kind) -> Environment:
    return _Bounded(undefined=StrictDefaultUndefined, autoescape=kind == "html")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
