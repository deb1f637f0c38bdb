"""Daily limits of a campaign: messages per UTC day, in total and per company.

The counters are the items `<workspace>#cam_…` / `day#<yyyy-mm-dd>` and `company#<company
key>#<yyyy-mm-dd>`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from outrider.kit.aws.dynamodb import Action, Table, batch_get

_LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Messages counted against one day's limits: of the whole campaign, and by company key."""

    campaign: int
    companies: dict[str, int]


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """Daily counters of one campaign; `pk` is `<workspace>#cam_…`. Methods with `company` act on
    the company's counter when it is given, otherwise on the campaign's."""

    table: Table
    pk: str

    def take_action(
        self, day: date, limit: int, count: int, *, company: str | None = None
    ) -> Action:
        """Return the update that counts `count` messages on `day`, with the condition that `limit`
        is not exceeded."""
        expires = datetime.combine(day, time.min, tzinfo=UTC) + _LIFE
        return self.table.update_action(
            self.pk,
            _sk(day, company),
            "SET #ttl = :ttl ADD #used :count",
            "attribute_not_exists(#used) OR #used <= :most",
            most=limit - count,
            count=count,
            ttl=int(expires.timestamp()),
        )

    def give_back_action(self, day: date, count: int, *, company: str | None = None) -> Action:
        """Return the update that undoes `take_action` for messages that were not sent."""
        return self.table.update_action(
            self.pk, _sk(day, company), "ADD #used :minus", minus=-count
        )

    def usage(self, day: date, companies: Iterable[str] = ()) -> DailyUsage:
        """Return how many messages are counted on `day`, in total and for these company keys."""
        wanted = {company: _sk(day, company) for company in companies}
        found = batch_get((self.table, self.pk, sk) for sk in {_sk(day), *wanted.values()})

        def used(sk: str) -> int:
            return int(found.get((self.table.name, self.pk, sk), {}).get("used", 0))

        return DailyUsage(used(_sk(day)), {company: used(sk) for company, sk in wanted.items()})


def _sk(day: date, company: str | None = None) -> str:
    return f"company#{company}#{day.isoformat()}" if company else f"day#{day.isoformat()}"
