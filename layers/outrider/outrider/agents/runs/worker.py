"""Worker of agent runs: carries a run on for as long as there is time, and hands it over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from outrider.agents.models import ENDED, RunWork
from outrider.agents.runs.conversation import Conversation
from outrider.agents.runs.endings import RunEnd, RunEndings
from outrider.agents.runs.loop import MOST_FAILURES, AgentLoop
from outrider.agents.runs.repository import AgentRunRepository, RunLeaseLost
from outrider.kit.aws.kms import CipherFailed
from outrider.language_models.errors import ModelFailed, ProviderNotConfigured
from outrider.language_models.models import Turn

LEASE = timedelta(seconds=330)
"""Longer than a worker's time limit, so the holder of an expired lease has stopped."""
_RETRY_SECONDS = 5
"""After the first temporary failure of the provider; three times as long after each further one."""


@dataclass(frozen=True, slots=True)
class AgentRunner:
    """Worker of the runs of one workspace.

    `endings` and `loop` make the parts of a run, and `loop` may raise ProviderNotConfigured or
    ModelFailed; `history` is what was said before it; `go_on` queues another invocation after some
    seconds.
    """

    runs: AgentRunRepository
    endings: Callable[[RunWork], RunEndings]
    loop: Callable[[RunWork], AgentLoop]
    history: Callable[[RunWork], list[Turn]]
    go_on: Callable[[str, int], None]

    def run(self, run_id: str, enough_time: Callable[[], bool]) -> str:
        """Start or continue a run, and return the outcome for the log."""
        try:
            work = self.runs.take(run_id, str(uuid4()), LEASE)
            if work.shown.as_of_now().status in ENDED:
                return self._give_up(work)
            _, end = self.carry_on(work, enough_time)
        except RunLeaseLost:
            return self._leave(run_id)
        return end.status if end else "to be continued"

    def _leave(self, run_id: str) -> str:
        """Look again at a run that somebody else carries on, once their lease is over: they may
        stop, and have no message of their own in the queue."""
        seconds = self.runs.seconds_held(run_id)
        if seconds is None:
            return "nothing to do"
        self.go_on(run_id, seconds + 1)
        return "left to another worker"

    def _give_up(self, work: RunWork) -> str:
        """End a run that no worker was able to carry on."""
        end = RunEnd("failed", "out_of_time")
        self.endings(work).finish(work.shown, end, lease=work.lease)
        return "given up"

    def carry_on(
        self, work: RunWork, enough_time: Callable[[], bool]
    ) -> tuple[Conversation, RunEnd | None]:
        """Carry on a run whose lease the caller holds, and return what was said and how it ended,
        or None if it was handed over to the queue. Raises RunLeaseLost if it ended elsewhere."""
        talk = Conversation(work, list(self.runs.steps(work.shown.id)), self.history(work))
        try:
            end = self.loop(work).advance(talk, enough_time)
        except (ProviderNotConfigured, ModelFailed) as error:
            end = RunEnd("failed", "provider_failed", error=error)
        except CipherFailed as error:  # the provider's key cannot be opened at the moment
            failures = work.failures + 1
            talk.work = work.model_copy(update={"failures": failures})
            self.runs.save(work, changed={"failures": failures})
            end = (
                RunEnd("failed", "provider_failed", error=error)
                if failures >= MOST_FAILURES
                else None
            )
        work = talk.work
        if end:
            self.endings(work).finish(talk.run, end, lease=work.lease)
            return talk, end
        self.runs.save(work, changed={"lease": ""})
        self.go_on(talk.run.id, _RETRY_SECONDS * 3 ** (work.failures - 1) if work.failures else 0)
        return talk, None
