"""Benchmark of the cost and capacity of the outreach engine: `python -m bench.engine [contacts
enrolled]`, by default 10,000.

It runs on moto in this process. Units, calls and requests are exact and the same in each run; the
cost in money follows from them, from AWS's prices and from assumed durations.
"""

import sys

from bench import contention, delivered, prices, results, scale, tables
from tests.harness.cloud import built

CONTACTS, ALONE = 20, 4
ENROLLED = 10_000


def main(arguments: list[str]) -> int:
    enrolled = int(arguments[0]) if arguments else ENROLLED
    with built() as cloud:
        busy = delivered.measure(cloud, CONTACTS)
        alone = delivered.measure(cloud, ALONE, alone=True)
        parts = [
            tables.mail(busy, alone, CONTACTS),
            prices.table(busy, alone, prices.Stack.of(cloud)),
            contention.table(cloud),
            scale.enrolling(cloud, enrolled),
            scale.rounds(cloud),
        ]
    command = " ".join(["python -m bench.engine", *arguments])
    results.keep("The outreach engine", command, "\n\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
