"""What the API takes and gives about sequences."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from outrider.kit import templates
from outrider.kit.requests import Input
from outrider.mailboxes.models import DEFAULT_POOL
from outrider.mailboxes.schemas import PoolId
from outrider.sequences.models import CONDITIONS, Sequence, Status, Unit

MAX_STEPS = 30
MAX_STEPS_BYTES = 300_000
"""The steps of a version are one item of a table, and that holds 400 KB."""


def _condition(text: str) -> str:
    if text not in CONDITIONS:
        raise ValueError(f"A condition is one of {', '.join(CONDITIONS)}")
    return text


Condition = Annotated[str, AfterValidator(_condition)]


def _template(source: str) -> str:
    return templates.check(source)


class WaitBefore(Input):
    value: Annotated[int, Field(ge=0, le=100_000)]
    unit: Unit


class StepCreate(Input):
    """A step. `wait_days` and `wait_before` say the same thing; give one. `if` is `always` for the
    first step and `no_reply` for the others unless said otherwise. Subject, text and html are
    Liquid templates over the contact's fields; without a subject a step answers in the thread."""

    model_config = ConfigDict(populate_by_name=True)

    channel: Literal["email"]
    wait_days: Annotated[int, Field(ge=0, le=365)] | None = None
    wait_before: WaitBefore | None = None
    condition: Annotated[Condition | None, Field(alias="if")] = None
    subject: Annotated[str, Field(max_length=500), AfterValidator(_template)] | None = None
    text: Annotated[str, Field(max_length=50_000), AfterValidator(_template)] | None = None
    html: Annotated[str, Field(max_length=100_000), AfterValidator(_template)] | None = None

    @model_validator(mode="after")
    def _one_wait(self) -> Self:
        if self.wait_days is not None and self.wait_before is not None:
            raise ValueError("Give wait_days or wait_before, not both")
        return self


class SequenceCreate(Input):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    mailbox_pool: PoolId = DEFAULT_POOL
    steps: Annotated[list[StepCreate], Field(min_length=1, max_length=MAX_STEPS)]

    @field_validator("steps")
    @classmethod
    def _bounded(cls, steps: list[StepCreate]) -> list[StepCreate]:
        if sum(len(step.model_dump_json()) for step in steps) > MAX_STEPS_BYTES:
            raise ValueError(f"The steps may be at most {MAX_STEPS_BYTES:,} bytes in all")
        return steps


class SequenceView(BaseModel):
    """A sequence as it is shown: `steps` is how many there are."""

    id: str
    name: str
    status: Status
    steps: int
    mailbox_pool: str
    campaign_id: str | None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, sequence: Sequence) -> Self:
        return cls(
            steps=sequence.step_count, **sequence.model_dump(exclude={"step_count", "settings"})
        )
