"""No validation error of the library shows what was rejected: it may be personal data or a secret,
and tracebacks are logged."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from outrider.contacts.models import Contact
from outrider.kit.models import Model
from outrider.messages.models import Message
from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider"
CANARY = "canary@example.com"


def subclasses(base: type[Model] = Model) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from subclasses(model)


def adapters() -> Iterator[TypeAdapter[Any]]:
    """Every TypeAdapter that a function keeps."""
    for path in sorted((REPOSITORY / "functions").glob("*/app.py")):
        module = importlib.import_module(f"functions.{path.parent.name}.app")
        yield from (value for value in vars(module).values() if isinstance(value, TypeAdapter))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")


def test_every_model_hides_the_input() -> None:
    for path in sorted((LIBRARY / "outrider").rglob("*.py")):
        importlib.import_module(module_of(path))

    every = [model for model in subclasses() if model.__module__.startswith("outrider.")]

    assert len(every) > 150
    assert [each for each in every if not each.model_config["hide_input_in_errors"]] == []


@pytest.mark.parametrize("model", [Contact, Message])
def test_an_error_of_a_model_does_not_show_the_input(model: type[Model]) -> None:
    with pytest.raises(ValidationError) as failure:
        model.model_validate({"id": [CANARY], "created_at": {CANARY: CANARY}})

    assert CANARY not in f"{failure.value}{failure.value!r}"


def test_errors_of_unions_do_not_show_the_input() -> None:
    every = list(adapters())

    for each in every:
        with pytest.raises(ValidationError) as failure:
            each.validate_python({CANARY: CANARY})
        assert CANARY not in str(failure.value)
    assert every
