"""/v1/sequences"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.campaigns.schemas import LaunchRequest, SequenceLaunched, SequenceResumed
from outrider.campaigns.wiring import control, launch
from outrider.sequences.schemas import SequenceCreate, SequenceView
from outrider.sequences.wiring import sequences

api = native_api()
handler = api.handler


@api.post("/v1/sequences", scope="sequences:write")
def create_sequence(caller: Caller, body: SequenceCreate) -> SequenceView:
    """Create a sequence as a draft"""
    return sequences(caller).create(body)


@api.post("/v1/sequences/{sequence_id}/launch", scope="sequences:write", status=200)
def launch_sequence(
    caller: Caller, sequence_id: str, body: LaunchRequest | None
) -> SequenceLaunched:
    """Launch a draft: its campaign starts, over the contacts given"""
    return launch(caller).launch(sequence_id, body or LaunchRequest())


@api.post("/v1/sequences/{sequence_id}/pause", scope="sequences:write", status=200)
def pause_sequence(caller: Caller, sequence_id: str) -> SequenceView:
    """Pause a launched sequence, and its campaign with it"""
    return control(caller).pause_sequence(sequence_id)


@api.post("/v1/sequences/{sequence_id}/resume", scope="sequences:write", status=200)
def resume_sequence(caller: Caller, sequence_id: str) -> SequenceResumed:
    """Let a paused sequence go on, and tell what came due meanwhile"""
    return control(caller).resume_sequence(sequence_id)
