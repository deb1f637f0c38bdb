"""What the API takes and gives about webhooks."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from outrider.kit.requests import Input
from outrider.kit.targets import MAX_URL
from outrider.webhooks.models import Outcome, Webhook
from outrider.webhooks.signing import parse_secret
from outrider.webhooks.subscriptions import check


def _usable(secret: str) -> str:
    parse_secret(secret)
    return secret


Secret = Annotated[str, Field(max_length=256), AfterValidator(_usable)]


class WebhookCreate(Input):
    url: Annotated[
        str, Field(max_length=MAX_URL, description="https, with a public address; no fragment")
    ]
    events: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=100,
            description="`*`, families such as `contact.*`, or names such as `reply.received`",
        ),
        AfterValidator(check),
    ]
    secret: Annotated[
        Secret | None,
        Field(
            repr=False,
            description="`whsec_` and base64 of 24 to 64 bytes, or any text of 8 characters or"
            " more; made when it is left out",
        ),
    ] = None


class WebhookDeleted(BaseModel):
    id: str
    object: Literal["webhook"] = "webhook"
    deleted: Literal[True] = True


class WebhookTest(BaseModel):
    """What came of the `webhook.test` that was sent."""

    delivered: bool
    status_code: int | None = None
    error: str | None = None

    @classmethod
    def of(cls, outcome: Outcome) -> "WebhookTest":
        return cls(
            delivered=outcome.delivered, status_code=outcome.status_code, error=outcome.error
        )


class WebhookCreated(Webhook):
    """The answer to a registration: the only one that ever shows the secret, as `whsec_…`."""

    secret: Annotated[str, Field(repr=False)]
    test: WebhookTest
