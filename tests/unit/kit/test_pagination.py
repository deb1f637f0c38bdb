"""Cursors: sealed, and bound to workspace, list and question."""

import base64
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outrider.kit.errors import ValidationFailed
from outrider.kit.http.pagination import MAX_CURSOR_LENGTH, PageQuery, Sealer

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLACES = st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53), min_size=1, max_size=5)
QUESTIONS = st.dictionaries(TEXT, TEXT | st.none() | st.booleans(), max_size=4)
SECRETS = st.binary(min_size=32, max_size=32)


class TestSealer:
    @given(secret=SECRETS, scope=TEXT, place=PLACES, question=QUESTIONS)
    def test_gives_the_place_back(
        self, secret: bytes, scope: str, place: dict[str, Any], question: dict[str, Any]
    ) -> None:
        sealer = Sealer(secret, scope)

        assert sealer.open(sealer.seal(place, question), question) == place

    def test_hides_the_place(self) -> None:
        cursor = Sealer(b"s" * 32, "wsp/contacts").seal(
            {"sk": "con_01jf3k9q2c8m5v7x0b4n6t1rwe"}, {}
        )

        assert b"con_" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    @given(place=PLACES, question=QUESTIONS, other=QUESTIONS)
    def test_refuses_another_question(
        self, place: dict[str, Any], question: dict[str, Any], other: dict[str, Any]
    ) -> None:
        assume(question != other)
        sealer = Sealer(b"s" * 32, "wsp/contacts")

        with pytest.raises(ValidationFailed):
            sealer.open(sealer.seal(place, question), other)

    @given(secrets=st.tuples(SECRETS, SECRETS), scopes=st.tuples(TEXT, TEXT), place=PLACES)
    def test_refuses_cursors_of_others(
        self, secrets: tuple[bytes, bytes], scopes: tuple[str, str], place: dict[str, Any]
    ) -> None:
        mine, theirs = (Sealer(*each) for each in zip(secrets, scopes, strict=True))
        assume(mine != theirs)

        with pytest.raises(ValidationFailed):
            mine.open(theirs.seal(place, {}), {})

    @given(place=PLACES, bit=st.integers(0, 10_000))
    def test_refuses_cursors_with_a_bit_turned(self, place: dict[str, Any], bit: int) -> None:
        sealer = Sealer(b"s" * 32, "wsp/contacts")
        cursor = sealer.seal(place, {})
        sealed = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8

        with pytest.raises(ValidationFailed):
            sealer.open(base64.urlsafe_b64encode(sealed).decode(), {})

    @given(noise=st.text(max_size=MAX_CURSOR_LENGTH))
    def test_refuses_noise(self, noise: str) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            Sealer(b"s" * 32, "wsp/contacts").open(noise, {})

        assert refusal.value.violations[0].pointer == "/query/cursor"


class TestPage:
    def test_ends_without_a_cursor(self) -> None:
        page = Sealer(b"s" * 32, "x").page(PageQuery(), ["a"], None)

        assert (page.data, page.has_more, page.next_cursor) == (["a"], False, None)
