"""Typed input from what arrives: strict, and every violation named."""

import base64
from contextlib import suppress
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, Tag, TypeAdapter

from outrider.kit.errors import PayloadTooLarge, ValidationFailed
from outrider.kit.http.inputs import MANY, ONE, BatchBody, Input
from outrider.kit.http.requests import (
    MAX_BATCH_BODY,
    MAX_BODY,
    Request,
    one_or_many,
    parse_body,
    parse_if_match,
    parse_query,
)
from outrider.kit.models import Model


class Row(Input):
    name: str
    count: Annotated[int, Field(ge=0)] = 0


class Rows(BatchBody):
    rows: list[Row]


ONE_ROW: TypeAdapter[Any] = TypeAdapter(Row)
ROWS: TypeAdapter[Any] = TypeAdapter(
    Annotated[Annotated[Row, Tag(ONE)] | Annotated[Rows, Tag(MANY)], one_or_many("rows")]
)


class Question(Model):
    limit: Annotated[int, Field(ge=1)] = 50
    status: str | None = None
    score: Annotated[float, Field(ge=-1, le=1)] | None = None


NO_NUMBERS = ("1_0", "%2B1", "+1", "1+", "%0A1", "1%0A", "%D9%A1", "%EF%BC%91", "1__0", "0x1")
"""Texts that Python reads as a number, or almost does."""


def pointers(failure: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [violation.pointer for violation in failure.value.violations]


class TestParseBody:
    def test_lists_every_violation_with_its_place(self) -> None:
        with pytest.raises(ValidationFailed) as failure:
            parse_body(b'{"rows": [{"count": -1, "a/b~c": 1}, 7]}', ROWS, batch=True)

        assert pointers(failure) == ["/rows/0/name", "/rows/0/count", "/rows/0/a~1b~0c", "/rows/1"]

    @pytest.mark.parametrize(
        "body", [b'{"name": 1}', b'{"name": "a", "count": "1"}', b'{"name": "a", "count": 1.5}']
    )
    def test_changes_no_types(self, body: bytes) -> None:
        with pytest.raises(ValidationFailed):
            parse_body(body, ONE_ROW, batch=False)

    @given(noise=st.binary())
    def test_takes_or_refuses_whatever_comes(self, noise: bytes) -> None:
        with suppress(ValidationFailed):
            parse_body(noise, ROWS, batch=True)

    @pytest.mark.parametrize(
        ("adapter", "batch", "row_in_rows", "size", "fits"),
        [
            (ONE_ROW, False, False, MAX_BODY, True),
            (ONE_ROW, False, False, MAX_BODY + 1, False),
            (ROWS, True, False, MAX_BODY + 1, False),
            (ROWS, True, True, MAX_BODY + 1, True),
            (ROWS, True, True, MAX_BATCH_BODY, True),
            (ROWS, True, True, MAX_BATCH_BODY + 1, False),
        ],
    )
    def test_bounds_single_bodies_and_batches(
        self, adapter: TypeAdapter[Any], batch: bool, row_in_rows: bool, size: int, fits: bool
    ) -> None:
        text = b'{"rows": [{"name": "a"}]}' if row_in_rows else b'{"name": "a"}'
        body = text.ljust(size)

        if fits:
            parse_body(body, adapter, batch=batch)
        else:
            with pytest.raises(PayloadTooLarge):
                parse_body(body, adapter, batch=batch)


class TestParseQuery:
    def test_reads_typed_parameters(self) -> None:
        assert parse_query("limit=5&status=a%20b", Question) == Question(limit=5, status="a b")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("limit=0", ["/query/limit"]),
            ("limit=x", ["/query/limit"]),
            ("limit=", ["/query/limit"]),
            ("limit=1&limit=1", ["/query/limit"]),
            ("Limit=1", ["/query/Limit"]),
            ("api_key=x&limit=0", ["/query/api_key"]),
            ("limit=0&score=0_1", ["/query/limit", "/query/score"]),
            *((f"limit={text}", ["/query/limit"]) for text in NO_NUMBERS),
            *((f"score={text}", ["/query/score"]) for text in (*NO_NUMBERS, "nan", ".5", "1.")),
        ],
    )
    def test_refuses_what_it_does_not_know_or_cannot_read(
        self, query: str, expected: list[str]
    ) -> None:
        with pytest.raises(ValidationFailed) as failure:
            parse_query(query, Question)

        assert pointers(failure) == expected

    @pytest.mark.parametrize("text", ["0", "-1", "0.5", "1e-1", "-1.0E0"])
    def test_reads_numbers_as_json_has_them(self, text: str) -> None:
        assert parse_query(f"score={text}", Question) == Question(score=float(text))

    @given(noise=st.text())
    def test_takes_or_refuses_whatever_comes(self, noise: str) -> None:
        with suppress(ValidationFailed):
            parse_query(noise, Question)

    def test_refuses_more_parameters_than_anyone_needs(self) -> None:
        with pytest.raises(ValidationFailed):
            parse_query("&".join(f"p{number}=1" for number in range(1_000)), Question)


class TestParseIfMatch:
    @pytest.mark.parametrize(
        ("header", "version"), [(None, None), ("*", None), ('"12"', 12), ("12", 12), (' "1" ', 1)]
    )
    def test_gives_the_version_or_none_for_any(
        self, header: str | None, version: int | None
    ) -> None:
        assert parse_if_match(header) == version

    @pytest.mark.parametrize("header", ["", '"1', "0", "-1", "\u0661", 'W/"1"', '"1", "2"', "**"])
    def test_points_at_what_is_no_version(self, header: str) -> None:
        with pytest.raises(ValidationFailed) as failure:
            parse_if_match(header)

        assert pointers(failure) == ["/headers/if-match"]


class TestRequest:
    @pytest.mark.parametrize("encoded", [True, False])
    def test_reads_both_forms_of_a_body(self, encoded: bool) -> None:
        body = base64.b64encode(b"{}").decode() if encoded else "{}"
        event = {
            "rawPath": "/x",
            "headers": {"X-Mixed": "1"},
            "body": body,
            "isBase64Encoded": encoded,
            "requestContext": {"requestId": "r", "http": {"method": "POST"}},
        }

        request = Request.from_event(event)

        assert (request.body, request.headers) == (b"{}", {"x-mixed": "1"})
