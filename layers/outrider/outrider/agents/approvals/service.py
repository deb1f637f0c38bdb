"""Approvals, as people read them."""

from dataclasses import dataclass

from outrider.access import scopes
from outrider.access.models import Caller
from outrider.agents.approvals.errors import ApprovalNotFound, DecisionDenied
from outrider.agents.approvals.models import Approval, ApprovalSummary
from outrider.agents.approvals.repository import ApprovalRepository, HeldApproval
from outrider.agents.approvals.schemas import ApprovalQuery
from outrider.kit import ids
from outrider.kit.http.pagination import Page, Sealer


@dataclass(frozen=True, slots=True)
class ApprovalService:
    """Approvals of the caller's workspace."""

    caller: Caller
    approvals: ApprovalRepository

    def list(self, query: ApprovalQuery) -> Page[ApprovalSummary]:
        """Return a page of approvals, newest first."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/approvals")
        found, place = self.approvals.list(query.status, query.limit, sealer.after(query))
        return sealer.page(query, [each.as_of_now() for each in found], place)

    def get(self, approval_id: str) -> Approval:
        """Return an approval. Raises ApprovalNotFound, and DecisionDenied if the key may not see
        what it shows."""
        approval = self.require(approval_id).approval
        self.check_visible(approval)
        return approval.as_of_now()

    def require(self, approval_id: str) -> HeldApproval:
        """Return a stored approval. Raises ApprovalNotFound."""
        stored = self.approvals.get(approval_id) if ids.is_id("apr", approval_id) else None
        if stored is None:
            raise ApprovalNotFound
        return stored

    def check_visible(self, approval: Approval) -> None:
        """Raise DecisionDenied if the key may not see what the approval shows."""
        granted = self.caller.scopes
        if lacking := [each for each in approval.scopes if not scopes.covers(granted, each)]:
            raise DecisionDenied.lacking(lacking)
