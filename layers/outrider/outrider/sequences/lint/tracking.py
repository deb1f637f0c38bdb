"""Rules about tracking, which works in HTML emails only."""

from collections.abc import Iterator
from collections.abc import Sequence as Many

from outrider.sequences.lint.findings import Remark
from outrider.sequences.models import Settings, Step, Variant

_SEEN_BY = {"opened": "track_opens", "clicked": "track_clicks"}


def untracked(variant: Variant, settings: Settings) -> Iterator[Remark]:
    """Yield a remark if open or click tracking is on, but the email is plain text."""
    wanted = [name for name in _SEEN_BY.values() if getattr(settings, name)]
    if wanted and variant.text and not variant.html:
        message = (
            f"{' and '.join(wanted)} has no effect on a mail that is text alone: give html too, or "
            "turn tracking off"
        )
        yield Remark("tracking", "warning", message)


def condition(before: Many[Step], step: Step, settings: Settings) -> Iterator[Remark]:
    """Yield a remark on a step's condition on an open or click that can never be recorded, because
    tracking is off or none of the steps `before` has HTML."""
    done = step.condition.removeprefix("not_")
    setting = _SEEN_BY.get(done)
    if setting is None:
        return
    mails = [each for each in before if each.channel == "email"]
    if not getattr(settings, setting):
        cause, remedy = f"{setting} is off", f"Turn {setting} on, or choose another condition"
    elif not any(variant.html for mail in mails for variant in mail.variants):
        cause, remedy = "no mail before it has html", "Give html, or choose another condition"
    else:
        return
    result = "always" if step.condition.startswith("not_") else "never"
    message = f"if: {step.condition} is {result} true here, because {cause}. {remedy}"
    yield Remark("tracking", "warning", message)
