"""How deep a document may nest, found out without building it."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import json

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet='[]{}"\\a,:'),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet='[]{}"\\a', max_size=4), inner, max_size=3)
    ),
    max_leaves=30,
)


def depth_of(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case _:
            return 0


class TestCheckDepth:
    @given(document=DOCUMENTS, limit=st.integers(1, 6))
    def test_refuses_exactly_what_nests_deeper(self, document: Any, limit: int) -> None:
        text = orjson.dumps(document)

        if depth_of(document) > limit:
            with pytest.raises(json.TooDeep):
                json.check_depth(text, limit)
        else:
            json.check_depth(text, limit)

    @given(noise=st.text(alphabet='[]{}"\\ ').map(str.encode))
    def test_leaves_what_is_no_json_to_the_parser(self, noise: bytes) -> None:
        try:
            json.check_depth(noise, limit=1_000)
        except json.TooDeep:
            pytest.fail("noise is not deep")

    def test_takes_no_longer_for_unended_strings(self) -> None:
        json.check_depth(b'[{"' * 20 + b'\\"' * 500_000)
