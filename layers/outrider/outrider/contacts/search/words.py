"""Words of texts in normalised form: without case, accents and punctuation."""

import unicodedata
from itertools import pairwise

from outrider.contacts.models import Contact

LONGEST = 64
"""Maximum number of characters of a word; the rest is ignored."""

LONGEST_FOLDED = 2_000
"""Maximum number of characters of a text after Unicode decomposition (NFKD). A text has 500 before;
a Hangul syllable becomes three characters, and some characters become eighteen."""

SHORTEST = 2
"""Minimum number of characters of a word that is indexed as a token."""

_MOST = 32
"""Maximum number of indexed words of a contact; the words of its addresses come first, then its
name."""


def words(text: str) -> list[str]:
    """Return the normalised words of a search query. `O'Brien` is one word: `obrien`."""
    return [word for chunk in _fold(text).split() if (word := "".join(_parts(chunk))[:LONGEST])]


def words_in(text: str | None) -> list[str]:
    """Return the normalised words under which a text is found. `O'Brien` is found under `obrien`,
    `o` and `brien`."""
    found: list[str] = []
    for chunk in _fold(text or "").split():
        parts = _parts(chunk)
        found += ["".join(parts), *parts]
    return [word[:LONGEST] for word in found if word]


def begin(asked: list[str], found: list[str]) -> bool:
    """Return whether each word of `asked` is a prefix of a word of `found`."""
    return all(any(word.startswith(prefix) for word in found) for prefix in asked)


def words_of(contact: Contact) -> list[str]:
    """Return the words under which a contact is found, without those that are prefixes of
    others."""
    found: list[str] = []
    for address in (contact.email, *contact.other_emails):
        local, _, domain = address.rpartition("@")
        found += [*words_in(address)[:1], *words_in(domain)[:1], *words_in(local)]
    texts = [contact.first_name, contact.last_name, contact.company, contact.title]
    found += [word for text in texts for word in words_in(text)]
    ordered = sorted(set(found))
    begun = {word for word, following in pairwise(ordered) if following.startswith(word)}
    return [word for word in dict.fromkeys(found) if word not in begun][:_MOST]


def first_beginning(contact: Contact, prefix: str) -> str | None:
    """Return the first of the contact's words, in sort order, that begins with `prefix`: the
    contact is listed there only."""
    return min((word for word in words_of(contact) if word.startswith(prefix)), default=None)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    folded = folded[:LONGEST_FOLDED]
    return "".join(each for each in folded if not unicodedata.combining(each))


def _parts(chunk: str) -> list[str]:
    return "".join(each if _is_of_word(each) else " " for each in chunk).split()


def _is_of_word(character: str) -> bool:
    # Vowel signs of Indic scripts are marks, and letters of their words all the same.
    return character.isalnum() or unicodedata.category(character).startswith("M")
