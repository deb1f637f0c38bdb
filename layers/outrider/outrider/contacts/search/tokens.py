"""Inverted index of contacts by words and tags.

A token is an item that has only keys: `<workspace>#tok#<first two characters>` / `<word>#con_…` for
a word, `<workspace>#tag#<tag>` / `con_…` for a tag. The stream worker writes them after each change
of a contact, so they are eventually consistent: readers check the contact itself.
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
        """Return the query for word tokens with this prefix of at least SHORTEST characters."""
        return Query(self._of_word(prefix), "begins_with(#sk, :prefix)", {"prefix": prefix})

    def of_tag(self, tag: str) -> str:
        """Return the partition key of a tag; its tokens are sorted by contact id."""
        return f"{self.workspace}#tag#{tag.casefold()}"

    def keys(self, contact: Contact | None) -> set[Key]:
        """Return the keys of all tokens of a contact; a deleted contact (None) has none."""
        if contact is None:
            return set()
        kept = [word for word in words_of(contact) if len(word) >= SHORTEST]
        return {(self._of_word(word), f"{word}#{contact.id}") for word in kept} | {
            (self.of_tag(tag), contact.id) for tag in contact.tags
        }

    def change_actions(self, states: Sequence[Contact | None]) -> list[Action]:
        """Return the writes that bring the index to the last of `states`, from any of the earlier
        ones."""
        *before, last = [self.keys(state) for state in states]
        wanted = last - frozenset[Key].intersection(*map(frozenset, before))
        left = frozenset[Key]().union(*before) - last
        return [self.table.put_action({"pk": pk, "sk": sk}) for pk, sk in sorted(wanted)] + [
            self.table.delete_action(pk, sk) for pk, sk in sorted(left)
        ]

    def _of_word(self, word: str) -> str:
        return f"{self.workspace}#tok#{word[:SHORTEST]}"
