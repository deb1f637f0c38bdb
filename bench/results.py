"""Results page: one section for each benchmark, replaced at each run."""

import platform
import re
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = """\
# Results

Made by the commands named here, each in one run. Machines are shared and noisy: the ratios between
rows of one table count, not the milliseconds.
"""


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, with columns padded for reading as plain text."""
    cells = [list(header), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def keep(title: str, command: str, text: str) -> None:
    """Print a section, and replace the one with this title in RESULTS.md."""
    machine = f"Python {platform.python_version()}, {platform.machine()}"
    section = f"## {title}\n\n```sh\n{command}\n```\n\n{machine}.\n\n{text.strip()}\n"
    print(section)
    page = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else _HEAD
    others = re.split(r"(?m)^(?=## )", page)
    kept = [part.strip() for part in others if not part.startswith(f"## {title}\n")]
    RESULTS.write_text("\n\n".join([*kept, section.strip()]) + "\n", encoding="utf-8")
