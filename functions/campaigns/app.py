"""/v1/campaigns"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.enrollments.schemas import EnrollmentQuery, EnrollmentView
from outrider.campaigns.explain import CampaignExplanation
from outrider.campaigns.schemas import (
    AudienceAdded,
    AudienceAddition,
    AudienceQuery,
    CampaignCreate,
    CampaignDeleted,
    CampaignLaunched,
    CampaignQuery,
    CampaignResumed,
    CampaignRetried,
    CampaignStatusView,
    CampaignUpdate,
    CampaignView,
    LaunchRequest,
    RetryRequest,
    SkippedContact,
    StatsQuery,
    TriggerRequest,
    TriggerResult,
)
from outrider.campaigns.statistics.schemas import StatsView
from outrider.campaigns.wiring import (
    additions,
    campaign_explainer,
    campaigns,
    control,
    launch,
    members,
    retries,
    stats,
    trigger,
)
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.secrets_key_id,
    Environment.campaign_run_arn,
    Environment.enrolling_queue_url,
    Environment.steps_queue_url,
)(api.handler)


@api.get("/v1/campaigns", scope="campaigns:read")
def list_campaigns(caller: Caller, query: CampaignQuery) -> Page[CampaignView]:
    """List campaigns, newest first"""
    return campaigns(caller).list(query)


@api.post("/v1/campaigns", scope="campaigns:write", errors=(404,))
def create_campaign(caller: Caller, body: CampaignCreate) -> CampaignView:
    """Create a campaign of a sequence, as a draft"""
    return campaigns(caller).create(body)


@api.get("/v1/campaigns/{campaign_id}", scope="campaigns:read")
def get_campaign(caller: Caller, campaign_id: str) -> CampaignView:
    """Get a campaign"""
    return CampaignView.of(campaigns(caller).get(campaign_id))


@api.patch("/v1/campaigns/{campaign_id}", scope="campaigns:write")
def update_campaign(
    caller: Caller, campaign_id: str, body: CampaignUpdate, if_match: int | None
) -> CampaignView:
    """Update a campaign's name, pool or settings"""
    return campaigns(caller).update(campaign_id, body, if_match)


@api.delete("/v1/campaigns/{campaign_id}", scope="campaigns:write")
def delete_campaign(caller: Caller, campaign_id: str, if_match: int | None) -> CampaignDeleted:
    """Delete a campaign that is not active"""
    return campaigns(caller).delete(campaign_id, if_match)


@api.post("/v1/campaigns/{campaign_id}/launch", scope="campaigns:write", status=200)
def launch_campaign(
    caller: Caller, campaign_id: str, body: LaunchRequest | None, if_match: int | None
) -> CampaignLaunched:
    """Launch a campaign, for contacts by id or filter, or without any yet"""
    return launch(caller).launch_campaign(campaign_id, body or LaunchRequest(), if_match)


@api.post("/v1/campaigns/{campaign_id}/pause", scope="campaigns:write", status=200)
def pause_campaign(caller: Caller, campaign_id: str) -> CampaignView:
    """Pause a campaign; its contacts stay where they are"""
    return control(caller).pause(campaign_id)


@api.post("/v1/campaigns/{campaign_id}/resume", scope="campaigns:write", status=200)
def resume_campaign(caller: Caller, campaign_id: str, if_match: int | None) -> CampaignResumed:
    """Resume a paused campaign"""
    return control(caller).resume(campaign_id, if_match)


@api.get("/v1/campaigns/{campaign_id}/status", scope="campaigns:read")
def get_campaign_status(caller: Caller, campaign_id: str) -> CampaignStatusView:
    """Get the status of a campaign and its audience"""
    return campaigns(caller).status(campaign_id)


@api.get("/v1/campaigns/{campaign_id}/explain", scope="campaigns:read")
def explain_campaign(caller: Caller, campaign_id: str) -> CampaignExplanation:
    """Explain why a campaign sends nothing now, and what to do"""
    return campaign_explainer(caller).explain(campaign_id)


@api.post("/v1/campaigns/{campaign_id}/trigger", scope="campaigns:write", status=200, errors=(400,))
def trigger_campaign(
    caller: Caller, campaign_id: str, body: TriggerRequest, if_match: int | None
) -> TriggerResult:
    """Add one contact to an active campaign, and create it if it is new"""
    return trigger(caller).trigger(campaign_id, body, if_match)


@api.post("/v1/campaigns/{campaign_id}/retry", scope="campaigns:write", status=200)
def retry_campaign(
    caller: Caller, campaign_id: str, body: RetryRequest | None, if_match: int | None
) -> CampaignRetried:
    """Retry failed enrollments at the step that failed"""
    return retries(caller).retry(campaign_id, body or RetryRequest(), if_match)


@api.post("/v1/campaigns/{campaign_id}/audience", scope="campaigns:write", status=200)
def add_audience(
    caller: Caller, campaign_id: str, body: AudienceAddition, if_match: int | None
) -> AudienceAdded:
    """Add contacts, by id or filter, to a launched campaign"""
    return additions(caller).add(campaign_id, body, if_match)


@api.get("/v1/campaigns/{campaign_id}/stats", scope="campaigns:read")
def get_campaign_stats(caller: Caller, campaign_id: str, query: StatsQuery) -> StatsView:
    """Get the statistics of a campaign, by step, variant and day"""
    return stats(caller).of(campaign_id, query)


@api.get("/v1/campaigns/{campaign_id}/enrollments", scope="campaigns:read")
def list_campaign_enrollments(
    caller: Caller, campaign_id: str, query: EnrollmentQuery
) -> Page[EnrollmentView]:
    """List the enrollments of a campaign"""
    return members(caller).list_enrollments(campaign_id, query)


@api.get("/v1/campaigns/{campaign_id}/audience", scope="campaigns:read")
def list_skipped_contacts(
    caller: Caller, campaign_id: str, query: AudienceQuery
) -> Page[SkippedContact]:
    """List the contacts that a filter left out, and why"""
    return members(caller).left_out(campaign_id, query)
