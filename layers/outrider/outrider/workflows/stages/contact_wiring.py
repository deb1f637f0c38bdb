"""Construction of the worker of the stage `contact`. Apart from `wiring`, since it imports far
more."""

from outrider.access.models import Caller
from outrider.campaigns.wiring import enrolling
from outrider.messages.wiring import drafting
from outrider.workflows.stages.contact import ContactStage
from outrider.workflows.stages.wiring import worker
from outrider.workflows.stages.worker import StageWorker


def contact_worker(caller: Caller) -> StageWorker:
    return worker(caller, ContactStage(drafting(caller), enrolling(caller)))
