"""Words: what somebody looks for against what is there."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.contacts.models import Contact
from outrider.contacts.search.words import (
    LONGEST,
    LONGEST_FOLDED,
    begin,
    first_beginning,
    words,
    words_in,
    words_of,
)

NOW = "2026-03-02T09:00:00.000Z"
ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=60)
NEAR = st.text(string.ascii_letters + "áßİ'-.#& 1", max_size=12)


def contact(**fields: str) -> Contact:
    given_ = {"email": "ada.l@mail.example.com", **fields}
    return Contact.model_validate({"id": "con_1", "created_at": NOW, "updated_at": NOW, **given_})


class TestSearching:
    @pytest.mark.parametrize(
        "asked",
        [
            "ada", "ADA.L@MAIL", "ada.l@mail.example.com", "mail.exa", "o'bri", "OBRIEN", "brien",
            "o\u2019brien", "jean-l", "luc jean", "muller", "MÜLLER", "strasse", "straße",
            "हिन्दी", "山田",
            "head of", "of res",
        ],
    )  # fmt: skip
    def test_finds_the_beginnings_of_words(self, asked: str) -> None:
        who = contact(
            first_name="Jean-Luc", last_name="O'Brien", company="Müller Straße हिन्दी 山田太郎",
            title="Head of Research",
        )  # fmt: skip

        assert begin(words(asked), words_of(who))

    @pytest.mark.parametrize("asked", ["rien", "ada nobody", "example.org", "l@mail"])
    def test_finds_nothing_else(self, asked: str) -> None:
        assert not begin(words(asked), words_of(contact(last_name="O'Brien")))

    @given(NEAR, NEAR, NEAR, st.text(string.ascii_letters + "áß'", max_size=4))
    def test_is_as_if_every_word_were_compared(
        self, first: str, last: str, title: str, asked: str
    ) -> None:
        who = contact(first_name=first, last_name=last, title=title)
        address = ["adalmailexamplecom", "mailexamplecom", "ada", "l"]
        every = [*address, *words_in(first), *words_in(last), *words_in(title)]

        for word in words(asked):
            assert begin([word], words_of(who)) == any(each.startswith(word) for each in every)
            assert (first_beginning(who, word) is not None) == begin([word], every)


class TestWords:
    @given(ANYTHING)
    def test_are_short_and_plain_whatever_is_in_them(self, text: str) -> None:
        for word in words_in(text):
            assert 0 < len(word) <= LONGEST
            assert "#" not in word
            word.encode()

    @given(ANYTHING)
    def test_find_the_text_they_are_of(self, text: str) -> None:
        assert begin(words(text), words_in(text))

    def test_of_a_contact_are_bounded(self) -> None:
        who = contact(first_name=" ".join(f"w{number}x" for number in range(200)))

        assert len(words_of(who)) == 32


def test_takes_no_more_of_a_text_than_counts() -> None:
    """A page of 300 contacts with such names took two seconds of CPU."""
    found = words_in("\ufdfa" * 500)

    assert sum(map(len, found)) <= 2 * LONGEST_FOLDED
    assert words_in("\ud55c" * 500)
