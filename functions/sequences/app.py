"""/v1/sequences"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.forecast.schemas import PlanRequest, SequencePlan
from outrider.campaigns.schemas import (
    LaunchRequest,
    SequenceLaunched,
    SequenceResumed,
)
from outrider.campaigns.wiring import control, edits, launch, planning
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs
from outrider.sequences.schemas import (
    SequenceCreate,
    SequenceDeleted,
    SequenceLint,
    SequenceQuery,
    SequenceSummary,
    SequenceUpdate,
    SequenceView,
    StepsPut,
    StepsQuery,
    StepsView,
)
from outrider.sequences.wiring import sequences

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.secrets_key_id,
)(api.handler)


@api.get("/v1/sequences", scope="sequences:read")
def list_sequences(caller: Caller, query: SequenceQuery) -> Page[SequenceSummary]:
    """List sequences, newest first"""
    return sequences(caller).list(query)


@api.post("/v1/sequences", scope="sequences:write")
def create_sequence(caller: Caller, body: SequenceCreate) -> SequenceSummary:
    """Create a sequence as a draft"""
    return sequences(caller).create(body)


@api.get("/v1/sequences/{sequence_id}", scope="sequences:read")
def get_sequence(caller: Caller, sequence_id: str) -> SequenceView:
    """Get a sequence, with the rules of its campaign"""
    return sequences(caller).detail(sequence_id)


@api.patch("/v1/sequences/{sequence_id}", scope="sequences:write")
def update_sequence(
    caller: Caller, sequence_id: str, body: SequenceUpdate, if_match: int | None
) -> SequenceView:
    """Update a sequence, and the settings of its running campaign"""
    return edits(caller).update(sequence_id, body, if_match)


@api.delete("/v1/sequences/{sequence_id}", scope="sequences:write")
def delete_sequence(caller: Caller, sequence_id: str, if_match: int | None) -> SequenceDeleted:
    """Delete a sequence that is a draft or finished"""
    return sequences(caller).delete(sequence_id, if_match)


@api.get("/v1/sequences/{sequence_id}/steps", scope="sequences:read")
def get_sequence_steps(caller: Caller, sequence_id: str, query: StepsQuery) -> StepsView:
    """Get the steps of a sequence, in the newest or an earlier version"""
    return sequences(caller).shown_steps(sequence_id, query.version)


@api.put("/v1/sequences/{sequence_id}/steps", scope="sequences:write")
def set_sequence_steps(
    caller: Caller, sequence_id: str, body: StepsPut, if_match: int | None
) -> StepsView:
    """Replace the steps of a sequence; a step keeps its identity by its id"""
    return edits(caller).put_steps(sequence_id, body, if_match)


@api.post("/v1/sequences/{sequence_id}/lint", scope="sequences:read", status=200)
def lint_sequence(caller: Caller, sequence_id: str) -> SequenceLint:
    """Lint a sequence: find what keeps its emails from arriving or from being read"""
    return sequences(caller).lint(sequence_id)


@api.post("/v1/sequences/{sequence_id}/plan", scope="sequences:read", status=200)
def plan_sequence(caller: Caller, sequence_id: str, body: PlanRequest) -> SequencePlan:
    """Forecast when each step would be sent, and from which mailbox"""
    return planning(caller).plan(sequence_id, body)


@api.post("/v1/sequences/{sequence_id}/launch", scope="sequences:write", status=200)
def launch_sequence(
    caller: Caller, sequence_id: str, body: LaunchRequest | None, if_match: int | None
) -> SequenceLaunched:
    """Launch a sequence: create its campaign and start it"""
    return launch(caller).launch_sequence(sequence_id, body or LaunchRequest(), if_match)


@api.post("/v1/sequences/{sequence_id}/pause", scope="sequences:write", status=200)
def pause_sequence(caller: Caller, sequence_id: str) -> SequenceSummary:
    """Pause a sequence and its campaign"""
    return control(caller).pause_sequence(sequence_id)


@api.post("/v1/sequences/{sequence_id}/resume", scope="sequences:write", status=200)
def resume_sequence(caller: Caller, sequence_id: str, if_match: int | None) -> SequenceResumed:
    """Resume a paused sequence and its campaign"""
    return control(caller).resume_sequence(sequence_id, if_match)
