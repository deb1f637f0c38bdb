"""Sheets of workbooks: what their cells say, and what no workbook can do to the worker."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from outrider.imports.errors import BrokenFile
from outrider.imports.files import workbooks
from outrider.imports.files.workbooks import rows_of

MOMENT = datetime(2026, 5, 1, 9, 30)  # noqa: DTZ001 - cells know no zones


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose only sheet says this."""
    body = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(One=[["x"]]))) as old,
        zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, xml if is_sheet else old.read(name))
    return body.getvalue()


def sheet_xml(rows: str, size: str = "A1") -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{size}"/><sheetData>{rows}</sheetData></worksheet>'
    )


def cell(at: str, text: str = "x") -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


class TestRows:
    def test_say_what_people_read(self) -> None:
        row = ["00123", 5, 5.0, 0.5, True, date(2026, 5, 1), MOMENT, None, "é"]

        (texts,) = rows_of(workbook(One=[row]), None)

        assert texts == [
            "00123", "5", "5", "0.5", "true", "2026-05-01", "2026-05-01T09:30:00", "", "é",
        ]  # fmt: skip

    def test_are_of_the_first_sheet_that_has_any_or_of_the_one_named(self) -> None:
        book = workbook(Empty=[], One=[["a"]], Two=[["b"]])

        assert [list(rows_of(book, sheet)) for sheet in (None, "Two")] == [[["a"]], [["b"]]]
        with pytest.raises(BrokenFile, match="no sheet 'Three', but 'Empty', 'One', 'Two'"):
            list(rows_of(book, "Three"))

    def test_end_where_cells_end_whatever_the_sheet_says(self) -> None:
        rows = f'<row r="1">{cell("A1")}</row><row r="3">{cell("B3")}</row>'

        found = rows_of(with_sheet(sheet_xml(rows, "A1:XFD1048576")), None)

        assert list(found) == [["x"], [], ["", "x"]]

    def test_far_away_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MAX_CELLS", 50_000)
        far = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'

        with pytest.raises(BrokenFile, match="more than 50,000 cells"):
            list(rows_of(with_sheet(sheet_xml(far)), None))

    def test_that_unpack_to_too_much_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1_000_000)

        with pytest.raises(BrokenFile, match="unpacks to"):
            list(rows_of(with_sheet(" " * 1_000_001), None))

    @pytest.mark.parametrize(
        "body",
        [
            b"PK\x03\x04rest",
            workbook(One=[["x"]])[:-30],
            with_sheet("<worksheet"),
            with_sheet('<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;'),
        ],
        ids=["no zip", "cut off", "no XML", "entities"],
    )
    def test_of_what_is_no_workbook_are_refused(self, body: bytes) -> None:
        with pytest.raises(BrokenFile, match=r"damaged|cannot be read"):
            list(rows_of(body, None))


def test_gives_zeros_that_a_format_shows() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Zip", "Count"])
    book.active.append([1067, 1067])
    book.active["A2"].number_format = "00000"
    body = io.BytesIO()
    book.save(body)

    assert list(rows_of(body.getvalue(), None)) == [["Zip", "Count"], ["01067", "1067"]]
