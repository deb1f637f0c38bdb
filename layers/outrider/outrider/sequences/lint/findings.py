"""What is found."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning", "info"]
"""With an `error` nothing is launched: the message cannot be written, or deceives who gets it."""

Rule = Literal[
    "active_content",
    "content_missing",
    "image_ratio",
    "link_count",
    "link_deceptive",
    "link_insecure",
    "link_ip",
    "link_shortener",
    "missing_default",
    "postal_address",
    "punctuation",
    "shouting",
    "size",
    "spam_phrase",
    "spintax",
    "subject_long",
    "subject_missing",
    "subject_reply",
    "template",
    "tracking",
    "unknown_filter",
    "unknown_tag",
    "unknown_variable",
    "unsubscribe",
    "work",
]
"""docs/sequences.md says what each finds."""


class Remark(NamedTuple):
    """A finding without its place."""

    rule: Rule
    severity: Severity
    message: str


class LintFinding(BaseModel):
    """`where` is a JSON Pointer into the sequence with its steps as they are shown, `step` the id
    of the step, if it is about one."""

    model_config = ConfigDict(frozen=True)

    rule: Rule
    severity: Severity
    step: str | None
    where: str
    message: str
