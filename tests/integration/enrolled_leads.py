"""Leads as a workflow enrols them: each with a write of its own in the same transaction."""

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.audience.enrolling import EnrollOutcome
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.models import Enrollment
from outrider.campaigns.wiring import enrolling
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.settings import settings
from outrider.leads.models import Lead
from outrider.leads.wiring import lead_repository
from outrider.messages.models import Content
from outrider.messages.wiring import drafting
from tests.harness.api import Api
from tests.harness.cloud import Cloud

LEAD = ids.new("led")
WORKFLOW = ids.derived("wfl", "leads")


def a_contact(api: Api, email: str = "ada@example.com") -> str:
    return str(api.post("/v1/contacts", {"email": email, "first_name": "Ada"}).json["id"])


def enroll(
    cloud: Cloud,
    campaign_id: str,
    contact_id: str,
    lead_id: str = LEAD,
    approved: FirstMessage | None = None,
) -> EnrollOutcome:
    """Enrol a contact, in one transaction with a write like that of a lead: it can be made once."""
    workspace = WorkspaceId(cloud.api.workspace().id)

    def note_actions(enrollment: Enrollment) -> list[Action]:
        item = {"pk": f"{workspace}#noted", "sk": lead_id, "enrollment_id": enrollment.id}
        return [Table(settings().leads_table).put_action(item, "attribute_not_exists(#pk)")]

    with cloud.environment(**cloud.stack.environment("campaigns")):
        service = enrolling(Caller.engine(workspace))
        return service.enroll_lead(campaign_id, contact_id, lead_id, note_actions, approved)


def draft(
    cloud: Cloud, campaign_id: str, contact_id: str, words: Content | None = None
) -> FirstMessage:
    """Draft the first message of a campaign for a contact."""
    workspace = WorkspaceId(cloud.api.workspace().id)
    with cloud.environment(**cloud.stack.environment("messages")):
        return drafting(Caller.engine(workspace)).draft(campaign_id, contact_id, words)


def noted(cloud: Cloud) -> dict[str, str]:
    """Enrollment ids, by the leads that were written with them."""
    items = cloud.items("leads", f"{cloud.api.workspace().id}#noted")
    return {item["sk"]: item["enrollment_id"] for item in items}


def enrolled(cloud: Cloud, campaign_id: str, contact_id: str) -> str:
    """The id of a new lead that the first run of WORKFLOW has enrolled, with the enrollment noted
    in the same transaction."""
    workspace, now = WorkspaceId(cloud.api.workspace().id), clock.timestamp()
    leads = lead_repository(workspace)
    lead = Lead(
        id=ids.new("led"),
        contact_id=contact_id,
        workflow_id=WORKFLOW,
        run=1,
        created_at=now,
        updated_at=now,
    )
    leads.add(lead, [], [])

    def note_actions(enrollment: Enrollment) -> list[Action]:
        after = lead.changed(status="qualified", enrollment_id=enrollment.id)
        return leads.change_actions(lead, after, ())

    with cloud.environment(**cloud.stack.environment("campaigns")):
        service = enrolling(Caller.engine(workspace))
        outcome = service.enroll_lead(campaign_id, contact_id, lead.id, note_actions)
    assert outcome.skipped is None
    return lead.id
