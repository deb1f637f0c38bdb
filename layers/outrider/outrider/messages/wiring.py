"""Construction of the objects of `messages`."""

from collections.abc import Callable
from dataclasses import replace

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.campaigns import wiring
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.service import EnrollmentService
from outrider.campaigns.models import StepJob
from outrider.campaigns.wiring import (
    campaign_repository,
    company_replies,
    contact_enrollments,
    daily_limits,
    enrollment_repository,
    reservations,
    runs,
    statistics,
)
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.contacts.touches import Touches
from outrider.events.wiring import feed
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import (
    health_reviews,
    mailbox_repository,
    smtp_places,
    smtp_sessions,
)
from outrider.messages.bounces.service import Bounces
from outrider.messages.content.composer import Composer
from outrider.messages.content.drafting import DraftingService
from outrider.messages.content.previews import PreviewService
from outrider.messages.explain import Explainer, ExplainService
from outrider.messages.feed import RecentMessages
from outrider.messages.lists import MessageLists
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.outcomes.unknown import Unknowns
from outrider.messages.repository import MessageRepository, SentMessages
from outrider.messages.sending.claims import StepClaims
from outrider.messages.sending.exclusive import Rivals
from outrider.messages.sending.last_check import RestrictionsReader
from outrider.messages.sending.outcome import OutcomeRecorder
from outrider.messages.sending.snapshot import SnapshotReader
from outrider.messages.sending.steps import StepService
from outrider.messages.sending.test_sends import TestSends, TestSendService
from outrider.messages.service import MessageService
from outrider.messages.tasks.due import Tasks
from outrider.messages.tasks.open import OpenTasks
from outrider.messages.tasks.service import TaskService
from outrider.messages.tracking.marks import Marks
from outrider.messages.tracking.opt_out import OptOuts
from outrider.messages.transports import ByKind, PatientTransport
from outrider.messages.transports.judged import Judged
from outrider.messages.transports.pacing import Paced
from outrider.messages.transports.sandbox import SandboxTransport
from outrider.messages.transports.ses import SesTransport
from outrider.messages.transports.sms import SandboxTexts, SnsTransport
from outrider.messages.transports.smtp import SmtpTransport
from outrider.sequences.repository import SequenceRepository
from outrider.sequences.wiring import sequences


def steps(
    caller: Caller, campaign_id: str, leave_others: Callable[[], None] = lambda: None
) -> StepService:
    workspace = caller.workspace
    claims = _claims(caller, campaign_id)
    recorder = replace(
        progress(caller, campaign_id),
        wake=lambda at, seen: runs(workspace).wake(campaign_id, at, seen),
    )
    return StepService(
        caller=caller,
        reader=snapshots(caller, campaign_id),
        rivals=Rivals(contact_enrollments(workspace), campaign_repository(workspace)),
        claims=claims,
        progress=recorder,
        tasks=Tasks(claims, recorder),
        transport=_transport(caller),
        texts=SandboxTexts() if workspace.mode == "test" else SnsTransport(),
        settling=settling(caller),
        reservations=reservations(workspace, campaign_id),
        bounces=bounces(caller),
        reviews=health_reviews(caller),
        places=smtp_places(workspace),
        again=queue_step,
        leave_others=leave_others,
    )


def queue_step(job: StepJob, delay_seconds: int = 0) -> None:
    """Send the step to the queue, for any free worker."""
    body = job.model_dump(exclude_none=True)
    queue = Queue(settings().steps_queue_url)
    queue.send([QueueMessage(body, job.workspace, delay_seconds)])


def bounces(caller: Caller) -> Bounces:
    workspace = caller.workspace
    contacts, repository = Table(settings().contacts_table), message_repository(caller)
    return Bounces(
        caller=caller,
        contacts=ContactRepository(contacts, workspace),
        suppressions=SuppressionRepository(contacts, workspace),
        elsewhere=GlobalBounces(contacts, workspace),
        messages=repository,
        lists=MessageLists(repository),
        mailboxes=mailbox_repository(workspace),
        statistics=lambda campaign_id: statistics(workspace, campaign_id),
        endings=endings(caller),
    )


def tasks(caller: Caller) -> TaskService:
    return TaskService(
        caller=caller,
        messages=message_repository(caller),
        reader=lambda campaign_id: snapshots(caller, campaign_id),
        progress=lambda campaign_id: progress(caller, campaign_id),
    )


def explanations(caller: Caller) -> ExplainService:
    return ExplainService(lambda campaign_id: explainer(caller, campaign_id))


def explainer(caller: Caller, campaign_id: str) -> Explainer:
    workspace = caller.workspace
    return Explainer(
        reader=snapshots(caller, campaign_id),
        rivals=Rivals(contact_enrollments(workspace), campaign_repository(workspace)),
        standing=_standing(caller, campaign_id),
        mailboxes=mailbox_repository(workspace),
        limits=daily_limits(workspace, campaign_id),
    )


