"""Ends of runs: once, together with their credits."""

from dataclasses import dataclass, replace

from outrider.access.models import Caller
from outrider.agents.models import AgentRun, RunReason, RunStatus
from outrider.agents.runs.repository import AgentRunRepository, RunLeaseLost
from outrider.credits.service import CreditService
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed, TransactionFailed
from outrider.kit.errors import OutriderError


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ends."""

    status: RunStatus
    reason: RunReason | None = None
    response: str = ""
    error: OutriderError | None = None
    """What the provider's failure is for whoever waits for the answer."""


@dataclass(frozen=True, slots=True)
class RunEndings:
    """Ends runs of one workspace, with events of `caller`."""

    caller: Caller
    runs: AgentRunRepository
    credits: CreditService

    def finish(self, run: AgentRun, end: RunEnd, *, lease: str = "") -> None:
        """End a run and settle its credits in one transaction. A run that failed, or was stopped
        before the model answered, costs nothing.

        Raises RunLeaseLost if it has ended, if another worker has the `lease` that is given, or,
        without one, if the run has spent more meanwhile than `run` says.
        """
        settled: list[str] = []
        write = replace(self._finish_action(run, end, lease), done=lambda: settled.append(run.id))
        is_charged = end.status != "failed" and run.spent.model_turns > 0
        try:
            if is_charged:
                self.credits.post(run.id, run.price, [write])
            else:
                self.credits.void(run.id, [write])
            if not settled:  # the hold has expired
                self.runs.table.write(write)
        except (TransactionFailed, ConditionFailed) as failure:
            raise RunLeaseLost from failure

    def _finish_action(self, run: AgentRun, end: RunEnd, lease: str) -> Action:
        completed = self.caller.event(
            "agent.run_completed",
            identity=run.id,
            run_id=run.id,
            kind=run.kind,
            status=end.status,
            **({"reason": end.reason} if end.reason else {}),
            tool_calls=run.spent.tool_calls,
            credits=run.spent.credits,
        )
        ended = {
            "status": end.status,
            "status_reason": end.reason,
            "response": end.response or None,
            "finished_at": clock.timestamp(),
        }
        return self.runs.finish_action(run, ended, [completed], lease)
