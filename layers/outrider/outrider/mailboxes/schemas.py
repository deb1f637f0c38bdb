"""What the API takes about mailboxes."""

from typing import Annotated, Literal

from pydantic import Field

from outrider.kit.addresses import Email
from outrider.kit.requests import Input
from outrider.mailboxes.models import DEFAULT_POOL

PoolId = Annotated[str, Field(pattern=r"^pool_[a-z0-9_]{1,40}$")]


class MailboxCreate(Input):
    """`email` must be an identity verified in SES (itself or its domain)."""

    email: Email
    name: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None
    kind: Literal["ses"] = "ses"
    pool: PoolId = DEFAULT_POOL
    daily_cap: Annotated[int, Field(ge=1, le=100_000)] = 50
    min_gap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    warmed: bool = False
