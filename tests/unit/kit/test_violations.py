"""Sentences for what pydantic refuses: one for each error that an input of the API can have."""

import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, Tag, TypeAdapter, ValidationError

from outrider.kit.errors import Violation
from outrider.kit.http.inputs import MANY, ONE, BatchBody, Input
from outrider.kit.http.requests import one_or_many
from outrider.kit.http.violations import (
    _FORMS,
    MOST,
    SENTENCES,
    violations_of,
)
from tools import routes

RAISED = {
    "any": set(),
    "bool": {"bool_type", "bool_parsing"},
    "date": {
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    },
    "dict": {"dict_type", "too_long", "invalid_key"},
    "float": {
        "float_type",
        "float_parsing",
        "finite_number",
        "greater_than_equal",
        "less_than_equal",
    },
    "function-after": {"value_error"},
    "function-before": {"value_error"},
    "int": {
        "int_type",
        "int_parsing",
        "int_parsing_size",
        "int_from_float",
        "finite_number",
        "greater_than_equal",
        "less_than_equal",
    },
    "list": {"list_type", "too_short", "too_long"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type", "json_invalid", "missing", "extra_forbidden"},
    "none": {"none_required"},
    "str": {
        "string_type",
        "string_unicode",
        "string_too_short",
        "string_too_long",
        "string_pattern_mismatch",
    },
    "tagged-union": {"union_tag_invalid", "union_tag_not_found", "model_attributes_type"},
    "union": set(),
}
"""The types of errors (https://docs.pydantic.dev/latest/errors/validation_errors/) of each kind of
core schema that our inputs are made of. `invalid` is ours."""
STRUCTURE = {"default", "definition-ref", "definitions", "json-or-python", "model-fields"}
STRUCTURE |= {"model-field", "no-info", "nullable", "with-info"}
RULES = {
    "allow_inf_nan",
    "ge",
    "le",
    "max_length",
    "min_length",
    "pattern",
    "strict",
}
UNUSED = {"gt", "lt", "multiple_of", "now_op", "tz_constraint", "to_lower", "max_digits"}
"""Rules whose errors have no sentence, because no model has them."""


def parts(value: Any, seen: set[int]) -> Iterator[dict[str, Any]]:
    """Every part of a core schema that has a type."""
    if id(value) in seen or isinstance(value, str | bytes):
        return
    seen.add(id(value))
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        for name, inner in value.items():
            if name not in ("metadata", "serialization", "cls", "config"):
                yield from parts(inner, seen)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from parts(inner, seen)


def inputs() -> list[TypeAdapter[Any]]:
    found = [route for api in routes.apis().values() for route in api.routes]
    return [route.body for route in found if route.body] + [
        TypeAdapter(route.query) for route in found if route.query
    ]


SCHEMAS = [part for adapter in inputs() for part in parts(adapter.core_schema, set())]


class TestTable:
    def test_has_a_sentence_for_every_error_that_an_input_can_have(self) -> None:
        kinds = {part["type"] for part in SCHEMAS} - STRUCTURE

        assert kinds - set(RAISED) == set()
        assert {each for kind in kinds for each in RAISED[kind]} | {"invalid"} == set(SENTENCES)

    def test_knows_the_rules_of_all_inputs(self) -> None:
        assert {name for part in SCHEMAS for name in part} & UNUSED == set()

    def test_can_describe_every_pattern(self) -> None:
        """By the example of its field, or in words."""
        undescribed = [
            pattern
            for adapter in inputs()
            for pattern, has_example in patterns(adapter.core_schema, set(), has_example=False)
            if not has_example and pattern not in _FORMS
        ]

        assert undescribed == []


def patterns(value: Any, seen: set[int], *, has_example: bool) -> Iterator[tuple[str, bool]]:
    """Every pattern of a core schema, and whether what is around it has an example."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, dict):
        metadata = value.get("metadata", {}).get("pydantic_js_updates", {})
        has_example = "examples" in metadata or (has_example and value.get("type") != "model")
        if value.get("type") == "str" and "pattern" in value:
            yield value["pattern"], has_example
        for name, inner in value.items():
            if name not in ("metadata", "serialization", "cls", "config"):
                yield from patterns(inner, seen, has_example=has_example)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from patterns(inner, seen, has_example=has_example)


class Server(Input):
    password: Annotated[str, Field(min_length=8, max_length=10, repr=False)]


class Step(Input):
    type: Literal["email"]
    wait_days: Annotated[int, Field(ge=0, le=90)] = 0
    at: Annotated[str, Field(pattern=r"^\d\d:\d\d$", examples=["09:00"])] = "09:00"


class Pause(Input):
    type: Literal["pause"]


class Thing(Input):
    email: Annotated[str, Field(max_length=5)]
    first_name: str | None = None
    is_new: bool = False
    score: Annotated[float, Field(ge=0, le=1)] = 0
    tags: (
        Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=2)]
        | None
    ) = None
    server: Server | None = None
    steps: list[Annotated[Step | Pause, Field(discriminator="type")]] | None = None
    context: dict[str, Any] | None = None


class Things(BatchBody):
    things: list[Any]


THING = TypeAdapter(
    Annotated[Annotated[Thing, Tag(ONE)] | Annotated[Things, Tag(MANY)], one_or_many("things")]
)


def refused(text: str) -> list[Violation]:
    with pytest.raises(ValidationError) as caught:
        THING.validate_json(text, strict=True)
    return violations_of(caught.value, THING)


class TestSentences:
    @pytest.mark.parametrize(
        ("more", "pointer", "sentence"),
        [
            (
                '"firstName": 1',
                "/firstName",
                "There is no field firstName. Did you mean first_name?",
            ),
            (
                '"x": 1',
                "/x",
                "There is no field x; available are context, email, first_name, is_new, score, "
                "server, steps, tags",
            ),
            ('"first_name": 5', "/first_name", "first_name must be a string, not 5"),
            ('"is_new": "yes"', "/is_new", 'is_new must be true or false, not "yes"'),
            ('"score": 95', "/score", "score may be at most 1, not 95"),
            ('"score": null', "/score", "score must be a number, not null"),
            ('"tags": []', "/tags", "tags must not be empty"),
            ('"tags": [""]', "/tags/0", "This item must not be empty"),
            ('"tags": ["a", "b", "c"]', "/tags", "tags may have at most 2 items"),
            ('"tags": "a"', "/tags", 'tags must be a list […], not "a"'),
            ('"context": []', "/context", "context must be an object {…}, not a list"),
            ('"server": {}', "/server/password", "password is required"),
            (
                '"server": {"password": "s3cret"}',
                "/server/password",
                "password must have at least 8 characters; it has 6",
            ),
            (
                '"server": {"password": 12345678}',
                "/server/password",
                "password must be a string, not what was sent",
            ),
            ('"steps": [{}]', "/steps/0", "type is required: email or pause"),
            (
                '"steps": [{"type": "emial"}]',
                "/steps/0",
                'type must be email or pause, not "emial". Did you mean email?',
            ),
            (
                '"steps": [{"type": "email", "waitDays": 1}]',
                "/steps/0/waitDays",
                "There is no field waitDays. Did you mean wait_days?",
            ),
            (
                '"steps": [{"type": "email", "at": "9"}]',
                "/steps/0/at",
                'at must be of the form "09:00", not "9"',
            ),
            (
                '"steps": [{"type": "email", "wait_days": 1.5}]',
                "/steps/0/wait_days",
                "wait_days must be a whole number, not 1.5",
            ),
        ],
    )
    def test_name_the_field_the_value_and_what_to_send(
        self, more: str, pointer: str, sentence: str
    ) -> None:
        assert refused(f'{{"email": "a", {more}}}') == [Violation(pointer, sentence)]

    def test_say_how_to_send_several(self) -> None:
        assert refused('[{"email": "a"}]') == [
            Violation(
                "", 'The body must be an object {…}, not a list. Send several as {"things": […]}'
            )
        ]

    def test_say_nothing_of_several_where_one_is_taken(self) -> None:
        adapter = TypeAdapter(Server)
        with pytest.raises(ValidationError) as failure:
            adapter.validate_json("[]", strict=True)

        assert violations_of(failure.value, adapter) == [
            Violation("", "The body must be an object {…}, not a list")
        ]

    def test_are_short_whatever_is_sent(self) -> None:
        name, value = "n" * 10_000, "v" * 10_000

        found = refused(
            f'{{"email": "a", "{name}": 1, "is_new": "{value}", "score": 1{"0" * 5000}}}'
        )

        assert max(len(each.detail) for each in found) < 300

    def test_are_written_in_little_time_for_many_mistakes(self) -> None:
        wrong = ",".join(f'"{"first_nam" * 7}{number}": 1' for number in range(20_000))
        began = time.process_time()

        found = refused(f'{{"email": "a", {wrong}}}')

        assert len(found) == MOST
        assert time.process_time() - began < 1
