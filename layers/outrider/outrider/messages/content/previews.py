"""Preview of a step for a contact, without any side effect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, Literal, get_args

from outrider.kit.text import liquid
from outrider.kit.text.templates import TemplateInvalid
from outrider.messages.content import rendering
from outrider.messages.content.composer import Composer, Composition
from outrider.messages.content.drafts import Draft, Mail, Part
from outrider.messages.models import Content
from outrider.messages.schemas import Preview, PreviewFinding, PreviewQuery
from outrider.sequences.lint.parts import where
from outrider.sequences.lint.rules import lint


@dataclass(frozen=True, slots=True)
class PreviewService:
    composer: Composer

    def preview(self, query: PreviewQuery) -> Preview:
        """Return the preview. Parts that cannot be rendered are left out, and a finding explains
        why. Raises the errors of `Composer.compose`."""
        composed = self.composer.compose(query.sequence_id, query)
        findings = [*_problems(composed), *_lint(composed)]
        rendered: Mail | Content | None = None
        try:
            rendered = rendering.write(composed.seen, composed.enrollment, composed.step)
        except ValueError as error:
            if not any(each.severity == "error" for each in findings):
                findings.insert(0, _finding(composed, "not_sendable", str(error)))
        content = rendered.content if isinstance(rendered, Mail) else rendered or _parts(composed)
        return _preview(
            composed, content, rendered if isinstance(rendered, Mail) else None, findings
        )


def _preview(
    composed: Composition, content: Content, mail: Mail | None, findings: list[PreviewFinding]
) -> Preview:
    seen, step = composed.seen, composed.step
    assert seen.contact is not None
    recipients = {"email": seen.contact.email, "sms": seen.contact.phone}
    is_mail = step.channel == "email"
    return Preview(
        sequence_id=composed.enrollment.sequence_id,
        step_id=step.id,
        variant_id=step.variants[0].id,
        contact_id=seen.contact.id,
        mailbox_id=seen.mailbox.id if seen.mailbox and is_mail else None,
        channel=step.channel,
        enrolled=composed.is_enrolled,
        sender=seen.mailbox.email if seen.mailbox and is_mail else None,
        recipient=recipients.get(step.channel),
        subject=content.subject or None,
        text=content.text,
        html=content.html,
        headers=_headers(mail.mime) if mail else {},
        tracked_links=mail.links if mail else [],
        sendable=all(each.severity != "error" for each in findings),
        findings=findings,
    )


def _headers(mime: bytes) -> dict[str, str]:
    """Return the headers as a mail client decodes them."""
    mail = message_from_bytes(mime, policy=policy.default)
    return {name: str(value) for name, value in mail.items()}


def _parts(composed: Composition) -> Content:
    """Return the parts that can be rendered, of a message that cannot be sent."""
    draft = rendering.begin(composed.seen, composed.enrollment, composed.step)
    filled = {name: _filled(draft, name) for name in _names()}
    return Content(subject=filled["subject"] or "", text=filled["text"], html=filled["html"])


def _filled(draft: Draft, name: Part) -> str | None:
    try:
        return draft.part(name)
    except TemplateInvalid:
        return None


def _problems(composed: Composition) -> Iterator[PreviewFinding]:
    """Yield findings for everything that prevents the step from being sent to this contact."""
    seen, step = composed.seen, composed.step
    assert seen.contact is not None
    if step.channel == "email" and seen.mailbox is None:
        message = f"There is no mailbox in {composed.pool}. Add one with POST /v1/mailboxes"
        yield _finding(composed, "no_mailbox", message)
    if step.channel == "sms" and not rendering.is_phone(seen.contact.phone):
        message = "The contact has no phone number in the form +14155552671: give it one"
        yield _finding(composed, "no_phone", message)
    draft = rendering.begin(seen, composed.enrollment, step)
    for problem in problems(draft):
        yield _finding(composed, problem.rule, problem.message, problem.part)


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason why a part of a draft cannot be rendered."""

    part: Part
    rule: Literal["missing_value", "not_sendable"]
    message: str


def problems(draft: Draft) -> Iterator[Problem]:
    """Yield what prevents the parts of the draft from being rendered, each missing variable once
    per part."""
    for part in _names():
        try:
            draft.part(part)
        except TemplateInvalid as error:
            source = getattr(draft.variant, part) or ""
            missing = list(dict.fromkeys(_missing(source, draft.values)))
            for variable in missing:
                message = (
                    f"The contact has no {variable}: give it one, or the template a default, "
                    f"{{{{ {variable} | default: '…' }}}}"
                )
                yield Problem(part, "missing_value", message)
            if not missing:
                yield Problem(part, "not_sendable", str(error))


def _missing(source: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the variables of the template that have neither a value nor a default."""
    try:
        asked = liquid.asked(source)
    except TemplateInvalid:
        return
    for variable in asked.variables:
        if variable.may_fail and not liquid.has(values, variable.path):
            yield str(variable)


def _lint(composed: Composition) -> Iterator[PreviewFinding]:
    """Yield the lint findings of this step, of the variant that is shown, and of the settings."""
    seen = composed.seen
    shown = where(composed.place, seen.steps[composed.place], composed.number)
    for found in lint(seen.steps, seen.settings):
        if found.step not in (composed.step.id, None):
            continue
        if "/variants/" not in found.where or found.where.startswith(f"{shown}/"):
            yield PreviewFinding(**found.model_dump())


def _finding(composed: Composition, rule: Any, message: str, name: str = "") -> PreviewFinding:
    shown = where(composed.place, composed.seen.steps[composed.place], composed.number)
    return PreviewFinding(
        rule=rule,
        severity="error",
        step=composed.step.id,
        where=f"{shown}/{name}" if name else shown,
        message=message,
    )


def _names() -> tuple[Part, ...]:
    return get_args(Part)
