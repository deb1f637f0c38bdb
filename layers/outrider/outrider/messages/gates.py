"""What is to be done with a step, decided from what was read: a pure function."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.campaigns.models import Enrollment, StepJob
from outrider.contacts.models import Contact
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.messages.content.drafts import Draft, Mail
from outrider.messages.models import Message
from outrider.messages.snapshot import Snapshot
from outrider.sequences.models import Step

_NO_MAILBOX_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing to do: the job is out of date, or its campaign does not run."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Another worker holds the message until its lease ends."""

    until: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A worker claimed the message and never settled it: it may have gone out."""

    enrollment: Enrollment
    message: Message


@dataclass(frozen=True, slots=True)
class Skip:
    """The step's condition does not hold."""

    enrollment: Enrollment
    reason: str


@dataclass(frozen=True, slots=True)
class Defer:
    enrollment: Enrollment
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Fail:
    """The step can never go out to this contact."""

    enrollment: Enrollment
    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The contact is gone, and the enrollment ends with it."""

    enrollment: Enrollment
    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    enrollment: Enrollment
    step: Step
    contact: Contact
    mailbox: Mailbox
    mail: Mail


Decision = Drop | Held | Lost | Skip | Defer | Fail | Leave | Send


def decide(job: StepJob, seen: Snapshot, now: datetime) -> Decision:  # noqa: PLR0911 - a list of gates
    """The first gate that does not let the step pass says what becomes of it."""
    enrollment, message = seen.enrollment, seen.message
    step = seen.step(job.step_id)
    if enrollment is None or enrollment.generation != job.generation or step is None:
        return Drop("no such enrollment")
    if message is not None and message.state == "sending":
        held_until = message.claimed_until or ""
        return Held(held_until) if held_until > clock.to_text(now) else Lost(enrollment, message)
    if message is None and enrollment.sending is not None:
        return Held(enrollment.due_at or "")  # claimed between the reads of the two
    if message is not None or enrollment.step_id != step.id or not enrollment.is_open:
        return Drop("the step is settled")
    if seen.links is None or seen.campaign is None or seen.campaign.status != "active":
        return Drop("the campaign does not run")
    if seen.contact is None:
        return Leave(enrollment, "contact_deleted")
    if (reason := _unmet(step, enrollment)) is not None:
        return Skip(enrollment, reason)
    if seen.mailbox is None:
        return Defer(enrollment, now + _NO_MAILBOX_DELAY, "no_mailbox")
    draft = Draft(
        variant=step.variant_for(enrollment.id),
        enrollment=enrollment,
        contact=seen.contact,
        settings=seen.campaign.settings,
        mailbox=seen.mailbox,
        message_id=job.message_id,
        links=seen.links,
    )
    try:
        mail = draft.mail()
    except ValueError as error:  # TemplateInvalid, or what no header may hold
        return Fail(enrollment, str(error))
    return Send(enrollment, step, seen.contact, seen.mailbox, mail)


def _unmet(step: Step, enrollment: Enrollment) -> str | None:
    """Why the step's condition does not hold, or None when it does."""
    replied = enrollment.replied_at is not None
    if step.condition == "no_reply" and replied:
        return "replied"
    if step.condition == "replied" and not replied:
        return "no_reply"
    return None
