"""`make permissions`, which writes docs/permissions.md.

    OUTRIDER_PERMISSIONS=FOLDER pytest --ignore tests/e2e   # each process writes what it saw
    python -m tools.permissions FOLDER                      # the page, from that alone
    python -m tools.permissions --add FOLDER                # from that and what the page shows
    python -m tools.permissions                             # from what the page shows

It writes no page while a role allows something that neither was seen nor is done by AWS itself.
"""

import argparse
import sys
from pathlib import Path

from tools import permissions
from tools.permissions import page


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.permissions")
    parser.add_argument("folder", nargs="?", type=Path, help="what the tests wrote")
    parser.add_argument("--add", action="store_true", help="to what the page shows")
    given = parser.parse_args(arguments)
    seen = permissions.read(given.folder) if given.folder else set()
    if given.add or not given.folder:
        seen |= page.seen()
    if missing := permissions.unneeded(seen):
        print("A role allows this, and no test needs it:")
        print("\n".join(" ".join(each) for each in missing))
        return 1
    page.PAGE.write_text(page.render(seen), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
