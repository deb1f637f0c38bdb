"""/v1/campaigns"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.schemas import (
    CampaignCreate,
    CampaignDeleted,
    CampaignLaunched,
    CampaignQuery,
    CampaignResumed,
    CampaignStatusView,
    CampaignUpdate,
    CampaignView,
    LaunchRequest,
)
from outrider.campaigns.wiring import campaigns, control, launch
from outrider.kit.pagination import Page

api = native_api()
handler = api.handler


@api.get("/v1/campaigns", scope="campaigns:read")
def list_campaigns(caller: Caller, query: CampaignQuery) -> Page[CampaignView]:
    """List campaigns, newest first"""
    return campaigns(caller).list(query)


@api.post("/v1/campaigns", scope="campaigns:write")
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
    """Change a campaign's name, pool or settings, of which only those given change"""
    return campaigns(caller).update(campaign_id, body, if_match)


@api.delete("/v1/campaigns/{campaign_id}", scope="campaigns:write")
def delete_campaign(caller: Caller, campaign_id: str) -> CampaignDeleted:
    """Delete a campaign that is not active: nothing more is sent of it"""
    return campaigns(caller).delete(campaign_id)


@api.post("/v1/campaigns/{campaign_id}/launch", scope="campaigns:write", status=200)
def launch_campaign(
    caller: Caller, campaign_id: str, body: LaunchRequest | None
) -> CampaignLaunched:
    """Launch a draft: over the contacts given, those that a filter lets through, or none yet"""
    return launch(caller).launch_campaign(campaign_id, body or LaunchRequest())


@api.post("/v1/campaigns/{campaign_id}/pause", scope="campaigns:write", status=200)
def pause_campaign(caller: Caller, campaign_id: str) -> CampaignView:
    """Pause a campaign: everybody in it stays where they are"""
    return control(caller).pause(campaign_id)


@api.post("/v1/campaigns/{campaign_id}/resume", scope="campaigns:write", status=200)
def resume_campaign(caller: Caller, campaign_id: str) -> CampaignResumed:
    """Let a paused campaign go on, and tell what came due meanwhile"""
    return control(caller).resume(campaign_id)


@api.get("/v1/campaigns/{campaign_id}/status", scope="campaigns:read")
def get_status(caller: Caller, campaign_id: str) -> CampaignStatusView:
    """How a campaign stands, with its audience broken down"""
    return campaigns(caller).status(campaign_id)
