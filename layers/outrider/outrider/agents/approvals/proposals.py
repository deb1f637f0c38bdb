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
from outrider.kit import clock
from outrider.kit.observability.logs import logger
from outrider.mcp.calls import check
from outrider.mcp.tools import Tool


@dataclass(frozen=True, slots=True)
class ProposalService:
    """Proposals of one agent run; `caller` is the run, with the scopes that were delegated to
    it."""

    caller: Caller
    approvals: ApprovalRepository
    reader: Reader

    def propose(
        self, approval_id: str, run_id: str, tool: Tool, arguments: Mapping[str, Any]
    ) -> Approval:
        """Hold a call until a person decides on it, and announce that
        (`agent.approval_requested`).

        `approval_id` is the same whenever the same call is proposed again, after a crash: then the
        stored approval is returned. Raises ValidationFailed if the tool does not have these
        arguments, NotProposable, ResourceNotFound or ScopeDenied if what the call does cannot be
        shown, and ServiceUnavailable if it cannot be read at the moment.
        """
        check(tool, arguments)
        try:
            bound = bound_arguments(tool, arguments, self.reader)
            shown = content_of(tool, bound, self.reader)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # not of its schema
            logger().info("call cannot be shown", tool=tool.name, error=type(error).__name__)
            raise NotProposable(
                f"The arguments cannot be read: give those that {tool.name} has, in the form that"
                " its schema says"
            ) from error
        now = clock.now()
        approval = Approval(
            id=approval_id,
            run_id=run_id,
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
            run_id=run_id,
            tool=tool.name,
            recipients=shown.recipients.count,
            expires_at=approval.expires_at,
        )
        return self.approvals.add(approval, [requested])
