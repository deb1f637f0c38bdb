"""Construction of the workers of the stages `research` and `qualify`."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from outrider.access.models import Caller
from outrider.kit.aws.dynamodb import Action
from outrider.leads.wiring import lead_repository, rationales
from outrider.research.service import ResearchService
from outrider.research.wiring import research
from outrider.workflows.lead_wiring import leads
from outrider.workflows.runs.clock_wiring import run_repository, stage_queues, workspaces
from outrider.workflows.runs.pausing import RunPauser
from outrider.workflows.stages.qualify import QualifyStage
from outrider.workflows.stages.research import ResearchStage
from outrider.workflows.stages.worker import StageWork, StageWorker


def research_worker(caller: Caller) -> StageWorker:
    def service(job: str, charged_actions: Callable[[int], Sequence[Action]]) -> ResearchService:
        made = research(replace(caller, job=job))
        return replace(made, credits=replace(made.credits, charged_actions=charged_actions))

    return worker(caller, ResearchStage(run_repository(caller.workspace), service))


def qualify_worker(caller: Caller) -> StageWorker:
    repository = lead_repository(caller.workspace)
    stage = QualifyStage(
        lambda: repository.profile().profile,
        leads(caller).score,
        lambda job: rationales(replace(caller, job=job)),
    )
    return worker(caller, stage)


def worker(caller: Caller, work: StageWork) -> StageWorker:
    runs, repository = run_repository(caller.workspace), lead_repository(caller.workspace)
    pauser = RunPauser(caller, runs, repository)
    return StageWorker(caller, workspaces(), runs, repository, work, pauser, stage_queues())
