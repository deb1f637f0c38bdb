"""API schemas of approvals."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from outrider.agents.approvals.models import ApprovalStatus
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import PageQuery


class ApprovalQuery(PageQuery):
    """Filter of the list of approvals."""

    status: Annotated[
        ApprovalStatus | None, Field(description="Only approvals that have this status now")
    ] = None


class ApprovalDecision(Input):
    """Decision of a person on a call that an agent proposes."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    decision: Literal["approve", "reject"]
    """`approve` makes the call, `reject` makes sure that it is never made."""
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])] | None = None
    """`hash` of the approval as you have read it. If it is another one, nothing is done."""
