"""What the API takes and gives about sequences. Their steps are in `steps`, their rules in
`settings`."""

from collections.abc import Sequence as Many
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input
from outrider.kit.http.pagination import PageQuery
from outrider.mailboxes.models import DEFAULT_POOL
from outrider.mailboxes.schemas import PoolId
from outrider.sequences.lint.findings import LintFinding
from outrider.sequences.models import Sequence, Settings, Status, Step
from outrider.sequences.settings import SettingsInput, SettingsView
from outrider.sequences.steps import MAX_STEPS, StepCreate, StepPut, StepView, bounded

Name = Annotated[str, Field(min_length=1, max_length=200)]


class SequenceCreate(Input):
    name: Name
    mailbox_pool: PoolId = DEFAULT_POOL
    settings: SettingsInput = Field(default_factory=SettingsInput)
    steps: Annotated[
        list[StepCreate], Field(min_length=1, max_length=MAX_STEPS), AfterValidator(bounded)
    ]


class HasSettings(Protocol):
    @property
    def settings(self) -> Settings: ...


class PlanUpdate(Input):
    """What can be changed of a sequence, or of a campaign that carries one out."""

    model_config = ConfigDict(json_schema_extra=json_schema.CHANGES_SOMETHING)

    name: Name = Field(default_factory=str)
    mailbox_pool: PoolId = Field(default_factory=str)
    settings: SettingsInput = Field(default_factory=SettingsInput)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        return self

    def over(self, current: HasSettings) -> dict[str, Any]:
        """What changes about `current`, by field."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "settings" in given:
            given["settings"] = self.settings.over(current.settings)
        return {name: value for name, value in given.items() if value != getattr(current, name)}


class SequenceUpdate(PlanUpdate):
    """Only what is given changes, of the settings too."""


class StepsPut(Input):
    """All steps of a sequence, in their order: those that are not given are gone."""

    steps: Annotated[
        list[StepPut], Field(min_length=1, max_length=MAX_STEPS), AfterValidator(bounded)
    ]
    migrate: Annotated[
        bool,
        Field(
            description="Whether those who are under way go on with these steps too. Else only new "
            "enrollments get them"
        ),
    ] = False


class SequenceQuery(PageQuery):
    status: Status | None = None
    """Only sequences with this status."""


class StepsQuery(Checked):
    version: Annotated[
        int | None, Field(ge=1, le=99_999, description="By default the newest `steps_version`")
    ] = None


class SequenceView(BaseModel):
    """A sequence as it is shown: `steps` is how many there are, `steps_version` how often they were
    given."""

    id: str
    object: Literal["sequence"] = "sequence"
    name: str
    status: Status
    """`draft` until the launch, then as its campaign: `launching`, `active`, `paused`, `finished`.
    """
    steps: int
    steps_version: int
    mailbox_pool: str
    campaign_id: str | None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, sequence: Sequence) -> Self:
        shown = set(cls.model_fields) - {"steps", "settings"}
        return cls(steps=sequence.step_count, **sequence.model_dump(include=shown))


class SequenceDetail(SequenceView):
    """A sequence with the rules of its campaign."""

    settings: SettingsView

    @classmethod
    def of(cls, sequence: Sequence) -> Self:
        return cls(
            **SequenceView.of(sequence).model_dump(), settings=SettingsView.of(sequence.settings)
        )


class StepsView(BaseModel):
    """The steps of a sequence. `version` is the sequence's."""

    sequence_id: str
    object: Literal["sequence_steps"] = "sequence_steps"
    steps_version: int
    steps: list[StepView]
    version: int

    @classmethod
    def of(cls, sequence: Sequence, steps: Many[Step], steps_version: int | None = None) -> Self:
        return cls(
            sequence_id=sequence.id,
            steps_version=steps_version or sequence.steps_version,
            steps=[StepView.of(step) for step in steps],
            version=sequence.version,
        )


class SequenceLint(BaseModel):
    """What lint finds in the newest steps and in the settings; `ok` without an error: an error
    keeps the sequence from being launched."""

    sequence_id: str
    object: Literal["sequence_lint"] = "sequence_lint"
    steps_version: int
    ok: bool
    findings: list[LintFinding]

    @classmethod
    def of(cls, sequence: Sequence, findings: list[LintFinding]) -> Self:
        return cls(
            sequence_id=sequence.id,
            steps_version=sequence.steps_version,
            ok=all(finding.severity != "error" for finding in findings),
            findings=findings,
        )


class SequenceDeleted(BaseModel):
    id: str
    object: Literal["sequence"] = "sequence"
    deleted: Literal[True] = True
