"""Request and response schemas of steps."""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.kit import ids
from outrider.kit.aws.attributes import Problem
from outrider.kit.errors import ValidationFailed, Violation
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input, invalid
from outrider.kit.models import Model
from outrider.kit.text import templates
from outrider.kit.text.quotes import quoted
from outrider.kit.text.suggestions import did_you_mean
from outrider.sequences.models import CONDITIONS, Basis, Channel, Step, Unit, Variant

MAX_STEPS = 30
MAX_STEPS_BYTES = 300_000
"""Bytes of all steps together: a version is one DynamoDB item, which may have 400 KB."""
MAX_SMS = 1_600
"""Maximum number of characters of an SMS that SNS accepts:
https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html"""

_BY_PERSON = ("linkedin", "call", "task")
_LONGEST = {"minutes": 527_040, "hours": 8_784, "days": 366}
"""Maximum wait of about one year, by unit."""
_DEFAULT_TIMEOUT = Step.model_fields["timeout_days"].default


def _condition(text: str) -> str:
    if text not in CONDITIONS:
        meant = did_you_mean(text, CONDITIONS) or f"; available are {', '.join(CONDITIONS)}"
        raise ValueError(f"There is no condition {quoted(text)}{meant}")
    return text


def _template(source: str) -> str:
    return templates.check(source)


Condition = Annotated[
    str,
    AfterValidator(_condition),
    Field(json_schema_extra={"enum": list(CONDITIONS)}),
]


class Wait(Input):
    """Time after the previous step, or after enrollment. The basis `working` skips holidays, and
    weekends that have no send window."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                json_schema.when({"unit": {"const": unit}}, {"value": {"maximum": longest}})
                for unit, longest in _LONGEST.items()
            ]
        }
    )

    value: Annotated[int, Field(ge=0, le=100_000)]
    unit: Unit
    basis: Basis = "calendar"

    @model_validator(mode="after")
    def _is_no_more_than_a_year(self) -> Self:
        if self.value > _LONGEST[self.unit]:
            raise invalid((("value",), "A step may wait 365 days at most"))
        return self


class _Content(Input):
    subject: Annotated[str, Field(max_length=500), AfterValidator(_template)] | None = None
    text: Annotated[str, Field(max_length=50_000), AfterValidator(_template)] | None = None
    html: Annotated[str, Field(max_length=100_000), AfterValidator(_template)] | None = None

    def problems(self, channel: Channel) -> Iterator[Problem]:
        """Yield what the content may not contain for this channel."""
        if channel == "email":
            return
        for name in ("subject", "html"):
            if getattr(self, name) is not None:
                yield (name,), f"A step of the channel {channel} has only text: leave out {name}"
        if channel == "sms" and len(self.text or "") > MAX_SMS:
            yield ("text",), f"An SMS has {MAX_SMS:,} characters at most: shorten it"


class VariantInput(_Content):
    """One of several texts of a step. Contacts are divided among the variants by weight. `id`
    identifies the variant in the statistics; by default it is a letter."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$", examples=["short"])] | None = (
        None
    )
    weight: Annotated[int, Field(ge=1, le=100)] = 1


_NONE = {"type": "null"}
_ONLY_TEXT = {"subject": _NONE, "html": _NONE}
_SHORT = {"text": {"maxLength": MAX_SMS}}


def _rules() -> dict[str, Any]:
    """Return the JSON Schema of the content that each channel allows and of fields that exclude
    each other."""
    return {
        "allOf": [
            {"anyOf": [{"properties": {name: _NONE}} for name in ("wait_days", "wait_before")]},
            json_schema.when(
                {"channel": {"not": {"enum": list(_BY_PERSON)}}}, {"timeout_days": _NONE}
            ),
            json_schema.when(
                {"variants": {"not": _NONE}}, {"subject": _NONE, "text": _NONE, "html": _NONE}
            ),
            *(
                json_schema.when(
                    {"channel": channel},
                    {**content, "variants": {"items": {"properties": dict(content)}}},
                )
                for channel, content in (
                    ({"not": {"const": "email"}}, _ONLY_TEXT),
                    ({"const": "sms"}, _SHORT),
                )
            ),
        ]
    }


