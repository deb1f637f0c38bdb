"""Rows, and the places where they stand, whatever the parts they are fetched in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.imports import lines as lines_module
from outrider.imports.errors import BrokenFile
from outrider.imports.lines import Lines
from outrider.imports.models import Column
from outrider.imports.reading import CsvRows, JsonRows, SourceRow, read_header
from outrider.kit.objects import Part

COLUMNS = [Column(column=name, field=None, how="kept") for name in ("a", "b")]


def fetching(body: bytes) -> Any:
    return lambda start, length: Part(body[start : start + length], len(body))


def rows_of(body: bytes, offset: int = 0, line: int = 0) -> list[tuple[SourceRow, int, int]]:
    """The rows with offset and line behind each."""
    rows = CsvRows(Lines(fetching(body), offset, line), COLUMNS, ",")
    found = []
    while (row := rows.next()) is not None:
        found.append((row, rows.lines.offset, rows.lines.line))
    return found


class TestLines:
    @pytest.mark.parametrize("part", [1, 2, 3, 5, 100])
    def test_end_as_they_end_wherever_a_part_ends(
        self, monkeypatch: pytest.MonkeyPatch, part: int
    ) -> None:
        monkeypatch.setattr(lines_module, "PART", part)
        lines = Lines(fetching(b"a\r\nb\rc\n\n\r\nd"), 0, 0)

        taken = list(iter(lines.take, None))

        assert taken == [b"a\r\n", b"b\r", b"c\n", b"\n", b"\r\n", b"d"]
        assert (lines.offset, lines.line) == (11, 6)


class TestCsvRows:
    @given(
        st.lists(
            st.tuples(
                st.text(st.sampled_from('xü,;" \n\r'), max_size=6), st.sampled_from(["1", "z"])
            ),
            max_size=6,
        )
    )
    def test_are_the_same_from_every_place_between_them(self, cells: list[tuple[str, str]]) -> None:
        quoted = ['"' + a.replace('"', '""') + f'",{b}\r\n' for a, b in cells]
        body = "".join(quoted).encode()

        found = rows_of(body)

        assert [row.values["a"] or "" for row, _, _ in found] == [a.strip() for a, _ in cells]
        for number, (_, offset, line) in enumerate(found, start=1):
            assert rows_of(body, offset, line) == found[number:]

    def test_take_spaces_around_quotes_and_quotes_inside_words(self) -> None:
        ((row, _, _),) = rows_of(b' "x" , 5" pipe\n')

        assert row.values == {"a": "x", "b": '5" pipe'}

    def test_name_the_line_of_the_quote_that_is_left_open(self) -> None:
        with pytest.raises(BrokenFile) as broken:
            rows_of(b'"one\ntwo",x\ny,"z\n' + b"more\n" * 100)

        assert broken.value.line == 3


class TestJsonRows:
    def test_go_on_behind_a_bad_line(self) -> None:
        body = b'\xef\xbb\xbf{"a": " x ", "b": ""}\n\n' + b"[" * 30 + b'\n{"a": 1}'
        rows = JsonRows(Lines(fetching(body), 0, 0))

        first, second, third = (rows.next() for _ in range(3))

        assert first == SourceRow(1, {"a": "x", "b": None})
        assert second is not None
        assert (second.line, "nests deeper" in (second.error or "")) == (3, True)
        assert third == SourceRow(4, {"a": 1})
        assert rows.next() is None


class TestHeader:
    @pytest.mark.parametrize(
        ("body", "delimiter", "names"),
        [
            (b"a,b;c\n", ",", ["a", "b;c"]),
            (b"a;b;c,d\n", ";", ["a", "b", "c,d"]),
            (b"a\tb\n", "\t", ["a", "b"]),
            (b'"a,b,c,d"|e|"f"\n', "|", ["a,b,c,d", "e", "f"]),
            (b"email\n", ",", ["email"]),
            (b"\n\n a ,  b   c \n", ",", ["a", "b c"]),
        ],
    )
    def test_tells_names_and_delimiter(self, body: bytes, delimiter: str, names: list[str]) -> None:
        header = read_header(fetching(body), None)

        assert (header.delimiter, header.names) == (delimiter, names)
        assert header.offset == len(body)
