"""Errors of webhooks."""

from outrider.kit.errors import Conflict, ResourceNotFound


class WebhookNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(
            "There is no webhook with this id in this workspace. GET /v1/webhooks lists all "
            "webhooks"
        )


class DeliveryNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(
            "There is no delivery with this id in this workspace. They are kept for 30 days; use "
            "a replay to deliver older events"
        )


class ReplayNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(
            "There is no replay with this id of this webhook. They are kept for 30 days"
        )


class TooManyWebhooks(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(f"A workspace has at most {most} webhooks; remove one first")
