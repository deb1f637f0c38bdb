"""Example calls of approvals."""

from tests.agents.proposing import an_approval
from tests.integration.example import Example

APPROVALS: dict[str, Example] = {
    "GET /v1/agent/approvals": Example(2, make=an_approval),
    "GET /v1/agent/approvals/{approval_id}": Example(2, make=an_approval),
    # The approval; what it is about, read again as its tools read it; its claim, its outcome, and
    # the approval once more. The call itself is as it is alone. A rejection reads and writes.
    "POST /v1/agent/approvals/{approval_id}": Example(4, {"decision": "reject"}, make=an_approval),
}
