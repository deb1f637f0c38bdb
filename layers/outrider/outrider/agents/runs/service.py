"""Operations of the API on agent runs."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from outrider.access import scopes
from outrider.access.errors import ScopeDenied
from outrider.access.models import Caller
from outrider.agents.errors import AgentRunNotFound, AgentsDisabled
from outrider.agents.models import ENDED, AgentRun, RunKind, RunWork
from outrider.agents.policy.repository import AgentPolicyRepository
from outrider.agents.runs.endings import RunEnd, RunEndings
from outrider.agents.runs.repository import AgentRunRepository, RunLeaseLost
from outrider.agents.runs.schemas import AgentRunCreate, AgentRunDetail, AgentRunStep, shown_of
from outrider.credits.models import price
from outrider.credits.service import CreditService
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.errors import Conflict, Contended
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.kit.outbox import Event
from outrider.llm_providers.models import ModelChoice


@dataclass(frozen=True, slots=True)
class AgentRunService:
    """Agent runs of the caller's workspace. `choice` returns the model that the workspace uses."""

    caller: Caller
    runs: AgentRunRepository
    policies: AgentPolicyRepository
    credits: CreditService
    endings: RunEndings
    choice: Callable[[], ModelChoice]

    def create(self, body: AgentRunCreate) -> AgentRun:
        """Create a run; its event `agent.run_created` starts the worker.

        Raises AgentsDisabled, ProviderNotConfigured, InsufficientCredits, Contended.
        """
        self.caller.begin()
        work = self.prepare("goal", body, run_id=self.caller.new_id("agr"))
        created = self.caller.event(
            "agent.run_created", identity=work.shown.id, run_id=work.shown.id
        )
        self.add(work, [created])
        return work.shown

    def prepare(
        self,
        kind: RunKind,
        body: AgentRunCreate,
        *,
        run_id: str,
        lease: str = "",
    ) -> RunWork:
        """Return a new run, with the scopes and the budget that it will keep, after its credits
        are held. Raises as `create`."""
        policy = self.policies.get()
        if not policy.enabled:
            raise AgentsDisabled
        chosen = self.choice()
        held = self.credits.hold(run_id, "chat", price("chat", chosen.tier))
        if held.status != "held":
            raise Conflict(
                "The credits that were held for the first request with this Idempotency-Key have"
                " expired. Send the request with a new one"
            )
        run = AgentRun(
            id=run_id,
            kind=kind,
            goal=body.goal,
            playbook=body.playbook,
            status="running" if lease else "queued",
            scopes=policy.grants(self.caller.scopes),
            budget=body.budget.over(policy.budget).within(policy.budget),
            price=held.held,
            model=chosen.model,
            created_by=self.caller.actor,
            created_at=clock.timestamp(),
        )
        return RunWork(
            shown=run,
            lease=lease,
            key_id=self.caller.actor.removeprefix("key:"),
            host=self.caller.api_url.removeprefix("https://"),
            request_id=self.caller.request_id,
        )

    def add(self, work: RunWork, events: Sequence[Event] = ()) -> None:
        """Store a prepared run, with the response under the request's Idempotency-Key if the run
        is the response."""
        kept = self.caller.keep_actions(work.shown) if work.shown.kind == "goal" else ()
        self.runs.add(work, events, kept)

    def list(self, query: PageQuery) -> Page[AgentRun]:
        """Return a page of runs; those of chats only for callers who may read chats."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/agent_runs")
        found, place = self.runs.list(
            query.limit, sealer.after(query), with_chats=self._reads_chats
        )
        return sealer.page(query, found, place)

    def get(self, run_id: str) -> AgentRunDetail:
        """Return a run with its steps. Raises AgentRunNotFound, and ScopeDenied if the caller may
        not read chats and it is one, or the run had scopes that the caller has not: its steps tell
        what it read."""
        found = self._found(run_id)
        run, response = found
        if missing := [each for each in run.scopes if not scopes.covers(self.caller.scopes, each)]:
            raise ScopeDenied(
                "The steps of this run tell what it read: to see them a key needs the scopes of"
                f" the run, and this one lacks {', '.join(missing)}"
            )
        shown = shown_of(run, self.caller.api_url.removeprefix("https://"))
        steps = [AgentRunStep.of(each, shown) for each in self.runs.steps(run_id)]
        return AgentRunDetail(**run.model_dump(), response=response, steps=steps)

    def stop(self, run_id: str) -> AgentRun:
        """End a run before its next step; what it did stays. A run that has ended stays as it is.
        Raises AgentRunNotFound; ScopeDenied for a chat if the caller may not read chats;
        Contended."""
        self.caller.begin()
        for _ in attempts():
            run, _ = self._found(run_id)
            if run.status in ENDED:
                return run
            with suppress(RunLeaseLost):  # it ended meanwhile, or its model has answered
                self.endings.finish(run, RunEnd("stopped", "stopped_by_person"))
        raise Contended("The run takes one step after the other")

    def _found(self, run_id: str) -> tuple[AgentRun, str | None]:
        found = self.runs.get(run_id) if ids.is_id("agr", run_id) else None
        if found is None:
            raise AgentRunNotFound
        if found[0].kind == "chat" and not self._reads_chats:
            raise ScopeDenied(
                "This run answers a message of a chat: a key needs the scope chat too, and this one"
                " lacks it"
            )
        return found

    @property
    def _reads_chats(self) -> bool:
        return scopes.covers(self.caller.scopes, "chat")
