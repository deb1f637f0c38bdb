"""docs/leads.md: its calls answer what it shows."""

from tests.curls import curls
from tests.harness.api import Api
from tools.templates import REPOSITORY

PAGE = REPOSITORY / "docs" / "leads.md"
BASE = "https://api.example.com"


def test_calls_answer_what_is_shown(api: Api) -> None:
    known = {"BASE": BASE, "KEY": api.workspace().key("live")}
    found = []
    for curl in curls(PAGE):
        asked = curl.request(known)
        path = asked.url.removeprefix(BASE)
        answer = api.request(asked.method, path, asked.body, key=known["KEY"])
        assert answer.status < 300, (curl.command, answer.text)
        if curl.kept:
            known[curl.kept] = answer.json[curl.filter.removeprefix("-r").strip(" .")]
        found += [f"{path}: {each}" for each in curl.differences(answer.json)]

    assert found == []
