"""Wiring of the package: builds its services and repositories."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from outrider.access.models import Caller, WorkspaceId
from outrider.access.repository import WorkspaceRepository
from outrider.campaigns.audience.additions import AdditionService
from outrider.campaigns.audience.enroller import Enroller
from outrider.campaigns.audience.enrolling import EnrollingService
from outrider.campaigns.audience.members import MemberLists
from outrider.campaigns.audience.models import AudienceJob
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.audience.runner import AudienceRunner, AudienceWatch
from outrider.campaigns.audience.screening import Screening
from outrider.campaigns.audience.trigger import TriggerService
from outrider.campaigns.dispatch.daily_limits import DailyLimits
from outrider.campaigns.dispatch.executions import RunCheck, RunService
from outrider.campaigns.dispatch.reservations import Reservations
from outrider.campaigns.dispatch.rounds import RoundService
from outrider.campaigns.dispatch.service import DispatchService
from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.enrollments.company_replies import CompanyReplies
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.lists import EnrollmentLists
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.enrollments.retry_failed import RetryJob, RetryService
from outrider.campaigns.enrollments.service import EnrollmentService, Settle
from outrider.campaigns.explain import CampaignExplainer
from outrider.campaigns.forecast.service import PlanningService
from outrider.campaigns.launch import LaunchService
from outrider.campaigns.models import Campaign
from outrider.campaigns.pausing import ControlService
from outrider.campaigns.repository import CampaignRepository, RunningCampaigns
from outrider.campaigns.sequence_edits import SequenceEdits
from outrider.campaigns.service import CampaignService
from outrider.campaigns.statistics.repository import Statistics
from outrider.campaigns.statistics.service import StatsService
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.contacts.wiring import contacts
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.aws.step_functions import StateMachine
from outrider.kit.outbox import Event
from outrider.kit.settings import settings
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.wiring import health_reviews, mailbox_repository, mailboxes
from outrider.sequences.models import Step
from outrider.sequences.wiring import sequences


def campaigns(caller: Caller) -> CampaignService:
    return CampaignService(
        caller,
        campaign_repository(caller.workspace),
        sequences(caller),
        PoolRepository(_campaigns_table(), caller.workspace),
        _audiences(caller.workspace),
    )


def control(caller: Caller) -> ControlService:
    return ControlService(
        caller,
        campaign_repository(caller.workspace),
        sequences(caller),
        lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
    )


def edits(caller: Caller) -> SequenceEdits:
    return SequenceEdits(caller, sequences(caller), campaign_repository(caller.workspace))


def launch(caller: Caller) -> LaunchService:
    return LaunchService(
        caller=caller,
        sequences=sequences(caller),
        mailboxes=mailboxes(caller),
        contacts=contacts(caller),
        campaigns=campaign_repository(caller.workspace),
        audiences=_audiences(caller.workspace),
        enroller=lambda campaign, first, check: _enroller(
            caller, campaign, first, check, campaign.asked
        ),
    )


def additions(caller: Caller) -> AdditionService:
    return AdditionService(
        caller=caller,
        sequences=sequences(caller),
        contacts=contacts(caller),
        campaigns=campaign_repository(caller.workspace),
        audiences=_audiences(caller.workspace),
        enroller=lambda campaign, first, check, mark: _enroller(
            caller, campaign, first, check, mark
        ),
        runs=runs(caller.workspace),
    )


def trigger(caller: Caller) -> TriggerService:
    return TriggerService(
        caller,
        campaign_repository(caller.workspace),
        # The response stored for the idempotency key is the trigger's, not the new contact's.
        contacts(caller.nested()),
        enrolling(caller),
    )


def enrolling(caller: Caller) -> EnrollingService:
    workspace = caller.workspace
    return EnrollingService(
        campaigns=campaign_repository(workspace),
        sequences=sequences(caller),
        contacts=contacts(caller.nested()),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        enroller=lambda campaign, first: _enroller(
            caller,
            campaign,
            first,
            partial(campaign_repository(workspace).check_takes_action, campaign.id, "active"),
            caller.request_id,
        ),
        rounds=lambda campaign_id: _rounds(caller, campaign_id),
        runs=runs(workspace),
    )


def campaign_explainer(caller: Caller) -> CampaignExplainer:
    workspace = caller.workspace
    return CampaignExplainer(
        caller=caller,
        campaigns=campaign_repository(workspace),
        sequences=sequences(caller),
        mailboxes=mailbox_repository(workspace),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        limits=lambda campaign_id: daily_limits(workspace, campaign_id),
    )


def retries(caller: Caller) -> RetryService:
    return RetryService(
        caller=caller,
        campaigns=campaign_repository(caller.workspace),
        sequences=sequences(caller),
        lists=EnrollmentLists(_enrollments_table(), caller.workspace),
        enrollments=lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
        go_on=partial(_requeue_retry, caller.workspace),
    )


def retry_worker(workspace: WorkspaceId, job: RetryJob) -> RetryService:
    """Return the service that continues a retry, in the name of the user who requested it."""
    return retries(replace(Caller.engine(workspace, job.request_id), actor=job.actor))


def enrollments(caller: Caller, settle: Settle, endings: Endings) -> EnrollmentService:
    return EnrollmentService(
        caller=caller,
        campaigns=campaign_repository(caller.workspace),
        enrollments=lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
        endings=endings,
        settle=settle,
        rounds=lambda campaign_id: _rounds(caller, campaign_id),
    )


def members(caller: Caller) -> MemberLists:
    return MemberLists(
        caller,
        campaign_repository(caller.workspace),
        EnrollmentLists(_enrollments_table(), caller.workspace),
        lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
    )


def stats(caller: Caller) -> StatsService:
    return StatsService(campaign_repository(caller.workspace), sequences(caller))


def audience_runner(workspace: WorkspaceId, campaign_id: str) -> AudienceRunner:
    caller = Caller.engine(workspace)
    campaigns = campaign_repository(workspace)
    contacts_of_workspace = contacts(caller)

    def enroller(campaign: Campaign, job: AudienceJob) -> Enroller:
        """Return an enroller whose events name the user who requested the audience."""
        acting = replace(Caller.engine(workspace, job.request_id), actor=job.actor)
        first = _first_step(acting, campaign)
        check = partial(campaigns.check_takes_action, campaign.id, "active", "paused")
        enroller = _enroller(acting, campaign, first, check, job.id)
        return replace(enroller, keeps=True)

    return AudienceRunner(
        campaigns,
        _audiences(workspace),
        contacts_of_workspace.lists,
        enroller,
        _requeue(workspace, campaign_id),
        lambda: runs(workspace).wake(campaign_id, clock.now()),
    )


def planning(caller: Caller) -> PlanningService:
    workspace = caller.workspace
    return PlanningService(
        caller=caller,
        sequences=sequences(caller),
        contacts=contacts(caller),
        campaigns=campaign_repository(workspace),
        mailboxes=mailbox_repository(workspace),
        limits=lambda campaign_id: daily_limits(workspace, campaign_id),
    )


def dispatch(caller: Caller, campaign_id: str) -> DispatchService:
    return DispatchService(
        caller=caller,
        workspaces=WorkspaceRepository(Table(settings().keys_table)),
        campaigns=campaign_repository(caller.workspace),
        sequences=sequences(caller),
        rounds=_rounds(caller, campaign_id),
        audience=AudienceWatch(
            _audiences(caller.workspace), _requeue(caller.workspace, campaign_id)
        ),
    )


def runs(workspace: WorkspaceId) -> RunService:
    machine = StateMachine(settings().campaign_run_arn)
    return RunService(campaign_repository(workspace), machine.start)


def run_check() -> RunCheck:
    return RunCheck(RunningCampaigns(_campaigns_table()), runs)


def endings(
    caller: Caller, cancel_task_action: Callable[[str, str, Sequence[Event]], Action]
) -> Endings:
    workspace = caller.workspace
    return Endings(
        caller=caller,
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        of_contact=contact_enrollments(workspace),
        counters=campaign_repository(workspace).counters,
        cancel_task_action=cancel_task_action,
    )


def statistics(workspace: WorkspaceId, campaign_id: str) -> Statistics:
    return Statistics(_campaigns_table(), f"{workspace}#{campaign_id}")


def daily_limits(workspace: WorkspaceId, campaign_id: str) -> DailyLimits:
    return DailyLimits(_campaigns_table(), f"{workspace}#{campaign_id}")


def reservations(workspace: WorkspaceId, campaign_id: str) -> Reservations:
    return Reservations(mailbox_repository(workspace), daily_limits(workspace, campaign_id))


def company_replies(workspace: WorkspaceId, campaign_id: str) -> CompanyReplies:
    return CompanyReplies(_campaigns_table(), f"{workspace}#{campaign_id}")


def campaign_repository(workspace: WorkspaceId) -> CampaignRepository:
    return CampaignRepository(_campaigns_table(), workspace)


def enrollment_repository(workspace: WorkspaceId, campaign_id: str) -> EnrollmentRepository:
    return EnrollmentRepository(_enrollments_table(), workspace, campaign_id)


def contact_enrollments(workspace: WorkspaceId) -> ContactEnrollments:
    return ContactEnrollments(_enrollments_table(), workspace)


def screening(workspace: WorkspaceId, campaign: Campaign) -> Screening:
    contacts_table = Table(settings().contacts_table)
    return Screening(
        campaign,
        campaign_repository(workspace),
        SuppressionRepository(contacts_table, workspace),
        GlobalBounces(contacts_table, workspace),
        contact_enrollments(workspace),
    )


def _enroller(
    caller: Caller, campaign: Campaign, first: Step, check: Callable[[], Action], mark: str
) -> Enroller:
    workspace = caller.workspace
    campaigns = campaign_repository(workspace)
    return Enroller(
        caller=caller,
        campaign=campaign,
        first=first,
        screening=screening(workspace, campaign),
        enrollments=enrollment_repository(workspace, campaign.id),
        counters=campaigns.counters(campaign.id),
        check=check,
        mark=mark,
    )


def _rounds(caller: Caller, campaign_id: str) -> RoundService:
    return RoundService(
        caller=caller,
        enrollments=enrollment_repository(caller.workspace, campaign_id),
        mailboxes=mailbox_repository(caller.workspace),
        reviews=health_reviews(caller),
        sequences=sequences(caller),
        reservations=reservations(caller.workspace, campaign_id),
        steps=Queue(settings().steps_queue_url),
    )


def _first_step(caller: Caller, campaign: Campaign) -> Step:
    return sequences(caller).steps_of(campaign.sequence_id, campaign.steps_version)[0]


def _audiences(workspace: WorkspaceId) -> AudienceRepository:
    return AudienceRepository(_campaigns_table(), workspace)


def _requeue(workspace: WorkspaceId, campaign_id: str) -> Callable[[], None]:
    """Return a function that sends a message to the queue, to continue enrolling the campaign's
    audience."""

    def go_on() -> None:
        job = {"workspace": workspace, "campaign_id": campaign_id}
        Queue(settings().enrolling_queue_url).send([QueueMessage(job, workspace)])

    return go_on


def _requeue_retry(workspace: WorkspaceId, campaign_id: str, job: RetryJob) -> None:
    body = {"workspace": workspace, "campaign_id": campaign_id, "retry": job.model_dump()}
    Queue(settings().enrolling_queue_url).send([QueueMessage(body, workspace)])


def _enrollments_table() -> Table:
    return Table(settings().enrollments_table)


def _campaigns_table() -> Table:
    return Table(settings().campaigns_table)
