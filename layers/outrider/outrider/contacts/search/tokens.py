"""Where contacts are found by their words and tags.

A token is an item of two keys: `<workspace>#tok#<its first two characters>` / `<word>#con_…` for a
word, `<workspace>#tag#<tag>` / `con_…` for a tag. A worker keeps them as contacts change, so they
may be a moment behind: whoever reads them looks at the contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.contacts.models import Contact
from outrider.contacts.search.words import SHORTEST, words_of
from outrider.kit.aws.dynamodb import Action, Query, Table

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TokenRepository:
    """Tokens of the contacts of one workspace."""

    table: Table
    workspace: WorkspaceId

    def beginning(self, prefix: str) -> Query:
        """The words that begin with `prefix`, of SHORTEST characters at least."""
        return Query(self._of_word(prefix), "begins_with(#sk, :prefix)", {"prefix": prefix})

    def of_tag(self, tag: str) -> str:
        """The partition of a tag, in the order of the contacts' ids."""
        return f"{self.workspace}#tag#{tag.casefold()}"

    def keys(self, contact: Contact | None) -> set[Key]:
        """Of all tokens that a contact is to have; one that is gone has none."""
        if contact is None:
            return set()
        kept = [word for word in words_of(contact) if len(word) >= SHORTEST]
        return {(self._of_word(word), f"{word}#{contact.id}") for word in kept} | {
            (self.of_tag(tag), contact.id) for tag in contact.tags
        }

    def change_actions(self, states: Sequence[Contact | None]) -> list[Action]:
        """The writes after which the tokens are those of the last of `states`, whichever of the
        states before they have been brought to."""
        *before, last = [self.keys(state) for state in states]
        wanted = last - frozenset[Key].intersection(*map(frozenset, before))
        left = frozenset[Key]().union(*before) - last
        return [self.table.put_action({"pk": pk, "sk": sk}) for pk, sk in sorted(wanted)] + [
            self.table.delete_action(pk, sk) for pk, sk in sorted(left)
        ]

    def _of_word(self, word: str) -> str:
        return f"{self.workspace}#tok#{word[:SHORTEST]}"
