"""Application of all lint rules to a sequence, as a pure function."""

from collections.abc import Iterator
from collections.abc import Sequence as Many

from outrider.sequences.lint import markup, tracking, variables, wording
from outrider.sequences.lint.findings import LintFinding, Remark, Severity
from outrider.sequences.lint.parts import TextPart, parts, where
from outrider.sequences.lint.work import Trials
from outrider.sequences.models import Settings, Step

_SENDS = frozenset({"email", "sms"})


def lint(steps: Many[Step], settings: Settings, *, to_somebody: bool = True) -> list[LintFinding]:
    """Return the findings in the order of the steps. Missing content is an error only if
    `to_somebody`, that is if the sequence is about to be sent; else it is `info`."""
    mails = [step.id for step in steps if step.channel == "email"]
    trials = Trials()
    found = [
        _finding(part, remark)
        for part in parts(steps)
        for remark in (*_remarks(part, mails), *trials.remarks(part))
    ]
    found += _silent(steps, mails, to_somebody=to_somebody)
    found += _untracked(steps, settings)
    order = {step.id: place for place, step in enumerate(steps)}
    found.sort(key=lambda finding: order.get(finding.step or "", -1))
    if mails and not settings.postal_address:
        message = (
            "Commercial mail names the postal address of its sender (15 U.S.C. 7704(a)(5)): "
            "give it in the settings, and it stands at the end of every email"
        )
        found.append(
            LintFinding(
                rule="postal_address",
                severity="warning",
                step=None,
                where="/settings/postal_address",
                message=message,
            )
        )
    return found


def too_much_work(steps: Many[Step]) -> list[LintFinding]:
    """Return only the findings of the rule `work`, about templates that are too expensive to
    render."""
    trials = Trials()
    return [_finding(part, remark) for part in parts(steps) for remark in trials.remarks(part)]


def _remarks(part: TextPart, mails: Many[str]) -> Iterator[Remark]:
    yield from variables.template(part)
    if part.step.channel == "sms":
        yield from markup.links(part)
    if part.step.channel != "email":
        return
    if part.name == "subject":
        yield from wording.subject(part, first=part.step.id == mails[0])
    yield from wording.shouting(part)
    yield from wording.phrases(part)
    if part.name == "subject":
        return
    yield from markup.links(part)
    yield from markup.unsubscribing(part)
    if part.name == "html":
        yield from markup.pictures(part)
        yield from markup.size(part)


def _silent(steps: Many[Step], mails: Many[str], *, to_somebody: bool) -> Iterator[LintFinding]:
    """Yield findings for subjects and contents that are missing."""
    severity: Severity = "error" if to_somebody else "info"
    for place, step in enumerate(steps):
        for number, variant in enumerate(step.variants):
            pointer = where(place, step, number)
            if step.id in mails[:1] and not variant.subject:
                remark = Remark("subject_missing", severity, "The first email needs a subject")
                yield _placed(step, f"{pointer}/subject", remark)
            if step.channel in _SENDS and not variant.has_content:
                remark = Remark("content_missing", severity, "The step has nothing to send")
                yield _placed(step, f"{pointer}/text", remark)


def _untracked(steps: Many[Step], settings: Settings) -> Iterator[LintFinding]:
    for place, step in enumerate(steps):
        for remark in tracking.condition(steps[:place], step, settings):
            yield _placed(step, f"/steps/{place}/if", remark)
        for number, variant in enumerate(step.variants if step.channel == "email" else ()):
            for remark in tracking.untracked(variant, settings):
                yield _placed(step, f"{where(place, step, number)}/text", remark)


def _finding(part: TextPart, remark: Remark) -> LintFinding:
    return _placed(part.step, part.where, remark)


def _placed(step: Step, pointer: str, remark: Remark) -> LintFinding:
    return LintFinding(step=step.id, where=pointer, **remark._asdict())
