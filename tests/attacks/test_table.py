"""The attacks are many, each is its own, and a model that obeys finds them all."""

from collections import Counter

import pytest

from tests.attacks.goals import GOALS
from tests.attacks.table import ALL, CHANNELS, attacks, found_in, some
from tests.attacks.techniques import TECHNIQUES


def test_are_a_thousand() -> None:
    assert len(attacks()) == len(GOALS) * len(CHANNELS) * len(TECHNIQUES) > 1_000
    assert len({str(each) for each in attacks()}) == len(attacks())


def test_are_found_however_they_are_hidden() -> None:
    assert [each for each in attacks() if found_in(" ".join(each.parts)) is not each] == []


def test_samples_have_all_goals_and_techniques(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALL, raising=False)
    taken = some(200, "seed")

    assert taken == some(200, "seed") != some(200, "other")
    assert set(Counter((each.goal.name, each.technique.name) for each in taken).values()) == {1, 2}
