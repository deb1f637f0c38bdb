"""Request and response schemas of sequences. Schemas of steps are in `steps`, those of settings in
`settings`."""

from collections.abc import Sequence as Many
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
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
    """Changeable fields that a sequence and a campaign have in common."""

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
        """Return the fields that differ from `current`, with their new values."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "settings" in given:
            given["settings"] = self.settings.over(current.settings)
        return {name: value for name, value in given.items() if value != getattr(current, name)}


class SequenceUpdate(PlanUpdate):
    """Changes of a sequence: only the given fields change, also within `settings`."""


class StepsPut(Input):
    """All steps of a sequence, in order. Current steps that are not given are removed."""

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


class SequenceSummary(Model):
    """A sequence. `steps` is the number of its steps, `steps_version` the number of their current
    version."""

    id: str
    object: Literal["sequence"] = "sequence"
    name: str
    status: Status
    """`draft` before the launch, then the status of its campaign: `launching`, `active`, `paused`
    or `finished`."""
    steps: int
    steps_version: int
    mailbox_pool: str
    campaign_id: str | None
    workflow_id: str | None
    """The workflow that it was made for; null for any other sequence."""
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, sequence: Sequence) -> Self:
        shown = set(cls.model_fields) - {"steps", "settings"}
        return cls(steps=sequence.step_count, **sequence.model_dump(include=shown))


class SequenceView(SequenceSummary):
    """A sequence with the settings of its campaign."""

    settings: SettingsView

    @classmethod
    def of(cls, sequence: Sequence) -> Self:
        return cls(
            **SequenceSummary.of(sequence).model_dump(), settings=SettingsView.of(sequence.settings)
        )


class StepsView(Model):
    """Steps of a sequence. `version` is the version of the sequence, for `If-Match`."""

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


class SequenceLint(Model):
    """Lint findings in the current steps and the settings. `ok` is false if one is an error, which
    prevents the launch."""

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


class SequenceDeleted(Model):
    id: str
    object: Literal["sequence"] = "sequence"
    deleted: Literal[True] = True
