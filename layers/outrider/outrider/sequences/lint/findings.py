"""What is found."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning", "info"]
"""With an `error` nothing is launched: the message cannot be written, or deceives who gets it."""


class Remark(NamedTuple):
    """A finding without its place."""

    rule: str
    severity: Severity
    message: str


class LintFinding(BaseModel):
    """`where` is a JSON Pointer into the sequence with its steps as they are shown, `step` the id
    of the step, if it is about one."""

    model_config = ConfigDict(frozen=True)

    rule: str
    severity: Severity
    step: str | None
    where: str
    message: str
