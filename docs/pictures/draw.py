"""Draw a recorded terminal as a picture: `python docs/pictures/draw.py`.

Reads demo.txt, what `make demo` printed, and writes demo.svg beside it: no script, no font and no
image from elsewhere, readable on light and dark pages. To record anew, with a stack running:
`COLUMNS=96 make demo > docs/pictures/demo.txt`.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent
_LINE, _CHARACTER, _MARGIN = 17, 8.1, 20
_STYLE = """
.page { fill: #f6f8fa; stroke: #d0d7de; }
text { font: 13.5px ui-monospace, Menlo, Consolas, monospace; }
.plain { fill: #1f2328; } .good { fill: #1a7f37; } .title { fill: #0550ae; font-weight: 600; }
.bar { fill: #8250df; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; stroke: #30363d; }
  .plain { fill: #e6edf3; } .good { fill: #3fb950; }
  .title { fill: #79c0ff; } .bar { fill: #d2a8ff; }
}"""


def drawn(recorded: str) -> str:
    """Return the SVG of a terminal with the recorded lines."""
    lines = ["$ make demo", *recorded.rstrip().splitlines()]
    width = round(max(len(line) for line in lines) * _CHARACTER) + 2 * _MARGIN
    height = len(lines) * _LINE + 2 * _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img">',
            "<title>make demo: a campaign from its import to its statistics</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="page" width="{width}" height="{height}" rx="8"/>',
            *_texts(lines),
            "</svg>\n",
        ]
    )


def _texts(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            top, length = _MARGIN + number * _LINE - 4, round(len(line) * _CHARACTER, 1)
            yield (  # of one length whatever the font, so that columns stay below each other
                f'<text class="{_kind(line)}" x="{_MARGIN}" y="{top}" textLength="{length}"'
                f' xml:space="preserve">{escape(line, quote=False)}</text>'
            )


def _kind(line: str) -> str:
    if line.startswith(("$", "GET")) or line.lstrip().startswith(("Campaign", "Its first step")):
        return "title"
    if "━" in line and "/" in line:
        return "bar"
    return "good" if line.startswith("│") else "plain"


if __name__ == "__main__":
    recorded = (FOLDER / "demo.txt").read_text(encoding="utf-8")
    (FOLDER / "demo.svg").write_text(drawn(recorded), encoding="utf-8")
