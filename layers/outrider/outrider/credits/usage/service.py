"""Usage reports of a workspace."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from outrider.credits.usage.repository import UsageRepository
from outrider.credits.usage.schemas import Usage, UsageDay, UsageQuery


@dataclass(frozen=True, slots=True)
class UsageService:
    usage: UsageRepository

    def show(self, query: UsageQuery) -> Usage:
        since, until = query.span
        days = [since + timedelta(days=number) for number in range((until - since).days)]
        counts = self.usage.list(days[0], days[-1])
        shown = [UsageDay.of(counts.get(day, {}), date=day) for day in days]
        total = sum(map(Counter, counts.values()), Counter[str]())
        return Usage.of(total, since=since, until=until, days=shown)
