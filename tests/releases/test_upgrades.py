"""Upgrades: this release goes on with what an earlier one stored, queued and had under way."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import ANONYMOUS
from tests.harness.cloud import Cloud
from tests.integration.outreach import tracking_path
from tests.receivers import answering, receiver
from tests.releases import recording, scenario
from tests.releases.__main__ import version
from tests.releases.recording import FOLDER, RECORDED, Recording


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def before(request: pytest.FixtureRequest, cloud: Cloud) -> Iterator[Recording]:
    """The recording of an earlier release, with which the stack goes on."""
    path: Path = request.param
    with receiver(answering()) as endpoint, scenario.without_websites():
        found = Recording.read(path, cloud, endpoint.url)
        found.put_into(cloud)
        with cloud.environment(STAGE="local", SECRETS_KEY_ID=found.encryption_key["id"]):
            yield found


class TestUpgrade:
    def test_sends_nothing_twice_and_loses_nothing(self, cloud: Cloud, before: Recording) -> None:
        scenario.go_on(cloud)

        sent = Counter(mail.tags["message_id"] for mail in cloud.mails())
        assert set(sent.values()) == {1}
        assert list(wrong_at_rest(Books(cloud, cloud.api.workspace().id))) == []
        left = {name: queue.messages for name, queue in cloud.queues().items() if queue.messages}
        assert left == {}
        assert _named(recording.summary(cloud)) == _named(before.summary)

    def test_honors_links_that_were_sent(self, cloud: Cloud, before: Recording) -> None:
        first = cloud.mails()[0]

        answer = cloud.api.post(tracking_path(first, "u"), key=ANONYMOUS)

        assert answer.status == 200
        (suppression,) = cloud.api.get("/v1/suppressions").json["data"]
        assert suppression["address"] == first.recipients[0]


def test_this_release_has_a_recording_with_a_message_in_every_queue(cloud: Cloud) -> None:
    """Otherwise `python -m tests.releases` is to be run before the release is tagged."""
    made = Recording.read(FOLDER / f"{version()}.json", cloud, "")

    fed = {name for name in cloud.queues() if not name.endswith("DeadLetters")}
    assert made.queues.keys() == fed


def _named(summary: dict[str, dict[str, str]]) -> Counter[tuple[str, str]]:
    """How many things of each kind ended in each state; new ones get other ids each time."""
    kinds = [(id_.partition("_")[0], state) for id_, state in summary["states"].items()]
    return Counter([*kinds, *summary["contacts"].items()])
