"""However large and hard to compare the contacts of a workspace are, a page reads no more of them
than docs/limits.md says, and goes on behind them."""

import pytest

from outrider.campaigns.audience.runner import MOST_PAGES
from outrider.contacts.search.lists import MOST_READ
from tests.hostile_work import TEXTS, Work, calls, pages, stored

MOST_UNITS = 8_000


@pytest.mark.parametrize("work", [*pages()], ids=lambda work: work.name)
def test_a_page_is_bounded(work: Work) -> None:
    with stored(TEXTS["emoji"]) as store:
        work.do(store)

    assert 0 < store.items <= 2 * MOST_READ
    assert store.units <= MOST_UNITS


@pytest.mark.parametrize("work", [*calls()], ids=lambda work: work.name)
def test_a_call_is_bounded(work: Work) -> None:
    with stored(TEXTS["emoji"]) as store:
        work.do(store)

    assert store.items <= MOST_PAGES * 2 * MOST_READ
    assert store.units <= MOST_PAGES * MOST_UNITS
