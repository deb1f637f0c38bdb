"""Benchmark of CPU time on hostile input: `python -m bench.hostile [part]`.

Each parser of untrusted text gets each pattern, repeated to the maximum length it accepts in the
product, and to half of that. Time that doubles with the length is linear; the table shows the worst
pattern of each parser. Then pages, plans and merges in workspaces whose contacts and companies are
as large and as hard to compare as the API accepts, and research of websites on loopback.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bench import results
from outrider.kit.outbound.client import Outbound
from outrider.research.site.choice import Site
from outrider.research.site.looking import SiteLookup
from outrider.research.site.reader import SiteReader
from tests import hostile_work, page_shapes
from tests.hostile_texts import PATTERNS, READERS, Reader, text_of
from tests.websites import website

STEEP = 2.6
"""Growth above which a measurement is repeated."""
NOISE = 0.004
"""Seconds below which growth is not meaningful."""
TAKES = 3


@dataclass(frozen=True, slots=True)
class Seen:
    pattern: str
    seconds: float
    growth: float


def main(arguments: list[str]) -> int:
    part = int(arguments[0]) if arguments else 1
    rows = []
    for reader in READERS:
        longest = reader.longest // part
        seen = [_measured(reader, pattern, longest) for pattern in PATTERNS]
        slowest = max(seen, key=lambda each: each.seconds)
        steepest = max(seen, key=lambda each: each.growth)
        rows.append(
            [
                reader.name,
                f"{longest:,}",
                f"{slowest.seconds * 1_000:,.1f}",
                f"`{slowest.pattern!r}`".replace("|", "\\|"),
                f"{steepest.growth:.1f}" if steepest.growth else "below noise",
            ]
        )
    header = ["reader", "characters", "most ms of CPU", "for repetitions of", "growth"]
    text = (
        f"{len(READERS)} readers x {len(PATTERNS)} patterns = {len(READERS) * len(PATTERNS):,} "
        "inputs. Growth is that of the time from half the length\nto all of it, the steepest of "
        f"those that take more than {NOISE * 1_000:.0f} ms: 2 is linear, 4 the square.\n\n"
    )
    command = " ".join(["python -m bench.hostile", *arguments])
    text += results.table(header, rows)
    results.keep("Hostile texts", command, f"{text}\n\n{_work()}\n\n{_websites()}")
    return 0


def _work() -> str:
    """Return the table of what pages, plans and merges cost with the worst texts."""
    works = [*hostile_work.pages(), *hostile_work.calls()]
    rows = []
    for work in works:
        cost = {text: _cost(work, repeated) for text, repeated in hostile_work.TEXTS.items()}
        worst = max(cost, key=lambda each: cost[each][0])
        items = max(items for _, items, _ in cost.values())
        units = max(units for _, _, units in cost.values())
        rows.append(
            [work.name, f"{cost[worst][0] * 1_000:,.1f}", worst, f"{items:,}", f"{units:,}"]
        )
    header = ["work", "most ms of CPU", "for texts of", "most items read", "most read units"]
    return (
        f"{len(works)} kinds of work x {len(hostile_work.TEXTS)} texts = "
        f"{len(works) * len(hostile_work.TEXTS)} inputs. Nothing is ever found, or everything "
        f"is.\n\n{results.table(header, rows)}"
    )


def _websites() -> str:
    """Return the table of what research of each shape of website costs."""
    lookup = SiteLookup(SiteReader(Outbound(loopback=True)), plain=True)
    rows = []
    for shape in page_shapes.ALL:
        with website(shape.paths) as site:
            seconds = _seconds(lambda url: lookup.look(Site(url, None), None), site.url)
            tracemalloc.start()
            outcome = lookup.look(Site(site.url, None), None).outcome
            _, memory = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        rows.append(
            [shape.name, outcome, f"{seconds * 1_000:,.1f}", f"{memory / 2**20:,.1f}"],
        )
    rows.sort(key=lambda row: -float(row[2].replace(",", "")))
    header = ["website", "outcome", "ms of CPU", "most MB"]
    return (
        "Research of websites on loopback; the memory is Python's, the server's with it.\n\n"
        + results.table(header, rows)
    )


def _cost(work: hostile_work.Work, text: str) -> tuple[float, int, int]:
    """Return CPU seconds, items read and units read."""
    with hostile_work.stored(text) as store:
        work.do(store)
        store.items = store.units = 0
        seconds = _seconds(lambda _: work.do(store), "")
        return seconds, store.items, store.units


def _measured(reader: Reader, pattern: str, longest: int) -> Seen:
    half, whole = text_of(pattern, longest // 2), text_of(pattern, longest)
    seen = _seen(pattern, *(_seconds(reader.read, each) for each in (half, whole)))
    if seen.growth <= STEEP:
        return seen
    best = (min(_seconds(reader.read, each) for _ in range(TAKES)) for each in (half, whole))
    return _seen(pattern, *best)


def _seen(pattern: str, half: float, whole: float) -> Seen:
    return Seen(pattern, whole, whole / half if half > NOISE else 0.0)


def _seconds(read: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    with suppress(ValueError):
        read(text)
    return time.thread_time() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
