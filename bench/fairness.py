"""How much longer a mail takes while another workspace's mail server takes its time:
`python -m bench.fairness`. The product's places and breakers, by a simulated clock.
"""

from bench import results
from tests.engine.slow_servers import HUNG, LOST, answers_after, measure

_SERVERS = (
    ("hangs for 20 s", answers_after(20, HUNG), 1),
    ("the same, 20 mailboxes", answers_after(20, HUNG), 20),
    ("swallows its answers", answers_after(20, LOST), 1),
    ("takes mails after 19 s", answers_after(19), 1),
)
_SIZES = ((10, 5), (2, 1))
_QUIET = (("ses", 0.1), ("smtp", 0.5))


def main() -> None:
    rows = []
    for workers, places in _SIZES:
        for quiet in _QUIET:
            alone = measure(workers=workers, places=places, quiet=quiet, tarpit=None, minutes=3)
            for name, server, mailboxes in _SERVERS:
                for most in (workers, places):
                    found = measure(
                        workers=workers,
                        places=most,
                        quiet=quiet,
                        tarpit=server,
                        mailboxes=mailboxes,
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


_MEANING = """\
Three minutes with a mail a second of one workspace, from due to sent, while 1,000 mails of another
are due at once; ratios are those of the 95th percentile to the same without the other. As many
places as workers is no limit. SQS delays by whole seconds: that alone is up to a second."""


if __name__ == "__main__":
    main()
