"""What the API takes and gives about credits."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from outrider.access.models import PlanName
from outrider.credits.models import Kind, Status
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Instant


class Credits(BaseModel):
    """The balance of the running period: `granted` = `available` + `held` + `spent`.

    `prices` are credits for one, by kind of work and tier; everything else costs nothing.
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
    """With `kind` or `status` a page may be short of `limit`, or even empty, and still have more
    behind it."""

    kind: Annotated[
        Literal[Kind, "reset"] | None, Field(description="What the credits were for, or reset")
    ] = None
    status: Status | None = None
    since: Annotated[Instant | None, Field(description="Made at or after (RFC 3339)")] = None
    until: Annotated[Instant | None, Field(description="Made before (RFC 3339)")] = None
