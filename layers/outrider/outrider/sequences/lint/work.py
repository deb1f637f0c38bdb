"""Rule about rendering cost: templates are rendered for made-up contacts, and the work is
counted."""

from collections.abc import Iterable, Iterator
from typing import Any

from outrider.kit.text import liquid, templates
from outrider.kit.text.liquid import Variable
from outrider.kit.text.template_work import MOST_WORK
from outrider.kit.text.templates import TemplateInvalid
from outrider.sequences.lint.findings import Remark
from outrider.sequences.lint.parts import TextPart

MOST_TRIAL_WORK = 10 * MOST_WORK
"""Units of work for the trials of all texts of a sequence; beyond it, an error is reported."""
USUAL, LONG = 100, 4_000
"""Characters of each made-up contact value: typical ones, whose failure is an error, and long ones,
whose failure is a warning."""
_TAGS = 50


class Trials:
    """Trial renderings of the texts of one sequence, with a common budget of work."""

    def __init__(self) -> None:
        self._left = MOST_TRIAL_WORK

    def remarks(self, part: TextPart) -> Iterator[Remark]:
        if self._left <= 0:
            return
        try:
            variables = liquid.asked(part.source).variables
            if not self._is_too_much(part, variables, LONG):
                yield from self._all_together()
            elif self._is_too_much(part, variables, USUAL):
                yield Remark("work", "error", _message(USUAL))
            else:
                yield Remark("work", "warning", _message(LONG))
        except TemplateInvalid:
            return

    def _is_too_much(self, part: TextPart, variables: Iterable[Variable], length: int) -> bool:
        kind: templates.Kind = "html" if part.name == "html" else "text"
        work = templates.work(part.whole, _values(variables, length), kind)
        self._left -= work
        return work > MOST_WORK

    def _all_together(self) -> Iterator[Remark]:
        if self._left <= 0:
            message = "The texts up to this one do too much work together: do less in loops"
            yield Remark("work", "error", message)


def _message(length: int) -> str:
    return (
        f"For a contact whose values have {length:,} characters the template does too much work, "
        "and nothing is sent: do less in loops and with long values"
    )


def _values(variables: Iterable[Variable], length: int) -> dict[str, Any]:
    """Return a made-up value of `length` characters for each variable, made of distinct words."""
    values: dict[str, Any] = {}
    for variable in variables:
        place = values
        *inner, last = variable.path
        for name in inner:
            if not isinstance(place.setdefault(name, {}), dict):
                break
            place = place[name]
        else:
            place.setdefault(last, _value(variable.path, length))
    return values


def _value(path: tuple[str, ...], length: int) -> Any:
    words = " ".join(f"w{number}" for number in range(length // 3))[:length]
    return words.split()[:_TAGS] if path == ("tags",) else words
