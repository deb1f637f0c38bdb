"""Chats: a message is an agent run that is carried out while the caller waits, for as long as that
can be, and then by the worker of agent runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from outrider.access import scopes
from outrider.access.models import Caller
from outrider.agents.chat.errors import (
    ChatThreadBusy,
    ChatThreadFull,
    ChatThreadHidden,
    ChatThreadNotFound,
)
from outrider.agents.chat.history import Answered, answered
from outrider.agents.chat.models import MOST_MESSAGES, ChatThread
from outrider.agents.chat.repository import ChatRepository
from outrider.agents.chat.schemas import (
    ChatAnswer,
    ChatExchange,
    ChatMessage,
    ChatThreadView,
    ChatToolCall,
)
from outrider.agents.models import ENDED, AgentRun, RunWork, ToolStep
from outrider.agents.runs.repository import RunLeaseLost
from outrider.agents.runs.schemas import AgentRunCreate, shown_of
from outrider.agents.runs.service import AgentRunService
from outrider.agents.runs.worker import AgentRunner
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import TransactionFailed
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.kit.text.quotes import shortened

LEASE = timedelta(seconds=35)
"""Longer than the timeout of an API function, so the holder of an expired lease has stopped."""
TAKEN_OVER_SECONDS = 45
"""After these the worker carries on a run whose request has stopped."""
_TITLE = 80


@dataclass(frozen=True, slots=True)
class ChatService:
    """Chats of the caller's workspace. `go_on` queues a run for the worker after some seconds."""

    caller: Caller
    threads: ChatRepository
    runs: AgentRunService
    runner: AgentRunner
    go_on: Callable[[str, int], None]

    def send(self, body: ChatMessage, enough_time: Callable[[], bool]) -> ChatAnswer:
        """Answer a message, or hand the work over when there is not enough time any more.

        Raises ChatThreadNotFound, ChatThreadHidden, ChatThreadFull; ChatThreadBusy while the
        message before is worked on; AgentsDisabled, ProviderNotConfigured, InsufficientCredits;
        ModelFailed if the provider fails, which costs nothing.
        """
        self.caller.begin()
        run_id = self.caller.new_id("agr")
        if again := self.runs.runs.get(run_id):
            return self._resume(again[0], enough_time)
        thread, before = self._thread(body)
        work = self.runs.prepare(
            "chat", AgentRunCreate(goal=body.message), run_id=run_id, lease=str(uuid4())
        )
        tainted = thread.tainted or any(run.tainted for run, _ in before)
        shown = work.shown.model_copy(update={"thread_id": thread.id, "tainted": tainted})
        work = work.model_copy(update={"shown": shown})
        grown = thread.model_copy(update={"tainted": tainted, "run_ids": [*thread.run_ids, run_id]})
        self.go_on(run_id, TAKEN_OVER_SECONDS)
        try:
            self.runs.runs.add(work, [], [self.threads.put_action(grown)], lasts=LEASE)
        except TransactionFailed as failure:
            if not self.caller.may_repeat:  # a repetition gets the same hold, which else expires
                self.runs.credits.void(run_id)
            raise ChatThreadBusy(self._require(thread.id).run_ids[-1]) from failure
        return self._carry_on(work, enough_time)

    def list(self, query: PageQuery) -> Page[ChatThread]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/chat_threads")
        found, place = self.threads.list(query.limit, sealer.after(query))
        return sealer.page(query, found, place)

    def get(self, thread_id: str) -> ChatThreadView:
        """Return a thread with its latest messages. Raises ChatThreadNotFound,
        ChatThreadHidden."""
        thread = self._require(thread_id)
        exchanges = self._exchanges(thread)
        messages = [
            ChatExchange(
                run_id=run.id,
                message=run.goal,
                response=response or None,
                status=run.status,
                created_at=run.created_at,
            )
            for run, response in exchanges
        ]
        return ChatThreadView(**thread.model_dump(), messages=messages)

    def _thread(self, body: ChatMessage) -> tuple[ChatThread, Sequence[Answered]]:
        """Return the thread as it is with one more message, and the messages before."""
        now = clock.timestamp()
        if body.thread_id is None:
            title = shortened(" ".join(body.message.split()), _TITLE)
            new = self.caller.new_id("cht")
            return ChatThread(id=new, title=title, created_at=now, updated_at=now), []
        thread = self._require(body.thread_id)
        before = self._exchanges(thread)
        for run, _ in before:
            if run.status not in ENDED:
                raise ChatThreadBusy(run.id)
        if len(thread.run_ids) >= MOST_MESSAGES:
            raise ChatThreadFull(MOST_MESSAGES)
        return thread.changed(), before

    def _require(self, thread_id: str) -> ChatThread:
        thread = self.threads.get(thread_id) if ids.is_id("cht", thread_id) else None
        if thread is None:
            raise ChatThreadNotFound
        return thread

    def _exchanges(self, thread: ChatThread) -> Sequence[Answered]:
        """Return the latest messages. Raises ChatThreadHidden if their runs had scopes that the
        caller has not."""
        found = answered(self.runs.runs, thread.run_ids)
        needed = dict.fromkeys(scope for run, _ in found for scope in run.scopes)
        granted = self.caller.scopes
        if missing := [each for each in needed if not scopes.covers(granted, each)]:
            raise ChatThreadHidden(missing)
        return found

    def _resume(self, run: AgentRun, enough_time: Callable[[], bool]) -> ChatAnswer:
        """Carry on the run of a request that has stopped, or return its answer."""
        if run.status in ENDED:
            return self._answer(run.id)
        try:
            work = self.runs.runs.take(run.id, str(uuid4()), LEASE)
        except RunLeaseLost:
            return self._answer(run.id)
        return self._carry_on(work, enough_time)

    def _carry_on(self, work: RunWork, enough_time: Callable[[], bool]) -> ChatAnswer:
        try:
            _, end = self.runner.carry_on(work, enough_time)
        except RunLeaseLost:  # somebody stopped it, or the worker has taken it over
            return self._answer(work.shown.id)
        if end and end.error:
            raise end.error
        return self._answer(work.shown.id)

    def _answer(self, run_id: str) -> ChatAnswer:
        found = self.runs.runs.get(run_id)
        assert found is not None
        run, response = found
        steps = self.runs.runs.steps(run_id)
        shown = shown_of(run, self.caller.api_url.removeprefix("https://"))
        calls = [ChatToolCall.of(each, shown) for each in steps if isinstance(each, ToolStep)]
        if run.status not in ENDED:
            response = (
                f"This takes longer. The work goes on: GET /v1/chat/threads/{run.thread_id} has the"
                f" response in the end, and GET /v1/agent/runs/{run_id} shows how far it is"
            )
        return ChatAnswer(
            response=response or "",
            thread_id=str(run.thread_id),
            tool_calls=calls,
            model=run.model,
            usage=run.spent.tokens,
            run_id=run_id,
            status=run.status,
        )
