"""Campaigns that run, and who is in them, as the paths of examples name them."""

from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.kit import ids
from tests.harness.api import Api
from tests.integration.outreach import Launched, launched


def one_more_launched(api: Api) -> Launched:
    """With a mailbox and a contact of its own, so that a workspace may have many."""
    return launched(api, mailbox={"email": f"{ids.new('a')}@{api.domain}"}, name=ids.new("a"))


def a_campaign(api: Api) -> str:
    return one_more_launched(api).campaign_id


def a_launched_sequence(api: Api) -> str:
    return one_more_launched(api).sequence_id


def a_paused_sequence(api: Api) -> str:
    sequence_id = a_launched_sequence(api)
    api.post(f"/v1/sequences/{sequence_id}/pause")
    return sequence_id


def a_paused_campaign(api: Api) -> str:
    campaign_id = a_campaign(api)
    api.post(f"/v1/campaigns/{campaign_id}/pause")
    return campaign_id


def an_enrollment(api: Api) -> str:
    campaign = one_more_launched(api)
    return enrollment_ids.of(campaign.campaign_id, campaign.contact_ids[0])


def an_enrolled_contact(api: Api) -> dict[str, str]:
    """As the query of a list names it."""
    members = enrollment_ids.parts(an_enrollment(api))
    assert members is not None
    return {"contact_id": members[1]}


def a_paused_enrollment(api: Api) -> str:
    enrollment_id = an_enrollment(api)
    api.post(f"/v1/enrollments/{enrollment_id}/pause")
    return enrollment_id
