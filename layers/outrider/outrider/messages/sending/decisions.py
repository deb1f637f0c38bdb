"""Decision what to do with a step: a pure function of a snapshot."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import Enrollment, StepJob
from outrider.contacts.models import Contact
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.messages.content.drafts import Mail
from outrider.messages.content.rendering import write
from outrider.messages.models import Content, Message
from outrider.messages.sending import gates
from outrider.messages.sending.gates import Closed
from outrider.messages.sending.snapshot import Snapshot
from outrider.sequences.models import Step


@dataclass(frozen=True, slots=True)
class Drop:
    """Decision to ignore an outdated job."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leased:
    """Decision to retry later: another worker holds the claim until its lease ends."""

    until: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Decision to record an unknown outcome: a worker claimed the step and recorded none."""

    enrollment: Enrollment


@dataclass(frozen=True, slots=True)
class OtherSteps:
    """Decision to read again: the enrollment follows another version of the sequence."""

    enrollment: Enrollment


@dataclass(frozen=True, slots=True)
class Migrate:
    """Decision to move the enrollment to the campaign's newest version of the sequence."""

    enrollment: Enrollment
    steps_version: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Decision to postpone the step or end the enrollment, because a gate is closed."""

    enrollment: Enrollment
    step: Step
    gate: Closed


@dataclass(frozen=True, slots=True)
class Skip:
    """Decision to skip the step, because its condition is not met."""

    enrollment: Enrollment
    step: Step
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Decision to advance the enrollment: the message of the step is already recorded."""

    enrollment: Enrollment
    message: Message


@dataclass(frozen=True, slots=True)
class TaskPending:
    """Decision to wait for the manual task again: the enrollment was resumed before the task's
    deadline."""

    enrollment: Enrollment
    message: Message


@dataclass(frozen=True, slots=True)
class Expired:
    """Decision to expire the manual task: it was not completed before its deadline."""

    enrollment: Enrollment
    message: Message


@dataclass(frozen=True, slots=True)
class Ready:
    """Decision to carry the step out."""

    enrollment: Enrollment
    step: Step
    contact: Contact
    content: Mail | Content
    mailbox: Mailbox | None

    def to_claim(self) -> "Ready":
        """Return a copy with a random holder id for one claim."""
        held = self.enrollment.model_copy(update={"holder": secrets.token_hex(8)})
        return replace(self, enrollment=held)


Decision = (
    Drop
    | Leased
    | Lost
    | OtherSteps
    | Migrate
    | Stopped
    | Skip
    | Passed
    | TaskPending
    | Expired
    | Ready
)


def decide(job: StepJob, seen: Snapshot, now: datetime) -> Decision:  # noqa: PLR0911
    """Return the decision for the step; the first obstacle decides."""
    enrollment = seen.enrollment
    if enrollment is None or enrollment.generation != job.generation:
        return Drop("no such enrollment")
    if enrollment.sending == job.message_id and enrollment.state == "sending":
        held_until = enrollment.claimed_until or ""
        if held_until > clock.to_text(now):
            return Leased(held_until)
        same = enrollment.steps_version == job.steps_version
        return Lost(enrollment) if same else OtherSteps(enrollment)
    if enrollment.step_id != job.step_id or enrollment.is_over:
        return Drop("the step is settled")
    if not enrollment.waits_for(job):
        return Drop("the step was put off")
    if enrollment.steps_version != job.steps_version:
        return OtherSteps(enrollment)
    step = seen.step(job.step_id)
    if step is None:
        return Drop("no such step")
    return _at_step(seen, enrollment, step, now)


def _at_step(  # noqa: PLR0911 - one line a decision
    seen: Snapshot, enrollment: Enrollment, step: Step, now: datetime
) -> Decision:
    message, campaign = seen.message, seen.campaign
    for gate in gates.running(seen, enrollment):
        return Stopped(enrollment, step, gate)
    if message is not None and message.state == "pending":
        if (message.due_at or "") <= clock.to_text(now):
            return Expired(enrollment, message)
        if enrollment.sending == message.id:
            return Drop("a person has time for it")
        return TaskPending(enrollment, message)
    if message is not None:
        return Passed(enrollment, message)
    if campaign and enrollment.steps_version < campaign.least_steps_version:
        return Migrate(enrollment, campaign.steps_version)
    for gate in gates.standing(seen, enrollment, step, now):
        return Stopped(enrollment, step, gate)
    if (reason := branching.unmet(step, enrollment, seen.settings)) is not None:
        return Skip(enrollment, step, reason)
    for gate in gates.passing(seen, enrollment, step, now):
        return Stopped(enrollment, step, gate)
    try:
        content = write(seen, enrollment, step)
    except ValueError as error:
        gate = gates.no_content(str(error), approved=enrollment.sends_approved)
        return Stopped(enrollment, step, gate)
    assert seen.contact is not None
    return Ready(enrollment, step, seen.contact, content, seen.mailbox)
