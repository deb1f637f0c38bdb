"""API schemas of credits."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from outrider.access.models import PlanName
from outrider.credits.models import Kind, Status
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model


class Credits(Model):
    """Balance of the current billing period: `granted` = `available` + `held` + `spent`.

    `prices` are credits per operation, by kind of work and tier; everything else is free.
    """

    object: Literal["credits"] = "credits"
    granted: int
    available: int
    held: int
    spent: int
    resets_at: str
    plan: PlanName
    prices: Mapping[Kind, Mapping[str, int]]


class LedgerQuery(PageQuery):
    """Filters of the ledger. With `kind` or `status`, a page may have fewer than `limit` entries,
    or none, although more pages follow."""

    kind: Annotated[
        Literal[Kind, "reset"] | None, Field(description="What the credits were for, or reset")
    ] = None
    status: Status | None = None
    since: Annotated[
        Instant | None, Field(description="Created at or after this time (RFC 3339)")
    ] = None
    until: Annotated[Instant | None, Field(description="Created before this time (RFC 3339)")] = (
        None
    )
