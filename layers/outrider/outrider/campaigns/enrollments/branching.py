"""Conditions of steps: which step of a sequence an enrollment takes next, given opens, clicks and
replies.

Steps are identified by id, so that an enrollment can migrate to a new version of the steps.
"""

from collections.abc import Sequence

from outrider.campaigns.models import Enrollment
from outrider.sequences.models import Settings, Step


def unmet(step: Step, enrollment: Enrollment, settings: Settings) -> str | None:
    """Return the reason why the step is skipped, or None if its condition is met.

    After a reply only steps with a `replied` condition are carried out, and steps with `always` if
    `stop_on_reply` is off. Automatic replies do not count, but a step's condition may name their
    class.
    """
    replied = enrollment.replied_at is not None
    kind, _, wanted = step.condition.partition(":")
    if kind == "replied":
        return _other_reply(enrollment, wanted)
    if replied and (settings.stop_on_reply or kind != "always"):
        return "replied"
    seen = {"opened": enrollment.opened_at, "clicked": enrollment.clicked_at}
    if kind in seen and seen[kind] is None:
        return f"not_{kind}"
    if kind.startswith("not_") and seen[kind.removeprefix("not_")] is not None:
        return kind.removeprefix("not_")
    return None


def _other_reply(enrollment: Enrollment, wanted: str) -> str | None:
    """Return the reason why a step with a `replied` condition is skipped, or None. `wanted` is the
    reply class in the condition, if any."""
    if wanted and wanted == enrollment.reply_class:
        return None
    if enrollment.replied_at is None:
        return "no_reply"
    return "other_reply" if wanted else None


def goes_on_after_reply(steps: Sequence[Step], step_id: str | None, settings: Settings) -> bool:
    """Return whether an enrollment with next step `step_id` stays active when its contact
    replies."""
    if not settings.stop_on_reply:
        return True
    return any(step.condition.partition(":")[0] == "replied" for step in _from(steps, step_id))


def step_after(steps: Sequence[Step], step_id: str) -> Step | None:
    """Return the step after `step_id`, or None if it is the last or not in `steps`."""
    following = _from(steps, step_id)[1:]
    return following[0] if following else None


def same_or_next(before: Sequence[Step], after: Sequence[Step], step_id: str) -> Step | None:
    """Return the step in the new version `after` at which an enrollment continues: the same step,
    or the first of its later steps in `before` that still exists. Return None if there is none."""
    kept = {step.id: step for step in after}
    return next((kept[step.id] for step in _from(before, step_id) if step.id in kept), None)


def _from(steps: Sequence[Step], step_id: str | None) -> Sequence[Step]:
    """Return the step and all later ones, or nothing if it is not in `steps`."""
    place = next((at for at, step in enumerate(steps) if step.id == step_id), len(steps))
    return steps[place:]
