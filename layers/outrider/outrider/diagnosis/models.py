"""Findings of the checks."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model

State = Literal["ok", "unknown", "warning", "failing"]
STATES: tuple[State, ...] = ("ok", "unknown", "warning", "failing")
"""From the best to the worst."""


class Diagnose(Input):
    """Check the deployment."""

    action: Literal["diagnose"]


class Seen(Model):
    """Result of a check: what was seen, and how to mend it, empty if there is nothing to mend."""

    model_config = ConfigDict(frozen=True)

    state: State
    seen: str
    mend: str = ""


class CheckFinding(Seen):
    """Result of the check with this name."""

    check: str


class DeploymentDiagnosis(Model):
    """Findings of all checks. `state` is that of the worst."""

    stack: str
    checked_at: str
    state: State
    findings: list[CheckFinding]


def ok(seen: str) -> Seen:
    return Seen(state="ok", seen=seen)


def warning(seen: str, mend: str) -> Seen:
    return Seen(state="warning", seen=seen, mend=mend)


def failing(seen: str, mend: str) -> Seen:
    return Seen(state="failing", seen=seen, mend=mend)


def worst(found: list[Seen]) -> Seen:
    """Return one result for several: the worst state, and what was seen in it."""
    state = max((each.state for each in found), key=STATES.index)
    of_state = [each for each in found if each.state == state]
    return Seen(
        state=state,
        seen="; ".join(each.seen for each in of_state),
        mend="; ".join(dict.fromkeys(each.mend for each in of_state if each.mend)),
    )
