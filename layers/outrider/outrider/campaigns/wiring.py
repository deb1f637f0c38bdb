"""Builds the objects of `campaigns`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.companies import CompanyReplies
from outrider.campaigns.control import ControlService
from outrider.campaigns.dispatch import DispatchService
from outrider.campaigns.edits import SequenceEdits
from outrider.campaigns.endings import Endings
from outrider.campaigns.enrollments import ContactEnrollments, EnrollmentRepository
from outrider.campaigns.launch import LaunchService
from outrider.campaigns.limits import DailyLimits
from outrider.campaigns.repository import CampaignRepository, RunningCampaigns
from outrider.campaigns.runs import RunService
from outrider.campaigns.service import CampaignService
from outrider.campaigns.statistics import Statistics
from outrider.contacts.wiring import contacts
from outrider.kit.dynamo import Table
from outrider.kit.executions import StateMachine
from outrider.kit.queues import Queue
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import mailbox_repository, mailboxes
from outrider.sequences.wiring import sequences


def campaigns(caller: Caller) -> CampaignService:
    return CampaignService(caller, campaign_repository(caller.workspace), sequences(caller))


def control(caller: Caller) -> ControlService:
    return ControlService(
        caller,
        campaign_repository(caller.workspace),
        sequences(caller),
        lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
    )


def edits(caller: Caller) -> SequenceEdits:
    return SequenceEdits(sequences(caller), campaign_repository(caller.workspace))


def launch(caller: Caller) -> LaunchService:
    return LaunchService(
        caller=caller,
        sequences=sequences(caller),
        mailboxes=mailboxes(caller),
        contacts=contacts(caller),
        campaigns=campaign_repository(caller.workspace),
        enrollments=lambda campaign_id: enrollment_repository(caller.workspace, campaign_id),
    )


def dispatch(caller: Caller, campaign_id: str) -> DispatchService:
    return DispatchService(
        caller=caller,
        campaigns=campaign_repository(caller.workspace),
        enrollments=enrollment_repository(caller.workspace, campaign_id),
        mailboxes=mailbox_repository(caller.workspace),
        sequences=sequences(caller),
        steps=Queue(settings().require("steps_queue_url")),
    )


def runs(workspace: WorkspaceId) -> RunService:
    machine = StateMachine(settings().require("campaign_run_arn"))
    return RunService(campaign_repository(workspace), machine.start)


def running_campaigns() -> RunningCampaigns:
    return RunningCampaigns(_campaigns_table())


def endings(caller: Caller) -> Endings:
    workspace = caller.workspace
    return Endings(
        caller=caller,
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        of_contact=contact_enrollments(workspace),
        counters=campaign_repository(workspace).counters,
    )


def statistics(workspace: WorkspaceId, campaign_id: str) -> Statistics:
    return Statistics(_campaigns_table(), f"{workspace}#{campaign_id}")


def daily_limits(workspace: WorkspaceId, campaign_id: str) -> DailyLimits:
    return DailyLimits(_campaigns_table(), f"{workspace}#{campaign_id}")


def company_replies(workspace: WorkspaceId, campaign_id: str) -> CompanyReplies:
    return CompanyReplies(_campaigns_table(), f"{workspace}#{campaign_id}")


def campaign_repository(workspace: WorkspaceId) -> CampaignRepository:
    return CampaignRepository(_campaigns_table(), workspace)


def enrollment_repository(workspace: WorkspaceId, campaign_id: str) -> EnrollmentRepository:
    return EnrollmentRepository(_enrollments_table(), workspace, campaign_id)


def contact_enrollments(workspace: WorkspaceId) -> ContactEnrollments:
    return ContactEnrollments(_enrollments_table(), workspace)


def _enrollments_table() -> Table:
    return Table(settings().require("enrollments_table"))


def _campaigns_table() -> Table:
    return Table(settings().require("campaigns_table"))
