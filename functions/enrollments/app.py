"""/v1/enrollments"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.enrollments.schemas import (
    ContactEnrollmentQuery,
    EnrollmentView,
    ResumeRequest,
)
from outrider.campaigns.wiring import members
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs
from outrider.messages.schemas import Explanation
from outrider.messages.wiring import enrollments, explanations

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.steps_queue_url,
)(api.handler)


@api.get("/v1/enrollments", scope="campaigns:read")
def list_enrollments(caller: Caller, query: ContactEnrollmentQuery) -> Page[EnrollmentView]:
    """List the enrollments of a contact: the campaigns it is in, and where it stands in each"""
    return members(caller).of_contact(query)


@api.get("/v1/enrollments/{enrollment_id}", scope="campaigns:read")
def get_enrollment(caller: Caller, enrollment_id: str) -> EnrollmentView:
    """Get an enrollment"""
    return enrollments(caller).get(enrollment_id)


@api.get("/v1/enrollments/{enrollment_id}/explain", scope="campaigns:read")
def explain_enrollment(caller: Caller, enrollment_id: str) -> Explanation:
    """Explain why the next step has not been sent, and when it can be"""
    return explanations(caller).explain(enrollment_id)


@api.post("/v1/enrollments/{enrollment_id}/pause", scope="campaigns:write", status=200)
def pause_enrollment(caller: Caller, enrollment_id: str) -> EnrollmentView:
    """Pause an enrollment"""
    return enrollments(caller).pause(enrollment_id)


@api.post("/v1/enrollments/{enrollment_id}/resume", scope="campaigns:write", status=200)
def resume_enrollment(
    caller: Caller, enrollment_id: str, body: ResumeRequest | None, if_match: int | None
) -> EnrollmentView:
    """Resume a paused enrollment where it stopped"""
    return enrollments(caller).resume(enrollment_id, body or ResumeRequest(), if_match)


@api.post("/v1/enrollments/{enrollment_id}/stop", scope="campaigns:write", status=200)
def stop_enrollment(caller: Caller, enrollment_id: str) -> EnrollmentView:
    """End an enrollment for good"""
    return enrollments(caller).stop(enrollment_id)
