"""What a model reads first is enough for a first outreach, in the format of https://llmstxt.org."""

import re
from typing import Any

import pytest

from tests.curls import Curl, curls_in
from tests.harness.api import ANONYMOUS, Answer, Api, Mode
from tests.harness.cloud import Cloud
from tools.mcp import notes
from tools.openapi import document

ADDRESS = "https://api.outrider.test"


class Reader:
    """A client that knows nothing but the page and its key."""

    def __init__(self, api: Api, key: str) -> None:
        self._api = api
        self.page = api.get("/llms.txt", key=ANONYMOUS).text
        found = re.search(r"BASE=(\S+) KEY=", self.page)
        assert found, "the page says where the API is"
        self.known = {"BASE": found[1], "KEY": key}
        self.waiting = curls_in(self.page)

    def carry_out(self, last: str = "") -> list[Answer]:
        """Carry out the calls of the page in their order, up to that which begins with `last`."""
        answers = []
        while self.waiting:
            curl = self.waiting.pop(0)
            answers.append(self._call(curl))
            if last and last in curl.command:
                break
        return answers

    def _call(self, curl: Curl) -> Answer:
        asked = curl.request(self.known)
        assert asked.url.startswith(ADDRESS)
        answer = self._api.request(
            asked.method,
            asked.url.removeprefix(ADDRESS),
            asked.body.decode() if asked.body else None,
            key=ANONYMOUS,
            headers={name.lower(): text for name, text in asked.headers.items()},
        )
        assert answer.status in (200, 201), (curl.command, answer.text)
        assert curl.differences(answer.json) == []
        if curl.kept:
            self.known[curl.kept] = answer.json[curl.filter.removeprefix(".")]
        return answer


class TestFirstOutreach:
    @pytest.mark.parametrize("mode", ["live", "test"])
    def test_succeeds_with_nothing_but_the_page(self, api: Api, cloud: Cloud, mode: Mode) -> None:
        reader = Reader(api, api.workspace().key(mode))
        account, mailboxes, mailbox, *_, launch = reader.carry_out("/launch")
        cloud.run(hours=0.1)
        status, events, replies = reader.carry_out()

        assert (account.json["mode"], mailboxes.json["data"]) == (mode, [])
        assert mailbox.json["verified"]
        assert launch.json["campaign_id"] == status.json["campaign_id"]
        assert status.json["sent"] == 1
        assert "email.sent" in [each["event"] for each in events.json["data"]]
        assert replies.json["data"] == []
        told = [(mail.recipients, mail.message["Subject"]) for mail in cloud.mails()]
        live = (("grace@example.com",), "A question about Harvard")
        assert [(tuple(to), subject) for to, subject in told] == [live] * (mode == "live")

    def test_leaves_out_no_step(self, api: Api) -> None:
        reader = Reader(api, "")
        shown = [curl.request({**reader.known, **ANY}) for curl in reader.waiting]
        paths = [f"{each.method} {each.url.removeprefix(ADDRESS)}" for each in shown]

        assert [path.partition("?")[0] for path in paths] == [
            "GET /v1/account",
            "GET /v1/mailboxes",
            "POST /v1/mailboxes",
            "POST /v1/contacts",
            "POST /v1/sequences",
            "POST /v1/sequences/x/lint",
            "POST /v1/sequences/x/plan",
            "POST /v1/sequences/x/launch",
            "GET /v1/campaigns/x/status",
            "GET /v1/events",
            "GET /v1/messages",
        ]


ANY = dict.fromkeys(("CONTACT", "SEQUENCE", "CAMPAIGN"), "x")


class TestFormat:
    def test_is_that_of_the_proposal(self, api: Api) -> None:
        """A title, a summary, text without headings, then lists of links under headings."""
        text = without_code(api.get("/llms.txt", key=ANONYMOUS).text)
        head, *sections = re.split(r"(?m)^## .+$", text)

        assert re.match(r"# Outrider\n\n> .+\n> .+\n\n", head)
        assert [line for line in head.splitlines()[1:] if line.startswith("#")] == []
        assert sections
        for line in "".join(sections).split("\n"):
            assert re.fullmatch(r"(- \[[^\]]+\]\(https://[^)\s]+\): .+)?", line), line

    @pytest.mark.parametrize("path", ["/llms.txt", "/llms-full.txt"])
    def test_has_the_address_of_this_api_everywhere(self, api: Api, path: str) -> None:
        answer = api.get(path, key=ANONYMOUS)

        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert f"{ADDRESS}/mcp" in answer.text
        assert "api.example.com" not in answer.text

    def test_of_links_leads_to_what_there_is(self, api: Api) -> None:
        page = api.get("/docs", key=ANONYMOUS).text
        anchors = re.findall(r' id="([\w.]+)"', page)
        (operations,) = re.findall(r'<script [^>]*id="anchors">(.+)</script>', page)
        links = re.findall(r"\]\((https://[^)\s]+)\)", api.get("/llms.txt", key=ANONYMOUS).text)
        own = [link.removeprefix(ADDRESS) for link in links if link.startswith(ADDRESS)]

        assert len(own) > 30
        for path, _, anchor in (link.partition("#") for link in own):
            if anchor:
                assert anchor in anchors or f'"{anchor}":' in operations
            else:
                assert api.get(path, key=ANONYMOUS).status == 200


class TestContent:
    def test_names_each_operation(self, api: Api) -> None:
        text = api.get("/llms.txt", key=ANONYMOUS).text
        needing_a_key = {
            f"`{method.upper()} {path}` {operation['operationId']}"
            for path, operations in paths().items()
            for method, operation in operations.items()
            if operation["security"]
        }

        assert [each for each in sorted(needing_a_key) if each not in text] == []

    def test_of_the_full_text_has_every_page_and_tool(self, api: Api) -> None:
        text = api.get("/llms-full.txt", key=ANONYMOUS).text
        operations = [each for methods in paths().values() for each in methods.values()]

        assert text.startswith(api.get("/llms.txt", key=ANONYMOUS).text.strip())
        assert [each for each in operations if f"`{each['operationId']}`" not in text] == []
        titles = re.findall(r"(?m)^# (.+)$", without_code(text))
        assert len(titles) == len(notes()["pages"]) + 1, "the first page and the table of tools"


def paths() -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"]
    return found


def without_code(text: str) -> str:
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", text)
