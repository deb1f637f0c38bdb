"""A hundred upserts of one address at once: each waits its turn, by a simulated clock."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.companies.repository import CompanyRepository
from outrider.companies.service import CompanyService
from outrider.contacts.repository import ContactRepository
from outrider.contacts.schemas import ContactCreate
from outrider.contacts.search.lists import ContactLists
from outrider.contacts.service import ContactService
from outrider.kit.attempts import MOST
from outrider.kit.aws.dynamodb import StoreFailed, Table
from outrider.kit.errors import Conflict
from tests.harness.contention import Clock, at_once
from tests.harness.memory import Memory, MemoryTable

AT_ONCE = 100
READ_MS, WRITE_MS = (2, 6), (4, 12)


class Busy:
    """DynamoDB that takes its time: a call is carried out half way between request and answer."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self._store = Memory(contacts=MemoryTable(), companies=MemoryTable())
        self._dice = Random(seed)
        self.calls = 0

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        half = self._dice.uniform(*(READ_MS if "Get" in operation else WRITE_MS)) / 2
        self.clock.sleep_ms(half)
        try:
            return self._store.call(operation, params)
        finally:
            self.clock.sleep_ms(half)


def service() -> ContactService:
    caller = Caller.engine("wsp_crowd")
    companies = CompanyRepository(Table("companies"), caller.workspace)
    contacts = ContactRepository(Table("contacts"), caller.workspace)
    return ContactService(
        caller, contacts, ContactLists(contacts, companies), CompanyService(caller, companies)
    )


@pytest.mark.parametrize("seed", range(3))
def test_nearly_all_are_done_and_the_rest_may_try_again(seed: int) -> None:
    clock = Clock()
    store = Busy(clock, seed)
    outcomes: Counter[str] = Counter()
    took: list[float] = []

    def upsert(number: int) -> None:
        row = ContactCreate(email="ada@example.com", title=f"Title {number}", upsert=True)
        began = clock.ms
        try:
            outcome: str = service().put(row, upsert=True)[1]
        except (Conflict, StoreFailed) as refused:
            outcome = f"again in {refused.headers['Retry-After']} s"
        outcomes[outcome] += 1
        took.append(clock.ms - began)

    with at_once(store, seed):  # type: ignore[arg-type]
        clock.run(*(lambda number=number: upsert(number) for number in range(AT_ONCE)))

    assert outcomes["created"] == 1
    assert outcomes["updated"] >= 0.95 * AT_ONCE - 1, outcomes
    assert outcomes.keys() <= {"created", "updated", "again in 1 s"}
    assert max(took) < 10_000
    assert store.calls <= AT_ONCE * (2 + 2 * MOST)
