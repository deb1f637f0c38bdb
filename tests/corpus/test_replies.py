"""How many replies the rules classify right. `bench/replies.py` prints the table."""

import pytest

from tests.corpus import replies
from tests.corpus.replies import MACHINES, Figures


@pytest.fixture(scope="module", params=["replies.txt", "strangers.txt"])
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures.of(request.param)


def test_there_are_many_in_many_languages() -> None:
    assert len(list(replies.read("replies.txt"))) >= 600
    assert len({reply.language for reply in replies.read("replies.txt")}) >= 38


def test_requests_to_stop_are_found(figures: Figures) -> None:
    assert figures.found("stop") >= 0.99, figures.wrong


def test_nothing_else_is_taken_for_one(figures: Figures) -> None:
    taken = {kind for kind, found in figures.matrix if found == "stop" and kind != "stop"}

    assert not taken, figures.wrong


def test_machines_are_told_from_people(figures: Figures) -> None:
    assert figures.found(*MACHINES) >= 0.98, figures.wrong
    assert not [pair for pair in figures.matrix if pair[0] not in MACHINES and pair[1] in MACHINES]


def test_the_days_of_return_are_read(figures: Figures) -> None:
    assert figures.days >= 0.98, figures.wrong


def test_each_kind_is_found(figures: Figures) -> None:
    assert {kind for kind in figures.kinds if figures.found(kind) < 0.95} == set(), figures.wrong


def test_few_are_put_before_a_person(figures: Figures) -> None:
    needless = sum(n for (kind, found), n in figures.matrix.items() if kind != found == "review")

    assert needless / figures.matrix.total() <= 0.02, figures.wrong
