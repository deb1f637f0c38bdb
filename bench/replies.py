"""Benchmark of the accuracy and speed of reply classification: `python -m bench.replies`.

The corpora of `tests/corpus`, emails of real clients and machines, take the path of an incoming
email; the table shows the results by kind. Times are CPU times.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from time import process_time

from bench import results
from outrider.inbound.classification import words
from outrider.inbound.classification.rules import MAX_TEXT, classify
from tests.corpus.replies import MACHINES, RECEIVED, Figures, judged, mails

_COLD = """
import time
begun = time.process_time()
from outrider.inbound.classification import rules as classification
loaded = time.process_time()
from datetime import date
{call}
print((loaded - begun) * 1000, (time.process_time() - loaded) * 1000)
"""
_CALLS = {
    "a reply": "classification.classify('Hello, thank you for the mail.', '', by_machine=False,"
    " received=date(2026, 11, 28))",
    "an absence": "classification.classify('I am away until 5 December.', '', by_machine=True,"
    " received=date(2026, 11, 28))",
}
_FIRST = """\
What was written afterwards, before words were added for what was missed: of the first round 84 of
99 requests to stop were found, and 10 of the others put before a person; of the second 50 of 53,
and 2 of the others. No yes was taken for one, but two questions about unsubscribing. Of the third,
823 whole mails of 34 kinds, 238 of 254 requests were found, and 12 of the others put before a
person; 34 others were taken for one, most for a footer or a negation behind the verb. Of the
fourth, 110 mails of the kinds that had been weakest, 21 of 30 requests were found, 5 of the others
put before a person, and 6 of the 80 others taken for one; of the fifth 50 of 60, 9 of the others
put before a person, and 3 of the 32 others taken for one."""
_PATTERNS = (
    "how ",
    "remove my ",
    "please don't unsubscribe me ",
    "1.1. bis 2.2. ",
    "back on monday ",
    "unsubscrxxe ",
    "请把我从删除不要再给我发",
    "1 ",
    "a",
)


def main() -> int:
    text = ""
    for name, title in (("replies.txt", "The corpus"), ("strangers.txt", "Written afterwards")):
        figures = Figures.of(name)
        text += f"### {title}: `tests/corpus/{name}`\n\n{_matrix(figures)}\n\n{_said(figures)}\n\n"
    text += f"{_FIRST}\n\n### Time\n\n{_times()}"
    results.keep("Replies", "python -m bench.replies", text)
    return 0


def _matrix(figures: Figures) -> str:
    found = list(dict.fromkeys([*figures.kinds, *(kind for _, kind in figures.matrix)]))
    rows = [[kind, *(str(figures.matrix[kind, each] or ".") for each in found)] for kind in found]
    return results.table(["is, found to be", *found], rows)


def _said(figures: Figures) -> str:
    matrix = figures.matrix
    taken = sum(
        n for (kind, found), n in matrix.items() if found == "stop" and kind == "interested"
    )
    wrongly = sum(n for (kind, found), n in matrix.items() if found == "stop" != kind)
    return (
        f"{matrix.total()} replies: {figures.found('stop'):.1%} of the requests to stop found;"
        f" {taken} yes and {wrongly} of all else taken for one; {figures.found(*MACHINES):.1%} of"
        f" machines told from people; {figures.days:.1%} of the days of return read."
    )


def _times() -> str:
    warm = sorted(_timed(partial(judged, raw)) for _, raw in mails("replies.txt"))
    again = sorted(_timed(partial(judged, raw)) for _, raw in mails("replies.txt"))
    hostile = [_timed(partial(_both, text)) for text in _hostile()]
    rows = [
        ["parse and judge a mail, median", f"{again[len(again) // 2]:.2f}"],
        ["the same, slowest of the corpus the first time", f"{warm[-1]:.1f}"],
        [
            f"hostile texts of {MAX_TEXT:,} characters, slowest of {len(hostile)}",
            f"{max(hostile):.1f}",
        ],
    ]
    for name, call in _CALLS.items():
        code = _COLD.format(call=call)
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        loaded, first = map(float, told.stdout.split())
        rows.append(
            [f"{name} in a new process, behind an import of {loaded:.0f} ms", f"{first:.1f}"]
        )
    return results.table(["", "ms of CPU"], rows)


def _hostile() -> Iterator[str]:
    """Yield hostile texts: repetitions, and words of the phrase files in any order, which match as
    many phrases as possible."""
    for pattern in _PATTERNS:
        yield pattern * (MAX_TEXT // len(pattern))
    known = [word for of in words.sections().values() for some in of.values() for word in some]
    chance = Random(1)
    for _ in range(5):
        yield " ".join(chance.choices(known, k=600))[:MAX_TEXT]


def _both(text: str) -> None:
    for by_machine in (False, True):
        classify(text, text, by_machine=by_machine, received=RECEIVED)


def _timed(call: Callable[[], object]) -> float:
    begun = process_time()
    call()
    return (process_time() - begun) * 1_000


if __name__ == "__main__":
    sys.exit(main())
