"""The calls of a page of the documentation, made one after another."""

from functools import reduce
from operator import getitem
from pathlib import Path

from tests.curls import curls
from tests.harness.api import Api

BASE = "https://api.example.com"


def differences(api: Api, page: Path, **given: str) -> list[str]:
    """Make the calls that a page shows, and return where an answer is not what is shown. `given`
    has variables that no call of the page sets."""
    known = {"BASE": BASE, "KEY": api.workspace().key("live"), **given}
    found = []
    for curl in curls(page):
        asked = curl.request(known)
        path = asked.url.removeprefix(BASE)
        answer = api.request(asked.method, path, asked.body, key=known["KEY"])
        assert answer.status < 300, (curl.command, answer.text)
        if curl.kept:
            known[curl.kept] = reduce(getitem, curl.filter.strip(" .").split("."), answer.json)
        found += [f"{path}: {each}" for each in curl.differences(answer.json)]
    return found
