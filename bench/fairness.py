"""Benchmark of fairness between workspaces: `python -m bench.fairness`. It measures how much longer
one workspace waits for its emails while another's mail server is slow, and for its events while
another imports a large file. The concurrency limits, circuit breakers, relay and import pace are
the product's, on a simulated clock."""

from bench import results
from tests.engine import flood
from tests.engine.slow_servers import HUNG, LOST, answers_after, measure

_SERVERS = (
    ("hangs for 20 s", answers_after(20, HUNG), 1, 1),
    ("the same, 20 mailboxes", answers_after(20, HUNG), 20, 1),
    ("swallows its answers", answers_after(20, LOST), 1, 1),
    ("takes mails after 19 s", answers_after(19), 1, 1),
    ("the same in two workspaces", answers_after(19), 1, 2),
    ("the same in five", answers_after(19), 1, 5),
)
_SIZES = ((10, 5), (2, 1))
_QUIET = (("ses", 0.1), ("smtp", 0.5))


def main() -> None:
    slow_servers()
    large_imports()


def large_imports() -> None:
    rows = []
    for lanes, workers, most in _ACCOUNTS:
        alone = flood.measure(imports=0, lanes=lanes, workers=workers)
        for imports, units, paced in ((0, flood.CREATE, True), *_IMPORTS):
            many = min(imports, most)
            found = flood.measure(
                imports=many, units=units, lanes=lanes, workers=workers, paced=paced
            )
            rows.append(
                [
                    str(lanes),
                    f"{many} of {'new' if units == flood.CREATE else 'changed'}" if many else "0",
                    "yes" if paced else "no",
                    f"{found.rows_a_second:.0f}",
                    *(
                        f"{mine:.2f} ({mine / its:.2f})"
                        for mine, its in (
                            (found.feed, alone.feed),
                            (found.bus, alone.bus),
                            (found.webhook, alone.webhook),
                        )
                    ),
                ]
            )
    header = ["lanes", "imports", "paced", "rows a second", "feed", "bus", "webhook"]
    text = f"{results.table(header, rows)}\n\n{_MEANING_OF_IMPORTS}"
    results.keep("Beside a large import", "python -m bench.fairness", text)


def slow_servers() -> None:
    rows = []
    for workers, places in _SIZES:
        for quiet in _QUIET:
            alone = measure(workers=workers, places=places, quiet=quiet, tarpit=None, minutes=3)
            for name, server, mailboxes, others in _SERVERS:
                for most in (workers, places):
                    found = measure(
                        workers=workers,
                        places=most,
                        quiet=quiet,
                        tarpit=server,
                        mailboxes=mailboxes,
                        others=others,
                        minutes=3,
                    )
                    rows.append(
                        [
                            str(workers),
                            quiet[0],
                            name,
                            str(most),
                            f"{found.p95:.1f}",
                            f"{found.p95 / alone.p95:.2f}",
                            f"{found.opening / alone.opening:.2f}",
                        ]
                    )
    header = [
        "workers",
        "through",
        "the other's server",
        "places",
        "p95 s",
        "ratio",
        "first minute",
    ]
    text = f"{results.table(header, rows)}\n\n{_MEANING}"
    results.keep("Beside a slow mail server", "python -m bench.fairness", text)


_ACCOUNTS = ((2, (20, 50), 10), (1, (2, 2), 2))
_IMPORTS = (
    (1, flood.CREATE, True),
    (10, flood.CREATE, True),
    (10, flood.CHANGE, True),
    (10, flood.CHANGE, False),
)
_MEANING_OF_IMPORTS = """\
A minute with a contact a second of one workspace, while another imports files of 100,000 rows, all
in one shard of the stream: seconds of the 95th percentile from the commit to where the event is
seen, and their ratio to those without imports. A lone event waits for the relay's window of a
second, which ends sooner where a batch fills. Two lanes where the account may run 1,000 functions,
one in a new account, which runs two imports at a time. A partition takes 1,000 write units a
second: 500 new contacts, or 1,000 changes."""
_MEANING = """\
Three minutes with a mail a second of one workspace, from due to sent, while 1,000 mails of each of
the others are due at once; ratios are those of the 95th percentile to the same without them. As
many places as workers is what quick servers would get; each workspace begins with one. SQS delays
by whole seconds: that alone is up to a second. A new account has two workers, which two workspaces
with slow servers hold."""


if __name__ == "__main__":
    main()
