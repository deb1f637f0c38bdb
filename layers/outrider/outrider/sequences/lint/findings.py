"""Lint findings, their rules and severities."""

from typing import Literal, NamedTuple

from pydantic import ConfigDict

from outrider.kit.models import Model

Severity = Literal["error", "warning", "info"]
"""An `error` prevents the launch: the message cannot be rendered, or it deceives the recipient."""

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
"""Rules, which docs/sequences.md explains."""


class Remark(NamedTuple):
    """A finding without its location."""

    rule: Rule
    severity: Severity
    message: str


class LintFinding(Model):
    """One finding. `where` is a JSON Pointer into the sequence and its steps as the API returns
    them; `step` is the id of the step that it concerns, or null."""

    model_config = ConfigDict(frozen=True)

    rule: Rule
    severity: Severity
    step: str | None
    where: str
    message: str
