"""The first outreach of the README, call by call as it stands there."""

import json
import time

from tests.curls import Curl, curls
from tests.e2e.running import REPOSITORY, LocalStack, Reply, send

_PATIENCE_SECONDS = 60


def run(curl: Curl, known: dict[str, str]) -> Reply:
    asked = curl.request(known)
    answer = send(asked.method, asked.url, asked.body, asked.headers)
    if curl.kept:
        known[curl.kept] = answer.json[curl.filter.removeprefix(".")]
    return answer


class TestFirstOutreach:
    def test_works_as_it_is_written(self, stack: LocalStack) -> None:
        local = stack.local
        known = {"BASE": local["base_url"], "KEY": local["live_key"], "INBOX": local["inbox_url"]}
        *made, status, events, inbox = curls(REPOSITORY / "README.md")

        # Each table has a stream of its own, so the feed may be late with the contact: a person who
        # types the next call is slower than that.
        deadline = time.monotonic() + _PATIENCE_SECONDS
        answers = [run(made[0], known)]
        while not run(events, known).json["data"] and time.monotonic() < deadline:
            time.sleep(0.5)
        answers += [run(curl, known) for curl in made[1:]]
        while (seen := run(status, known)).json["sent"] == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
        awaited = len(json.loads(events.shown))
        while len((happened := run(events, known)).json["data"]) < awaited:
            assert time.monotonic() < deadline, happened
            time.sleep(0.5)
        answers += [seen, happened, run(inbox, known)]

        assert [answer.status // 100 for answer in answers] == [2] * 6, answers
        assert seen.json["sent"] == 1
        assert events.differences([each["event"] for each in happened.json["data"]]) == []
        (sent,) = (mail for mail in stack.inbox() if mail["To"] == ["grace@example.com"])
        shown = json.loads(inbox.shown)
        assert {"From": sent["Source"], "To": sent["To"], "Subject": sent["Subject"]} == {
            name: shown[name] for name in ("From", "To", "Subject")
        }
        assert sent["BodyText"].startswith(shown["BodyText"].partition("http")[0])