def snapshots(caller: Caller, campaign_id: str) -> SnapshotReader:
    workspace = caller.workspace
    return SnapshotReader(
        workspaces=WorkspaceRepository(Table(settings().keys_table)),
        campaigns=campaign_repository(workspace),
        sequences=SequenceRepository(Table(settings().campaigns_table), workspace),
        enrollments=enrollment_repository(workspace, campaign_id),
        contacts=ContactRepository(Table(settings().contacts_table), workspace),
        mailboxes=mailbox_repository(workspace),
        messages=message_repository(caller),
        base_url=(settings().public_url or caller.api_url).rstrip("/"),
    )


def progress(caller: Caller, campaign_id: str) -> OutcomeRecorder:
    """Return an outcome recorder that does not wake the campaign's clock: outside the step worker,
    events do so (`campaigns_start`)."""
    workspace = caller.workspace
    return OutcomeRecorder(
        caller=caller,
        enrollments=enrollment_repository(workspace, campaign_id),
        endings=endings(caller),
        counters=campaign_repository(workspace).counters(campaign_id),
        statistics=statistics(workspace, campaign_id),
        messages=message_repository(caller),
        wake=lambda _, __: None,
    )


def messages(caller: Caller) -> MessageService:
    repository = message_repository(caller)
    recent = RecentMessages(repository, feed(caller.workspace))
    return MessageService(caller, repository, MessageLists(repository), recent)


def enrollments(caller: Caller) -> EnrollmentService:
    return wiring.enrollments(caller, _unknowns(caller).resume, endings(caller))


def endings(caller: Caller) -> Endings:
    """Return the endings of enrollments, which also cancel their manual tasks."""
    tasks = OpenTasks(Table(settings().messages_table), caller.workspace)
    return wiring.endings(caller, tasks.cancel_action)


def previews(caller: Caller) -> PreviewService:
    return PreviewService(_composer(caller))


def drafting(caller: Caller) -> DraftingService:
    return DraftingService(
        caller,
        campaign_repository(caller.workspace),
        mailbox_repository(caller.workspace),
        lambda campaign_id: snapshots(caller, campaign_id),
    )


def test_sends(caller: Caller) -> TestSendService:
    return TestSendService(
        caller=caller,
        composer=_composer(caller),
        mailboxes=mailbox_repository(caller.workspace),
        tests=TestSends(Table(settings().campaigns_table), caller.workspace),
        transport=_transport(caller),
    )


def settling(caller: Caller) -> Settling:
    return Settling(caller, message_repository(caller), _unknowns(caller))


def marks(caller: Caller) -> Marks:
    workspace = caller.workspace
    return Marks(
        caller=caller,
        messages=message_repository(caller),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        statistics=lambda campaign_id: statistics(workspace, campaign_id),
    )


def message_repository(caller: Caller) -> MessageRepository:
    return MessageRepository(Table(settings().messages_table), caller.workspace)


def opt_outs(caller: Caller) -> OptOuts:
    workspace = caller.workspace
    return OptOuts(
        caller=caller,
        contacts=ContactRepository(Table(settings().contacts_table), workspace),
        suppressions=SuppressionRepository(Table(settings().contacts_table), workspace),
        messages=MessageRepository(Table(settings().messages_table), workspace),
        marks=marks(caller),
        endings=endings(caller),
        mailboxes=mailbox_repository(workspace),
    )


def sent_messages() -> SentMessages:
    return SentMessages(Table(settings().messages_table))


def _unknowns(caller: Caller) -> Unknowns:
    return Unknowns(
        messages=message_repository(caller),
        campaigns=campaign_repository(caller.workspace),
        sequences=SequenceRepository(Table(settings().campaigns_table), caller.workspace),
        progress=lambda campaign_id: progress(caller, campaign_id),
    )


def _claims(caller: Caller, campaign_id: str) -> StepClaims:
    workspace = caller.workspace
    return StepClaims(
        campaign_id=campaign_id,
        enrollments=enrollment_repository(workspace, campaign_id),
        messages=message_repository(caller),
        touches=Touches(Table(settings().contacts_table), workspace),
        mailboxes=mailbox_repository(workspace),
        standing=_standing(caller, campaign_id),
    )


def _standing(caller: Caller, campaign_id: str) -> RestrictionsReader:
    workspace, contacts = caller.workspace, Table(settings().contacts_table)
    return RestrictionsReader(
        campaigns=campaign_repository(workspace),
        contacts=ContactRepository(contacts, workspace),
        suppressions=SuppressionRepository(contacts, workspace),
        bounces=GlobalBounces(contacts, workspace),
        companies=company_replies(workspace, campaign_id),
        mailboxes=mailbox_repository(workspace),
    )


def _composer(caller: Caller) -> Composer:
    return Composer(
        caller,
        sequences(caller),
        mailbox_repository(caller.workspace),
        lambda campaign_id: snapshots(caller, campaign_id),
    )


def _transport(caller: Caller) -> PatientTransport:
    """Return the email transport: a sandbox for test keys, otherwise the provider of the
    mailbox."""
    if caller.workspace.mode == "test":
        return SandboxTransport()
    by_kind = ByKind(
        ses=SesTransport(caller.workspace.public, settings().ses_configuration_set),
        smtp=SmtpTransport(smtp_sessions(caller.workspace)),
    )
    return Judged(Paced(by_kind), health_reviews(caller))
