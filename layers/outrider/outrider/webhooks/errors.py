"""What can go wrong with webhooks."""

from outrider.kit.errors import Conflict


class TooManyWebhooks(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(f"A workspace has at most {most} webhooks; remove one first")


class DeliveryInProgress(Exception):
    """Another worker has the lease of the delivery; look again when it has ended."""
