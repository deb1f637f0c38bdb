"""Proposals: calls that an agent wants to make, and may not make by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.agents.approvals.errors import NotProposable
from outrider.agents.approvals.models import VALID_FOR, Approval, hash_of
from outrider.agents.approvals.reading import Reader
from outrider.agents.approvals.repository import MOST_BYTES, ApprovalRepository, packed_size
from outrider.agents.approvals.showing import bound_arguments, content_of
from outrider.agents.models import AgentRun
from outrider.kit import clock, ids
from outrider.mcp.tools import Tool


@dataclass(frozen=True, slots=True)
class ProposalService:
    """Proposals of one agent run; `caller` is the run, with the scopes that were delegated to
    it."""

    caller: Caller
    approvals: ApprovalRepository
    reader: Reader

    def propose(
        self, run: AgentRun, tool: Tool, arguments: Mapping[str, Any], *, step: int
    ) -> Approval:
        """Hold a call until a person decides on it, and announce that
        (`agent.approval_requested`).

        Where the same step of the run is proposed again, after a crash, the stored approval is
        returned. Raises NotProposable, ResourceNotFound or ScopeDenied if what the call does cannot
        be shown, and ServiceUnavailable if it cannot be read at the moment.
        """
        approval_id = ids.at(
            "apr", ids.made_at(run.id), self.approvals.workspace, run.id, str(step)
        )
        bound = bound_arguments(tool, arguments, self.reader)
        shown = content_of(tool, bound, self.reader)
        now = clock.now()
        approval = Approval(
            id=approval_id,
            run_id=run.id,
            tool=tool.name,
            title=tool.title,
            recipient_count=shown.recipients.count,
            hash=hash_of(tool.name, bound, shown),
            created_at=clock.to_text(now),
            expires_at=clock.to_text(now + VALID_FOR),
            arguments=bound,
            shown=shown,
            scopes=sorted({*tool.scopes, *self.reader.scopes}),
        )
        if packed_size(approval) > MOST_BYTES:
            raise NotProposable("The call is too large to be shown: make it smaller")
        requested = self.caller.event(
            "agent.approval_requested",
            identity=approval_id,
            approval_id=approval_id,
            run_id=run.id,
            tool=tool.name,
            recipients=shown.recipients.count,
            expires_at=approval.expires_at,
        )
        return self.approvals.add(approval, [requested])
