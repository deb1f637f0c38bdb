"""The text of a key."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.access.credentials import Credential, checksum, is_key_id, public_id_of
from outrider.kit import ids
from outrider.kit.outbox import Mode

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class TestNew:
    @pytest.mark.parametrize("mode", ["live", "test"])
    def test_can_be_read_again(self, mode: Mode) -> None:
        key_id = ids.new("key")

        made = Credential.new(key_id, mode)

        assert Credential.parse(made.text) == made
        assert made.text.startswith(f"otr_{mode}_sk_{public_id_of(key_id)}")
        assert (len(made.text), is_key_id(key_id)) == (len("otr_live_sk_") + 8 + 32 + 6, True)

    def test_is_another_each_time(self) -> None:
        key_id = ids.new("key")

        assert Credential.new(key_id, "live").hash != Credential.new(key_id, "live").hash

    def test_shows_no_secret_in_a_traceback(self) -> None:
        made = Credential.new(ids.new("key"), "live")

        assert made.text not in repr(made)


class TestParse:
    @given(place=st.integers(0, 1_000), character=st.sampled_from(BASE62))
    def test_notices_any_mistyped_character(self, place: int, character: str) -> None:
        text = Credential.new(ids.new("key"), "live").text
        place %= len(text)
        mistyped = text[:place] + character + text[place + 1 :]

        assert (Credential.parse(mistyped) is None) == (mistyped != text)

    @given(place=st.integers(len("otr_live_sk_"), 56))
    def test_notices_swapped_neighbours(self, place: int) -> None:
        text = Credential.new(ids.new("key"), "live").text
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]

        assert (Credential.parse(swapped) is None) == (swapped != text)

    @given(noise=st.text())
    def test_refuses_noise(self, noise: str) -> None:
        assert Credential.parse(noise) is None

    @pytest.mark.parametrize("form", ["{}\n", " {}", "{}0", "Bearer {}"])
    def test_takes_nothing_but_the_exact_text(self, form: str) -> None:
        text = Credential.new(ids.new("key"), "live").text

        assert Credential.parse(form.format(text)) is None


class TestChecksum:
    def test_is_a_known_one(self) -> None:
        """CRC-32 of `123456789` is 0xCBF43926, the check value of the algorithm."""
        number = 0
        for digit in checksum("123456789"):
            number = number * 62 + BASE62.index(digit)

        assert number == 0xCBF43926
