"""Decisions on approvals: a call is made once, by whoever approved it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.idempotency import Progress
from outrider.access.models import Caller
from outrider.agents.approvals.errors import (
    ApprovalChanged,
    ApprovalDecided,
    ApprovalExecuting,
    ApprovalExpired,
    DecisionDenied,
    OutcomeUnknown,
)
from outrider.agents.approvals.models import Approval, ApprovalResult
from outrider.agents.approvals.reading import Reader
from outrider.agents.approvals.repository import HeldApproval
from outrider.agents.approvals.schemas import ApprovalDecision
from outrider.agents.approvals.service import ApprovalService
from outrider.agents.approvals.showing import content_of, difference
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed
from outrider.kit.errors import ResourceNotFound, ServiceUnavailable
from outrider.kit.outbox import Event
from outrider.mcp.calls import Calls, ToolResult, is_too_large
from outrider.mcp.tools import Tool, tools

_BINDING = {"draft_hash", "draft_hashes", "if_match"}
"""Arguments with which the API itself refuses the call if what was shown has changed."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of a caller; `calls` are made with the caller's own API key, and `progress` tells
    how far the call with an Idempotency-Key has come."""

    caller: Caller
    service: ApprovalService
    calls: Calls
    reader: Callable[[], Reader]
    progress: Callable[[str], Progress]

    def decide(self, approval_id: str, decision: ApprovalDecision) -> Approval:
        """Make the call of an approval, or make sure that it is never made.

        Whoever decided may repeat the same decision: the call is made once. Raises
        ApprovalNotFound; DecisionDenied if the caller is an agent, or lacks scopes;
        ApprovalExpired; ApprovalDecided if another decision was made; ApprovalChanged if the call
        would not do any more what was shown; ApprovalExecuting while the call is made;
        OutcomeUnknown; ServiceUnavailable if the call was not made, so that the approval is
        pending, or its answer was lost, so that the same decision has to be repeated.
        """
        if self.caller.is_agent:
            raise DecisionDenied.for_agents()
        self.caller.begin()
        stored = self.service.require(approval_id)
        if decision.decision == "reject":
            return self._reject(stored.approval)
        self.service.check_visible(stored.approval)
        if decision.hash not in (None, stored.approval.hash):
            raise ApprovalChanged(f"it became another one than {decision.hash}")
        return self._approve(stored)

    def _reject(self, approval: Approval) -> Approval:
        actor = self.caller.actor
        if (approval.status, approval.decided_by) == ("rejected", actor):
            return approval.as_of_now()
        self._check_open(approval)
        action = self.service.approvals.reject_action(
            approval, actor, [self._decided(approval, "reject", "")]
        )
        try:
            self.service.approvals.table.write(action)
        except ConditionFailed:
            return self._reject(self.service.require(approval.id).approval)
        return self.service.require(approval.id).approval

    def _approve(self, stored: HeldApproval) -> Approval:
        approval, actor = stored.approval, self.caller.actor
        if approval.decided_by == actor and approval.status in ("executed", "failed"):
            return approval
        lease = secrets.token_hex(8)
        if is_again := approval.decided_by == actor and approval.status == "executing":
            self._check_repeatable(stored)
            self._take_over(stored, lease)
        else:
            self._check_open(approval)
            try:
                self._check_unchanged(approval)
            except ApprovalChanged:
                # A decision that was made meanwhile explains the change.
                if (now := self._still_open(approval.id)).approval.status != "pending":
                    return self._approve(now)
                raise
            event = self._decided(approval, "approve", lease)
            action = self.service.approvals.claim_action(approval, actor, lease, [event])
            try:
                self.service.approvals.table.write(action)
            except ConditionFailed:
                return self._approve(self._still_open(approval.id))
        return self._execute(approval, lease, is_again=is_again)

    def _execute(self, approval: Approval, lease: str, *, is_again: bool) -> Approval:
        """Make the call, and store its outcome. A call is repeated with the same Idempotency-Key,
        so its effect is made once."""
        tool = tools()[approval.tool]
        given = dict(approval.arguments)
        if "idempotency_key" in tool.input["properties"]:
            given["idempotency_key"] = approval.id
        found = self.calls.call(tool, given)
        if is_again and _is_gone(tool, found):
            found = ToolResult({"id": approval.id, "deleted": True})
        if found.was_refused and not is_again:
            self._reopen(approval, lease, found)
        if found.is_temporary or found.was_refused:
            self._write_held(self.service.approvals.release_action(approval.id, lease))
            raise ServiceUnavailable(
                f"{found.content['detail']}. The call is not finished: approve it again, with the"
                " same API key",
                headers={"Retry-After": "2"},
            )
        result = ApprovalResult(
            is_error=found.is_error and not is_too_large(found), content=found.content
        )
        self._write_held(self.service.approvals.finish_action(approval.id, lease, result))
        return self.service.require(approval.id).approval

    def _write_held(self, action: Action) -> None:
        """Make a write of whoever holds the lease. Raises ApprovalExecuting if another request has
        taken the call over, or has ended it: the approval tells how."""
        try:
            self.service.approvals.table.write(action)
        except ConditionFailed as taken:
            raise ApprovalExecuting(clock.epoch_ms()) from taken

    def _reopen(self, approval: Approval, lease: str, refusal: ToolResult) -> None:
        """Take the decision back, as its only call was refused before anything was done. Raises
        DecisionDenied if the key may not make the call, else ServiceUnavailable."""
        self._write_held(self.service.approvals.reopen_action(approval.id, lease))
        detail = (
            f"{refusal.content['detail']}. The call was not made: the approval is pending until"
            f" {approval.expires_at}"
        )
        if refusal.is_temporary:
            raise ServiceUnavailable(detail, headers={"Retry-After": "5"})
        raise DecisionDenied(detail)

    def _check_repeatable(self, stored: HeldApproval) -> None:
        """Raise ApprovalExecuting while an earlier request makes the call, and OutcomeUnknown if it
        may not be made again: its response is not stored, and it was approved too long ago or
        something changed since then for which the API would not refuse the call."""
        approval = stored.approval
        if stored.leased_until > clock.epoch_ms():
            raise ApprovalExecuting(stored.leased_until)
        progress = self.progress(approval.id)
        if progress == "answered":
            return
        if approval.status_now == "unanswered":
            raise OutcomeUnknown
        try:
            self._check_unchanged(approval)
        except ApprovalChanged as changed:
            is_bound = bool(_BINDING & approval.arguments.keys())
            has_begun = progress == "begun" or tools()[approval.tool].method == "DELETE"
            if not (has_begun and is_bound):
                raise OutcomeUnknown from changed

    def _take_over(self, stored: HeldApproval, lease: str) -> None:
        """Take over the call of an earlier request of this caller. Raises ApprovalExecuting."""
        action = self.service.approvals.take_over_action(
            stored.approval.id, self.caller.actor, lease
        )
        try:
            self.service.approvals.table.write(action)
        except ConditionFailed as held:
            raise ApprovalExecuting(clock.epoch_ms()) from held

    def _check_open(self, approval: Approval) -> None:
        """Raise ApprovalExpired or ApprovalDecided if nobody can decide any more."""
        if approval.status_now == "expired":
            raise ApprovalExpired(approval.expires_at)
        if approval.status != "pending":
            raise ApprovalDecided(approval.status_now, approval.decided_by)

    def _still_open(self, approval_id: str) -> HeldApproval:
        """Return the approval as it is after a claim of it failed. Raises the errors of
        `_check_open`, unless this caller has approved it."""
        stored = self.service.require(approval_id)
        if stored.approval.decided_by != self.caller.actor:
            self._check_open(stored.approval)
        return stored

    def _check_unchanged(self, approval: Approval) -> None:
        """Raise ApprovalChanged if the call would do something else now than what was shown."""
        try:
            now = content_of(tools()[approval.tool], approval.arguments, self.reader())
        except ResourceNotFound as gone:
            raise ApprovalChanged("something that it names was deleted") from gone
        if what := difference(approval.shown, now):
            raise ApprovalChanged(what)

    def _decided(self, approval: Approval, decision: str, lease: str) -> Event:
        """Return the event of a decision. One that was taken back is another one than the next."""
        return self.caller.event(
            "agent.approval_decided",
            identity=f"{approval.id}/{lease}",
            approval_id=approval.id,
            run_id=approval.run_id,
            tool=approval.tool,
            decision=decision,
        )


def _is_gone(tool: Tool, result: ToolResult) -> bool:
    """Return whether what a repeated call was to delete is not there."""
    return tool.method == "DELETE" and result.content.get("code") == "RESOURCE_NOT_FOUND"
