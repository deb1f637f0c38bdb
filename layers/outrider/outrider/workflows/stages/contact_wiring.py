"""Construction of the worker of the stage `contact`. Apart from `wiring`, since it imports far
more."""

from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.wiring import enrolling
from outrider.messages.wiring import drafting
from outrider.research.wiring import research
from outrider.workflows.stages.contact import ContactStage
from outrider.workflows.stages.drafting import LeadDrafting
from outrider.workflows.stages.wiring import worker
from outrider.workflows.stages.worker import StageWorker
from outrider.writing.wiring import model_writer


def contact_worker(caller: Caller) -> StageWorker:
    drafts = LeadDrafting(
        drafting(caller), lambda: research(caller), partial(model_writer, caller.workspace)
    )
    return worker(caller, ContactStage(drafts, enrolling(caller)))
