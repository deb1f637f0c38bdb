"""Which of a sequence's steps an enrollment goes through, of what its contact did so far.

The steps to come are told by id, so that a new version of the steps can take the place of the old.
"""

from collections.abc import Sequence

from outrider.campaigns.models import Enrollment
from outrider.sequences.models import Settings, Step


def unmet(step: Step, enrollment: Enrollment, settings: Settings) -> str | None:
    """Why the step is left out, in a word, or None when it is carried out.

    After a reply only steps for those who replied are, and `always` where a reply stops nothing. An
    answer by a machine is no reply, but a step may be for its class.
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
    """Why a step for those who replied is left out; `wanted` is the class it is for, if any."""
    if wanted and wanted == enrollment.reply_class:
        return None
    if enrollment.replied_at is None:
        return "no_reply"
    return "other_reply" if wanted else None


def goes_on_after_reply(steps: Sequence[Step], step_id: str | None, settings: Settings) -> bool:
    """Whether an enrollment whose step to come is `step_id` goes on when its contact replies."""
    if not settings.stop_on_reply:
        return True
    return any(step.condition.partition(":")[0] == "replied" for step in _from(steps, step_id))


def step_after(steps: Sequence[Step], step_id: str) -> Step | None:
    following = _from(steps, step_id)[1:]
    return following[0] if following else None


def same_or_next(before: Sequence[Step], after: Sequence[Step], step_id: str) -> Step | None:
    """Where an enrollment stands in the new steps `after`: at the same step, or at the first of
    those that came behind it in `before` and are still there. None when nothing is left."""
    there = {step.id: step for step in after}
    return next((there[step.id] for step in _from(before, step_id) if step.id in there), None)


def _from(steps: Sequence[Step], step_id: str | None) -> Sequence[Step]:
    """The step and those behind it; nothing when it is none of them."""
    place = next((at for at, step in enumerate(steps) if step.id == step_id), len(steps))
    return steps[place:]
