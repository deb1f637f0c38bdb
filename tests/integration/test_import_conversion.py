"""Files that are no lines of UTF-8: what they are, their beginning says."""

import subprocess
import sys

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import Importing, contacts, imported, prepared
from tests.unit.imports.test_workbooks import workbook

CARDS = """\
BEGIN:VCARD
VERSION:3.0
N:Hopper;Grace;Brewster;;
FN:Grace Hopper
ORG:US Navy\\, Reserve;Research
TITLE:Rear Admiral
item1.EMAIL;type=INTERNET:grace@home.example
EMAIL;type=INTERNET;type=WORK;type=pref:grace@navy.example
item1.X-ABLabel:_$!<HomePage>!$_
TEL;type=WORK;type=FAX:+1 555 0000
TEL;type=CELL:+1 555 0199
X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/grace
NOTE:a long
  note\\nof two lines
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
 SkZJRgABAQ==
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=
=BCrgen
EMAIL;INTERNET:juergen@x.example
END:VCARD
begin:vcard
version:4.0
fn:Ada Lovelace
email:mailto:ada@x.example
tel;value=uri:tel:+44-20-1
categories:a,b
end:vcard
BEGIN:VCARD
VERSION:3.0
KIND:group
FN:Friends
END:VCARD
"""


def test_json_lines_need_no_format(api: Api, cloud: Cloud) -> None:
    asked = {"kind": "contacts", "duplicates": "skip", "confirm": True}
    created = api.post("/v1/imports", asked).json
    importing = Importing(api, cloud, created["id"], created["upload"]["url"])
    importing.upload('\ufeff{ "email": "a@x.example"}\n')
    path = f"/v1/imports/{importing.id}"

    before = api.post(f"{path}/preview", {}).json
    importing.run()
    api.post(f"{path}/confirm", {})
    cloud.drain()

    assert (before["format"], [row["result"] for row in before["rows"]]) == ("jsonl", ["created"])
    assert (importing.state["format"], list(contacts(api))) == ("jsonl", ["a@x.example"])


class TestCards:
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_become_contacts(self, api: Api, cloud: Cloud, end: str) -> None:
        importing = imported(api, cloud, CARDS.replace("\n", end))

        assert importing.state["format"] == "vcard"
        assert importing.counts == {"created": 3}
        found = contacts(api)
        grace = found["grace@navy.example"]
        assert (grace["first_name"], grace["last_name"]) == ("Grace", "Hopper")
        assert (grace["company"], grace["title"]) == ("US Navy, Reserve", "Rear Admiral")
        assert (grace["phone"], grace["linkedin_url"]) == (
            "+1 555 0199",
            "https://www.linkedin.com/in/grace",
        )
        assert grace["custom"] == {
            "Department": "Research",
            "Email 2": "grace@home.example",
            "Full Name": "Grace Hopper",
            "Note": "a long note\nof two lines",
        }
        assert found["juergen@x.example"]["full_name"] == "Jürgen Müller"
        ada = found["ada@x.example"]
        assert (ada["full_name"], ada["phone"], ada["tags"]) == (
            "Ada Lovelace", "+44-20-1", ["a", "b"],
        )  # fmt: skip


class TestUtf16:
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_is_read(self, api: Api, cloud: Cloud, encoding: str) -> None:
        rows = [f"zoë{number}@x.example\tZoë" for number in range(3)]
        file = "\n".join(["Email\tFirst Name", *(row.replace("ë", "e", 1) for row in rows)])

        importing = imported(api, cloud, file.encode(encoding))

        assert importing.counts == {"created": 3}
        assert importing.state["encoding"].startswith("utf-16")
        assert {contact["first_name"] for contact in contacts(api).values()} == {"Zoë"}

    def test_can_be_looked_at_first(self, api: Api, cloud: Cloud) -> None:
        file = "Email;Vorname\nada@x.example;Zoë\n".encode("utf-16")
        importing = prepared(api, cloud, confirm=True).upload(file)
        path = f"/v1/imports/{importing.id}"

        early = api.post(f"{path}/preview", {})
        cloud.drain()
        shown = api.post(f"{path}/preview", {}).json
        api.post(f"{path}/confirm", {})
        cloud.drain()

        assert early.status == 409
        assert shown["rows"][0]["fields"] == {"first_name": "Zoë"}
        assert importing.counts == {"created": 1}


class TestWorkbooks:
    def test_are_read(self, api: Api, cloud: Cloud) -> None:
        rows = [["Leads, May"], [], ["Email", "Phone", "Since"]]
        rows.append(["ada@x.example", "0049 30 1", "x, y"])

        importing = imported(api, cloud, workbook(One=rows), duplicates="update")

        assert importing.state["format"] == "xlsx"
        assert importing.results == [(4, "created")]
        ada = contacts(api)["ada@x.example"]
        assert (ada["phone"], ada["custom"]) == ("0049 30 1", {"Since": "x, y"})

    def test_take_the_sheet_that_is_named(self, api: Api, cloud: Cloud) -> None:
        book = workbook(One=[["Email"], ["a@x.example"]], Two=[["Email"], ["b@x.example"]])

        imported(api, cloud, book, format="xlsx", sheet="Two")

        assert list(contacts(api)) == ["b@x.example"]

    def test_are_read_by_their_worker_alone(self) -> None:
        code = "import sys, functions.{0}.app; print('openpyxl' in sys.modules)"

        for function in ("contacts", "imports", "imports_run"):
            done = subprocess.run(
                [sys.executable, "-c", code.format(function)], capture_output=True, check=True
            )
            assert done.stdout.split() == [b"False"], function
