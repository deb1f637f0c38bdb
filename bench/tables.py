"""Tables of the units that a delivered email uses."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from bench import results
from bench.billing import Bill
from bench.delivered import CONTACTS_OF_A_CAMPAIGN, STEPS, Cost

_SHOWN = 0.005
"""Units below which entries are combined into one row."""
_HEAD = f"""\
A mail of a sequence of {STEPS} steps to a contact of 1.5 KB with a company, a folder and a fit
score, through SES, with everything that it takes: its share of the enrolling and of the clock of a
campaign with {CONTACTS_OF_A_CAMPAIGN:,} contacts, the step, events and counts, the notice of its
delivery, and a fan-out to webhooks that nobody asked for. *Busy*, {{contacts}} mails are due at
once, and a batch of the feed tells of {{changes}} changes; *one by one*, no queue and no stream
ever brings two things together."""


def mail(busy: Cost, alone: Cost, contacts: int) -> str:
    """Return the tables of an email's usage: units by item, and calls by function."""
    head = _HEAD.format(contacts=contacts, changes=round(busy.changes_of_a_batch))
    return (
        f"{head}\n\nWrite units:\n\n"
        + _units(busy, alone, lambda bill: bill.writes)
        + "\n\nRead units:\n\n"
        + _units(busy, alone, lambda bill: bill.reads)
        + "\n\nCalls and requests of a mail, when busy:\n\n"
        + _functions(busy)
    )


def _units(busy: Cost, alone: Cost, of: Callable[[Bill], Mapping[str, float]]) -> str:
    found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for column, cost in enumerate((busy, alone)):
        for name, bill in cost.mail.items():
            for place, count in of(bill).items():
                found[place, name][column] += count
    shown = {key: counts for key, counts in found.items() if max(counts) >= _SHOWN}
    small = [sum(counts[column] for counts in found.values()) for column in (0, 1)]
    for counts in shown.values():
        small = [left - count for left, count in zip(small, counts, strict=True)]
    ranked = sorted(shown.items(), key=lambda each: (each[0][1], -each[1][0], each[0][0]))
    rows = [[place, name, *map(_text, counts)] for (place, name), counts in ranked]
    rows.append(["others", "", *map(_text, small)])
    totals = [sum(counts[column] for counts in found.values()) for column in (0, 1)]
    rows.append(["together", "", *map(_text, totals)])
    return results.table(["item or index", "by", "busy", "one by one"], rows)


def _functions(cost: Cost) -> str:
    heads = ["by", "DynamoDB calls", "invocations", "SQS requests", "events", "transitions"]
    rows = [
        [
            name,
            f"{sum(n for call, n in bill.calls.items() if call.startswith('dynamodb ')):.2f}",
            *(
                f"{bill.other[what]:.2f}"
                for what in ("invocations", "requests", "events", "transitions")
            ),
            f"{bill.other['logs']:.0f}",
        ]
        for name, bill in sorted(cost.mail.items())
        if max(bill.other.values(), default=0) >= _SHOWN
    ]
    return results.table([*heads, "bytes of logs"], rows)


def _text(count: float) -> str:
    return f"{count:.2f}"
