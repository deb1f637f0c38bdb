"""Values survive DynamoDB's typed JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.aws.attributes import decode, decode_item, encode, encode_item, unstorable

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text() | st.binary()
VALUES = st.recursive(
    SCALARS | st.sets(st.text(), min_size=1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class TestRoundTrip:
    @given(item=st.dictionaries(st.text(), VALUES))
    def test_gives_back_what_was_stored(self, item: dict[str, Any]) -> None:
        assert decode_item(encode_item(item)) == item

    @given(flag=st.booleans())
    def test_keeps_booleans_apart_from_numbers(self, flag: bool) -> None:
        assert decode(encode(flag)) is flag

    @given(number=st.integers(-(10**30), 10**30))
    def test_keeps_integers_exact(self, number: int) -> None:
        decoded = decode(encode(number))

        assert (decoded, type(decoded)) == (number, int)

    @given(number=st.floats(allow_nan=False, allow_infinity=False))
    def test_writes_numbers_as_dynamodb_reads_them(self, number: float) -> None:
        assert float(json.loads(encode(number)["N"])) == number

    def test_reads_binary_as_streams_carry_it(self) -> None:
        assert decode({"B": "AAE="}) == b"\x00\x01"


class TestEncode:
    @pytest.mark.parametrize("value", [object(), 1j, {1: 2}.keys()])
    def test_refuses_what_has_no_type(self, value: Any) -> None:
        with pytest.raises(TypeError, match="DynamoDB has no type for"):
            encode(value)


class TestUnstorable:
    @pytest.mark.parametrize(
        "value", [0, 0.0, -0.0, True, 1e-130, -9e125, -(2**63), 2**64 - 1, 1.5, "", "a\tb\r\nü😀"]
    )
    def test_finds_nothing_in_what_can_be_stored(self, value: Any) -> None:
        assert [*unstorable({"a": [{"b": value}]})] == []

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), 1e126, -1e126, 1e-131, -(2**63) - 1, 2**64, "\x00", "\ud800"],
    )
    def test_names_what_cannot(self, value: Any) -> None:
        ((path, detail),) = unstorable({"a": [1, {"b": value}]})

        assert path == ("a", 1, "b")
        assert "must" in detail

    @pytest.mark.parametrize("name", ["", "a\x7f"])
    def test_looks_at_names_too(self, name: str) -> None:
        assert len([*unstorable({name: 1})]) == 1
