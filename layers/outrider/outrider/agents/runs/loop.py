"""The loop of a run: the model answers, its tool calls are decided, made or proposed, and so on to
the end.

A step is stored before it has an effect, and again with its result. Whoever continues a run after a
crash makes a call that was stored and not completed again, under the same Idempotency-Key, so that
its effect comes once.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import PydanticSerializationError

from outrider.access.models import Caller
from outrider.agents.models import LIFE, ModelStep, RunReason, ToolStep
from outrider.agents.policy.decisions import CallVerdict, ToolQuestion, made_by, tool_of
from outrider.agents.policy.texts import without_links
from outrider.agents.policy.tool_rules import ToolRule
from outrider.agents.port import CallProposals, ToolCalls
from outrider.agents.runs.conversation import Conversation, offered
from outrider.agents.runs.drafts import is_draft
from outrider.agents.runs.endings import RunEnd
from outrider.agents.runs.playbooks import instructions_for
from outrider.agents.runs.recipients import unknown_recipient
from outrider.agents.runs.repository import AgentRunRepository
from outrider.kit import clock, ids, json
from outrider.kit.attempts import FEW, attempts
from outrider.kit.errors import OutriderError
from outrider.kit.outbox import Event
from outrider.kit.text.quotes import shortened
from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ModelTurn, ToolCall
from outrider.language_models.port import LanguageModel
from outrider.mcp.calls import ToolResult
from outrider.mcp.tools import Tool, tools

LONGEST_ANSWER_SECONDS = 60
MOST_FAILURES = 3
"""Temporary failures of the provider, or of opening its key, that end a run."""
_MOST_ATTEMPTS = 4
"""Attempts at a tool call whose failure may pass. The last comes after 65 seconds, when a function
that did not answer in time has stopped."""
MOST_BYTES_SAID = 128 * 1024
"""Maximum size of an answer of the model. All answers of a run are in each request to the model, in
the run as the API shows it, and each is an item of at most 400 KB."""
MOST_BYTES_GIVEN = 64 * 1024
"""Maximum size of the arguments of one tool call as JSON. They are stored with its result."""
_DEEPEST = 100
"""Maximum nesting of what a model says: pydantic reads JSON of at most 200 levels back."""
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class AgentLoop:
    """The parts of one run. `hindrance` says why the run must not go on, if so: it is asked before
    each step."""

    runs: AgentRunRepository
    model: LanguageModel
    calls: ToolCalls
    proposals: CallProposals
    caller: Caller
    hindrance: Callable[[], RunReason | None]

    def advance(self, talk: Conversation, enough_time: Callable[[], bool]) -> RunEnd | None:
        """Carry out steps until the run ends, and return how; None if there is not enough time to
        go on here, or the provider should be asked again later. Raises RunLeaseLost, StoreFailed.
        """
        while enough_time():
            if end := self._end(talk):
                return end
            pending = talk.pending()
            failures = talk.work.failures
            if isinstance(pending, ToolCall):
                self._decide(talk, pending)
            elif end := self._complete(talk, pending) if pending else self._ask(talk):
                return end
            if talk.work.failures > failures:
                break
        return None

    def _end(self, talk: Conversation) -> RunEnd | None:
        """Return how the run ends, if it has no further step."""
        if clock.now() >= clock.from_text(talk.run.created_at) + LIFE:
            return RunEnd("failed", "out_of_time", self._words(talk))
        if why := self.hindrance():
            return RunEnd("stopped", why, self._words(talk))
        return RunEnd("completed", None, self._words(talk)) if talk.is_over else None

    def _ask(self, talk: Conversation) -> RunEnd | None:
        """Store the model's next answer. Return how the run ends, if the answer cannot be had; a
        temporary failure is counted."""
        run = talk.run
        left = run.budget.model_seconds - run.spent.model_ms / 1000
        if left <= 0:
            return RunEnd("stopped", "model_seconds_spent", self._words(talk))
        began = clock.epoch_ms()
        try:
            turn = self.model.reply(
                instructions_for(run),
                talk.turns(),
                offered(run) if talk.has_calls_left else (),
                timeout_seconds=min(LONGEST_ANSWER_SECONDS, left),
            )
            step = ModelStep(number=len(talk.steps) + 1, at=clock.timestamp(), turn=_storable(turn))
        except ModelFailed as failure:
            if not failure.is_temporary or talk.work.failures + 1 >= MOST_FAILURES:
                return RunEnd("failed", "provider_failed", self._words(talk), failure)
            self._save(talk, None, self._model_time(talk, began), failures=talk.work.failures + 1)
            return None
        spent = {
            **self._model_time(talk, began),
            "model_turns": run.spent.model_turns + 1,
            "tokens": run.spent.tokens + turn.usage,
        }
        self._save(talk, step, spent)
        return None

    def _model_time(self, talk: Conversation, began: int) -> dict[str, Any]:
        return {"model_ms": talk.run.spent.model_ms + clock.epoch_ms() - began}

    def _decide(self, talk: Conversation, call: ToolCall) -> None:
        """Store what is done with a call, before it is done."""
        run, number = talk.run, len(talk.steps) + 1
        verdict = self._verdict(talk, call)
        is_usable = isinstance(call.arguments, Mapping) and not _unusable(call.arguments)
        step = ToolStep(
            number=number,
            at=clock.timestamp(),
            call_id=call.id,
            tool=shortened(call.name),
            arguments=call.arguments if is_usable else {},
            decision=verdict.decision,
            reason=verdict.reason,
        )
        if verdict.decision == "refused":
            refusal = {"code": "REFUSED", "detail": _sentence(verdict.reason)}
            step = _done(step, ToolResult(refusal, is_error=True))
        spent = {
            "tool_calls": run.spent.tool_calls + 1,
            "recipients": run.spent.recipients + len(verdict.recipients),
            "credits": run.spent.credits + verdict.credits,
        }
        self._save(
            talk,
            step,
            spent,
            events=[self._told(talk, call, verdict)],
            tainted=run.tainted or verdict.taints,
            touched=[*dict.fromkeys([*_still_own(talk.work.touched, verdict), *verdict.touches])],
        )

    def _verdict(self, talk: Conversation, call: ToolCall) -> CallVerdict:
        tool = tool_of(call.name, talk.run)
        if tool is None:
            return CallVerdict("refused", f"there is no tool {shortened(call.name)} in this run")
        if not isinstance(call.arguments, Mapping):
            return CallVerdict("refused", "the arguments are not a JSON object")
        if why := _unusable(call.arguments):
            return CallVerdict("refused", why)
        asked = ToolQuestion(tool, call.arguments, talk.run, talk.work.touched)
        if talk.run.tainted and asked.own and not is_draft(asked.own, talk.run, self.calls):
            asked = replace(asked, touched=[each for each in asked.touched if each != asked.own])
        verdict = asked.decide()
        if verdict.decision != "allowed" or not verdict.recipients:
            return verdict
        if why := unknown_recipient(verdict.recipients, talk.run, self.calls):
            return CallVerdict("refused", why)
        return verdict

    def _complete(self, talk: Conversation, step: ToolStep) -> RunEnd | None:
        """Make or propose the call of a stored step and store its result. A failure that may pass
        is counted, and the step stays as it is, so that the same call is made again. Return how the
        run ends, if its key was refused, or nobody knows whether the call was carried out."""
        tool = tools()[step.tool]
        if step.decision == "proposed":
            self._save(talk, self._propose(talk, tool, step), {})
            return None
        result = self._call(talk, tool, step)
        if result.content.get("status") == _UNAUTHORIZED:
            return RunEnd("stopped", "key_refused", self._words(talk))
        if result.is_temporary:
            if (failures := talk.work.failures + 1) < _MOST_ATTEMPTS:
                self._save(talk, None, {}, failures=failures)
                return None
            if not tool.is_read_only and result.is_unknown:
                return RunEnd("failed", "call_unanswered", self._words(talk))
        asked = ToolQuestion(tool, step.arguments, talk.run, talk.work.touched)
        made = made_by(asked, result.content)
        touched = [*dict.fromkeys([*talk.work.touched, *made])]
        most, cost = asked.rule.credits, _cost(asked.rule, result)
        left_over = 0 if cost is None else most - cost
        self._save(
            talk,
            _done(step.model_copy(update={"credits": cost}), result),
            {"credits": talk.run.spent.credits - left_over},
            touched=touched,
        )
        return None

    def _call(self, talk: Conversation, tool: Tool, step: ToolStep) -> ToolResult:
        arguments = dict(step.arguments)
        if "idempotency_key" in tool.input["properties"]:
            arguments["idempotency_key"] = f"{talk.run.id}-{step.number}"
        for _ in attempts(FEW):
            result = self.calls.call(tool, arguments)
            if not (result.is_temporary and result.was_refused):
                break
        return result

    def _propose(self, talk: Conversation, tool: Tool, step: ToolStep) -> ToolStep:
        try:
            made = self.proposals.propose(
                self._approval_id(talk, step), talk.run.id, tool, step.arguments
            )
        except OutriderError as error:
            failed = {"code": error.code, "title": error.title, "detail": error.detail}
            return _done(step, ToolResult(failed, is_error=True))
        told = {
            "status": "proposed",
            "approval_id": made.id,
            "detail": f"Not done: {step.reason}. It waits for a person; go on without it.",
        }
        return _done(step.model_copy(update={"approval_id": made.id}), ToolResult(told))

    def _approval_id(self, talk: Conversation, step: ToolStep) -> str:
        ms = clock.to_epoch_ms(clock.from_text(step.at))
        return ids.at("apr", ms, self.caller.workspace, talk.run.id, str(step.number))

    def _told(self, talk: Conversation, call: ToolCall, verdict: CallVerdict) -> Event:
        """Return the event of a tool call. It names no tool that a model made up."""
        known = call.name if call.name in tools() else "unknown"
        return self.caller.event(
            "agent.tool_called",
            identity=f"{talk.run.id}/{len(talk.steps) + 1}",
            run_id=talk.run.id,
            tool=known,
            arguments_sha256=_hash(call.arguments),
            decision=verdict.decision,
            credits_max=verdict.credits,
        )

    def _save(
        self,
        talk: Conversation,
        step: ModelStep | ToolStep | None,
        spent: Mapping[str, Any],
        *,
        events: Sequence[Event] = (),
        **changed: Any,
    ) -> None:
        """Store a step and what changes with it, and keep both in `talk`."""
        shown = talk.run.model_copy(update={"spent": talk.run.spent.model_copy(update=spent)})
        if "tainted" in changed:
            shown = shown.model_copy(update={"tainted": changed["tainted"]})
        stored = {**changed, "spent": shown.spent.model_dump()}
        self.runs.save(talk.work, step, changed=stored, events=events)
        kept = {name: value for name, value in changed.items() if name != "tainted"}
        talk.work = talk.work.model_copy(update={**kept, "shown": shown})
        if step:
            talk.steps[step.number - 1 :] = [step]

    def _words(self, talk: Conversation) -> str:
        return without_links(talk.response, talk.work.host) if talk.run.tainted else talk.response


def _unusable(arguments: Mapping[str, Any]) -> str:
    """Return why the arguments are neither stored nor used, or an empty text."""
    size = len(json.dumps(dict(arguments)))
    if size <= MOST_BYTES_GIVEN:
        return ""
    return f"the arguments have {size:,} bytes, and may have {MOST_BYTES_GIVEN:,}"


def _still_own(touched: Sequence[str], verdict: CallVerdict) -> Sequence[str]:
    """Return what of the resources that the run made is still its own draft: no sequence, once the
    run wants something sent."""
    if verdict.effect not in ("send", "person"):
        return touched
    return [each for each in touched if not each.startswith("seq_")]


def _storable(turn: ModelTurn) -> ModelTurn:
    """Return the turn. Raises ModelFailed if it is too large, nested too deep, or no valid
    JSON."""
    try:
        size = len(turn.model_dump_json().encode())
        json.check_depth(json.dumps([each.arguments for each in turn.calls]), _DEEPEST)
    except (PydanticSerializationError, TypeError, ValueError) as error:
        raise ModelFailed("answer_broken", "The model's answer is not valid") from error
    if size > MOST_BYTES_SAID:
        raise ModelFailed(
            "answer_broken",
            f"The model's answer has {size:,} bytes, and may have {MOST_BYTES_SAID:,}",
        )
    return turn


def _done(step: ToolStep, result: ToolResult) -> ToolStep:
    return step.model_copy(
        update={
            "status": "done",
            "result": json.dumps_text(result.content),
            "is_error": result.is_error,
            "finished_at": clock.timestamp(),
        }
    )


def _cost(rule: ToolRule, result: ToolResult) -> int | None:
    """Return the credits that a call cost, or None if its response does not say it. A call that the
    API refused costs nothing."""
    if result.credits_used is not None or not rule.credits:
        return result.credits_used or 0
    is_refusal = result.is_error and 400 <= result.content.get("status", 0) < 500
    return 0 if result.was_refused or is_refusal else None


def _hash(arguments: Mapping[str, Any] | str) -> str:
    """Return the SHA-256 of the arguments, as JSON with sorted names and without spaces."""
    text = arguments.encode() if isinstance(arguments, str) else json.dumps(dict(arguments))
    return hashlib.sha256(json.canonical(text)).hexdigest()


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
