"""/v1/campaigns"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.schemas import CampaignStatusView
from outrider.campaigns.wiring import campaigns

api = native_api()
handler = api.handler


@api.get("/v1/campaigns/{campaign_id}/status", scope="campaigns:read")
def get_status(caller: Caller, campaign_id: str) -> CampaignStatusView:
    """How a campaign stands, with its audience broken down"""
    return campaigns(caller).status(campaign_id)