class StepCreate(_Content):
    """A step. Give the wait as `wait_days` or `wait_before`, not both. `if` defaults to `always`
    for the first step and to `no_reply` for the others. Subject, text and html are Liquid templates
    over the contact's fields, with spintax such as `{Hi|Hello}`; an email without a subject is sent
    as a reply in the thread. An SMS has only text, and so has a manual step, where the text has the
    instructions. Instead of the content, a step can have `variants`, of which each contact gets
    one."""

    model_config = ConfigDict(json_schema_extra=_rules())

    channel: Channel
    wait_days: Annotated[int, Field(ge=0, le=365)] | None = None
    wait_before: Wait | None = None
    condition: Annotated[Condition | None, Field(alias="if")] = None
    variants: Annotated[list[VariantInput], Field(min_length=2, max_length=10)] | None = None
    timeout_days: Annotated[
        int | None,
        Field(ge=1, le=90, description="When a step that a person does is given up; 7 by default"),
    ] = None

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if found := [*self._problems(), *self.problems(self.channel)]:
            raise invalid(*found)
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.wait_days is not None and self.wait_before is not None:
            yield ("wait_days",), "Give wait_days or wait_before, not both"
        if self.timeout_days is not None and self.channel not in _BY_PERSON:
            yield ("timeout_days",), f"Only {', '.join(_BY_PERSON)} have a timeout: leave it out"
        if self.variants is None:
            return
        for name in ("subject", "text", "html"):
            if getattr(self, name) is not None:
                yield (name,), f"Give {name} in the variants, or no variants"
        given = [variant.id for variant in self.variants if variant.id is not None]
        for place, variant in enumerate(self.variants):
            if variant.id is not None and given.count(variant.id) > 1:
                yield ("variants", place, "id"), "Another variant of the step has the same id"
            for where, detail in variant.problems(self.channel):
                yield ("variants", place, *where), detail

    def step(self, *, first: bool, step_id: str | None = None) -> Step:
        """Return the step to store, with a new id unless `step_id` is given."""
        wait = self.wait_before or Wait(value=self.wait_days or 0, unit="days")
        return Step(
            id=step_id or ids.new("stp"),
            channel=self.channel,
            wait_value=wait.value,
            wait_unit=wait.unit,
            wait_basis=wait.basis,
            condition=self.condition or ("always" if first else "no_reply"),
            variants=self._variants(),
            timeout_days=self.timeout_days or _DEFAULT_TIMEOUT,
        )

    def _variants(self) -> list[Variant]:
        if self.variants is None:
            return [Variant(id="a", subject=self.subject, text=self.text, html=self.html)]
        taken = {variant.id for variant in self.variants}
        letters = (letter for letter in ascii_lowercase if letter not in taken)
        return [
            Variant(**variant.model_dump(exclude={"id"}), id=variant.id or next(letters))
            for variant in self.variants
        ]


class StepPut(StepCreate):
    """A step. With the `id` of a current step it replaces that step."""

    id: Annotated[str | None, Field(max_length=64)] = None


def bounded(steps: list[StepCreate]) -> list[StepCreate]:
    size = sum(len(step.model_dump_json().encode()) for step in steps)
    if size > MAX_STEPS_BYTES:
        raise ValueError(
            f"The steps are {size:,} bytes; {MAX_STEPS_BYTES:,} are allowed in all: shorten some"
        )
    return steps


def replaced(given: Sequence[StepPut], current: Mapping[str, Step]) -> list[Step]:
    """Return the new steps in order; those with the id of a step in `current` keep it.

    Raises ValidationFailed if an id is unknown or given twice, or the channel of a step would
    change.
    """
    violations: list[Violation] = []
    seen: set[str] = set()
    for place, step in enumerate(given):
        if step.id is None:
            continue
        if step.id not in current:
            detail = "The sequence has no such step: leave id out for a new one"
            violations.append(Violation(f"/steps/{place}/id", detail))
        elif step.id in seen:
            violations.append(Violation(f"/steps/{place}/id", "Another step has the same id"))
        elif step.channel != current[step.id].channel:
            detail = f"A step keeps its channel, here {current[step.id].channel}: leave id out"
            violations.append(Violation(f"/steps/{place}/channel", detail))
        seen.add(step.id)
    if violations:
        raise ValidationFailed("Some ids do not fit the sequence", violations=violations)
    return [step.step(first=place == 0, step_id=step.id) for place, step in enumerate(given)]


class VariantView(Model):
    id: str
    weight: int
    subject: str | None
    text: str | None
    html: str | None


class StepView(Model):
    """A step, in the form that PUT accepts. If there is only one variant, its content is in the
    step itself."""

    model_config = ConfigDict(serialize_by_alias=True)

    id: str
    channel: Channel
    wait_before: Wait
    condition: Annotated[str, Field(serialization_alias="if")]
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    variants: list[VariantView] | None = None
    timeout_days: int | None

    @classmethod
    def of(cls, step: Step) -> Self:
        content = (
            {"variants": [VariantView(**vars(variant)) for variant in step.variants]}
            if len(step.variants) > 1
            else step.variants[0].model_dump(include={"subject", "text", "html"})
        )
        return cls(
            id=step.id,
            channel=step.channel,
            wait_before=Wait(value=step.wait_value, unit=step.wait_unit, basis=step.wait_basis),
            condition=step.condition,
            timeout_days=step.timeout_days if step.by_person else None,
            **content,
        )
