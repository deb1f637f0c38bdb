"""The first outreach of the README, call by call as it stands there."""

import re
import shlex
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.e2e.running import REPOSITORY, LocalStack, Reply, send

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_VARIABLE = re.compile(r"\$([A-Z]+)")
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Curl:
    """One command of the README; `$NAME` stands for what an answer before it gave."""

    command: str

    def run(self, known: dict[str, str]) -> Reply:
        """Knows the options that the README uses; another one is an error."""
        _, *words = shlex.split(_VARIABLE.sub(lambda found: known[found[1]], self.command))
        url, method, body, headers = "", "GET", None, {}
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                method, body = "POST", next(rest).encode()
            else:
                assert word.startswith("http"), f"curl {word} is not known here"
                url = word
        return send(method, url, body, headers)


def curls() -> Iterator[Curl]:
    for _, block in _BLOCK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8")):
        command = textwrap.dedent(block).strip()
        if command.startswith("curl "):
            yield Curl(command.replace("\\\n", " "))


class TestFirstOutreach:
    def test_works_as_it_is_written(self, stack: LocalStack) -> None:
        known = {"BASE": stack.local["base_url"], "KEY": stack.local["live_key"]}
        contact, sequence, launch, status, events = curls()

        answers = [contact.run(known), sequence.run(known)]
        known |= {"CONTACT": answers[0].json["id"], "SEQUENCE": answers[1].json["id"]}
        answers.append(launch.run(known))
        known["CAMPAIGN"] = answers[2].json["campaign_id"]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (seen := status.run(known)).json["sent"] == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
        answers += [seen, events.run(known)]

        assert [answer.status // 100 for answer in answers] == [2] * 5, answers
        assert seen.json["sent"] == 1
        assert any(mail["To"] == ["grace@example.com"] for mail in stack.inbox())
