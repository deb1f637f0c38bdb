"""Rows, and the places where they stand, whatever the parts they are fetched in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.imports.files import lines as lines_module
from outrider.imports.files.layout import FileOptions, Layout, read_layout
from outrider.imports.files.lines import Lines
from outrider.imports.files.rows import CsvRows, JsonRows, SourceRow
from outrider.imports.models import Column
from outrider.kit.aws.s3 import ObjectRange

COLUMNS = [Column(column=name, field=None, how="kept") for name in ("a", "b")]


def fetching(body: bytes) -> Any:
    return lambda start, length: ObjectRange(body[start : start + length], len(body))


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

    @pytest.mark.parametrize(
        ("line", "cells"),
        [
            ('"Bob "The Man" Smith",x', ['Bob "The Man" Smith', "x"]),
            ('"Bob ""The Man""",x', ['Bob "The Man"', "x"]),
            ('"Bob \\"The Man\\"",x', ['Bob "The Man"', "x"]),
            ('"Bob "The Man"",x', ['Bob "The Man"', "x"]),
            ('"Bob" ,"x"', ["Bob", "x"]),
            ('"C:\\dir\\",x', ["C:\\dir\\", "x"]),
            ('="00123",\'=1+1', ["00123", "=1+1"]),
            ("\x00a\x07,\ufeffb", ["a", "b"]),
            ('"two \\"big\\"\nlines",x', ['two "big"\nlines', "x"]),
        ],
    )
    def test_are_read_as_programs_write_them(self, line: str, cells: list[str]) -> None:
        ((row, _, _),) = rows_of(f"{line}\n".encode())

        assert [row.values["a"], row.values["b"], row.error] == [*cells, None]

    @pytest.mark.parametrize("at", [0, 1, 2])
    def test_are_not_lost_behind_a_quote_that_stays_open(self, at: int) -> None:
        rows = [f"a{number},b{number}" for number in range(40_000)]
        rows[at] = 'x,"y'

        found = rows_of("\n".join(rows).encode())

        assert [(row.line, row.error) for row, _, _ in found if row.error] == [
            (at + 1, f"A quote is opened in line {at + 1} and never closed")
        ]
        assert len(found) == len(rows)

    def test_end_a_quote_where_a_whole_row_stands(self) -> None:
        columns = [Column(column=name, field=name, how="given") for name in ("email", "note")]
        body = b'a@x.example,"Grace\nb@x.example,Bob\nc@x.example,Eve"\n'
        rows = CsvRows(Lines(fetching(body), 0, 0), columns, ",")

        found = list(iter(rows.next, None))

        assert [bool(row.error) for row in found if row] == [True, False, False]


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


def layout_of(body: bytes, **asked: Any) -> Layout:
    return read_layout(fetching(body), FileOptions(**{"kind": "contacts", "mapping": {}, **asked}))


class TestLayout:
    @pytest.mark.parametrize(
        ("body", "delimiter", "names"),
        [
            (b"email,b;c\n", ",", ["email", "b;c"]),
            (b"email;b;c,d\n", ";", ["email", "b", "c,d"]),
            (b"email\tb\n", "\t", ["email", "b"]),
            (b'"a,b,c,d"|email|"f"\n', "|", ["a,b,c,d", "email", "f"]),
            (b"email\n", ",", ["email"]),
            (b"\n\n email ,  b   c \n", ",", ["email", "b c"]),
            (b"sep=;\nemail;a,b,c,d\n", ";", ["email", "a,b,c,d"]),
            (b'"sep=\t"\nemail\ta\n', "\t", ["email", "a"]),
            (
                b"Report, May\nall;leads\n\nEmail;Vorname;Firma\n",
                ";",
                ["Email", "Vorname", "Firma"],
            ),
            (
                b'Notes:\n"Some, a, b, c, d, e"\n\nName,Reach\nAda,ada@x.example',
                ",",
                ["Name", "Reach"],
            ),
        ],
    )
    def test_tells_names_and_delimiter(self, body: bytes, delimiter: str, names: list[str]) -> None:
        layout = layout_of(body)

        assert layout.delimiter == delimiter
        assert [column.column for column in layout.columns] == names
        assert body[layout.offset :] in (b"", b"Ada,ada@x.example")

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            (b"a@x.example\nb@x.example\n", ["email"]),
            (b"Ada;a@x.example;+49 30 1234\n", ["custom.Column 1", "email", "phone"]),
            (
                b"Ada,linkedin.com/in/ada,a@x.example\nBob,,b@x.example\n",
                ["custom.Column 1", "linkedin_url", "email"],
            ),
            (b"My list\n\n1,a@x.example\n", ["custom.Column 1", "email"]),
        ],
    )
    def test_tells_columns_without_a_header(self, body: bytes, fields: list[str]) -> None:
        assert [column.field for column in layout_of(body).columns] == fields

    def test_takes_names_of_columns_without_a_header(self) -> None:
        mapping = {"Column 1": "first_name", "Column 2": "email"}

        layout = layout_of(b"Ada,a@x.example\n", mapping=mapping)

        assert [column.field for column in layout.columns] == ["first_name", "email"]
        assert layout.offset == 0

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("Zoë Müller, François", "utf-8"),
            ("Zoë Müller, François, Ångström, Øystein, São, 5 €", "windows-1252"),
            ("Zoë Müller, François, Ångström, Øystein, São", "macintosh"),
            ("Łukasz Wałęsa, Żaneta Gąska", "windows-1250"),
            ("Иван Петров, Анна Смирнова", "windows-1251"),
        ],
    )
    def test_tells_the_encoding(self, text: str, encoding: str) -> None:
        body = f"email,name\na@x.example,{text}\n".encode(encoding)

        layout = layout_of(body)

        assert layout.encoding == encoding
        rows = CsvRows(
            Lines(fetching(body), layout.offset, layout.line), layout.columns, ",", layout.encoding
        )
        row = rows.next()
        assert row is not None
        assert row.values["name"] == text.partition(",")[0]
