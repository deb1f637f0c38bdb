"""Filling of a sandbox with its example data, in transactions that are each committed once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import OutriderError, ServiceUnavailable
from outrider.mailboxes.errors import MailboxTaken
from outrider.sandbox.errors import NotEmpty
from outrider.sandbox.examples import examples
from outrider.sandbox.history import History
from outrider.sandbox.models import Making
from outrider.sandbox.stores import Stores

_MOST = 99
"""Maximum number of writes of a transaction, besides that of the state."""

Commit = Callable[[Action], None]
"""Commits one transaction, with a further write that records that it is done."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Writer of example data through the repositories of one workspace."""

    stores: Stores

    def commits(self, making: Making) -> Sequence[Commit]:
        """Return the transactions that write the data of a making, in their order."""
        history = History(making, examples())
        return [
            self._mailbox(history),
            *map(_all_of, packed_actions(history.grouped_actions(self.stores))),
        ]

    def _mailbox(self, history: History) -> Commit:
        return lambda done: self.stores.mailboxes.add(history.mailbox, (), [done])


def commit(transaction: Commit, done: Action) -> None:
    """Commit a transaction. Raises NotEmpty if an item exists that it creates."""
    try:
        transaction(done)
    except ServiceUnavailable:
        raise
    except (OutriderError, MailboxTaken, TransactionFailed) as failure:
        raise NotEmpty from failure


def packed_actions(groups: Iterable[Sequence[Action]]) -> Iterator[Sequence[Action]]:
    """Yield the groups in as few transactions as possible, in their order. A transaction has each
    item once."""
    actions: list[Action] = []
    keys: set[tuple[str, ...]] = set()
    for group in groups:
        added = set(map(_key, group))
        if len(actions) + len(group) > _MOST or added & keys:
            yield actions
            actions, keys = [], set()
        actions += group
        keys |= added
    if actions:
        yield actions


def _all_of(actions: Sequence[Action]) -> Commit:
    return lambda done: transact(*actions, done)


def _key(action: Action) -> tuple[str, ...]:
    key = action.params.get("Key") or action.params["Item"]
    return action.params["TableName"], *(str(key[name]["S"]) for name in ("pk", "sk"))
