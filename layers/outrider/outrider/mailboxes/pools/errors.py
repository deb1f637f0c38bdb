"""Errors of mailbox pools."""

from collections.abc import Sequence

from outrider.kit.errors import Conflict, ResourceNotFound, ValidationFailed

_NAMED = 10


class PoolNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no mailbox pool with this id in this workspace")


class PoolInUse(Conflict):
    def __init__(self, mailbox_ids: Sequence[str]) -> None:
        named = ", ".join(mailbox_ids[:_NAMED])
        more = f" and {len(mailbox_ids) - _NAMED} more" if len(mailbox_ids) > _NAMED else ""
        super().__init__(f"The pool has mailboxes; move or delete them first: {named}{more}")


class DefaultPoolStays(Conflict):
    def __init__(self) -> None:
        super().__init__("The default pool cannot be deleted")


class PoolFull(Conflict):
    def __init__(self, pool_id: str, most: int) -> None:
        super().__init__(
            f"The mailbox pool {pool_id} has {most} mailboxes, the maximum: put this one into "
            "another pool"
        )


class TooManyPools(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(f"The workspace has {most} mailbox pools, the maximum: delete one first")


def unknown_pool(pool_id: str, pointer: str = "/mailbox_pool") -> ValidationFailed:
    """Return the validation error for a pool id that does not exist; `pointer` is its place in the
    body of the request."""
    return ValidationFailed.at(
        pointer,
        f"There is no mailbox pool {pool_id}. Create it with POST /v1/mailbox-pools",
    )
