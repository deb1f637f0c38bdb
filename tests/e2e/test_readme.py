"""The first outreach of the README, call by call as it stands there."""

import time

from tests.curls import Curl, curls
from tests.e2e.running import REPOSITORY, LocalStack, Reply, send

_PATIENCE_SECONDS = 60


def run(curl: Curl, known: dict[str, str]) -> Reply:
    asked = curl.request(known)
    return send(asked.method, asked.url, asked.body, asked.headers)


class TestFirstOutreach:
    def test_works_as_it_is_written(self, stack: LocalStack) -> None:
        known = {"BASE": stack.local["base_url"], "KEY": stack.local["live_key"]}
        contact, sequence, launch, status, events = curls(REPOSITORY / "README.md")

        answers = [run(contact, known), run(sequence, known)]
        known |= {"CONTACT": answers[0].json["id"], "SEQUENCE": answers[1].json["id"]}
        answers.append(run(launch, known))
        known["CAMPAIGN"] = answers[2].json["campaign_id"]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (seen := run(status, known)).json["sent"] == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
        answers += [seen, run(events, known)]

        assert [answer.status // 100 for answer in answers] == [2] * 5, answers
        assert seen.json["sent"] == 1
        assert any(mail["To"] == ["grace@example.com"] for mail in stack.inbox())
