"""Command line of the local stack: `python -m local run | up | down | reset | install`."""

import signal
import sys
import time
from typing import Any

from local import tools
from local.errors import LocalStackError
from local.progress import say
from local.stack import Stack

_USAGE = "usage: python -m local run | up | down | reset | install"


def main() -> int:
    """Run one command; report an error as one line on stderr with exit status 1."""
    actions = {
        "run": _run,
        "up": _up,
        "down": Stack.down,
        "reset": Stack.reset,
        "install": _install,
    }
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(_USAGE, file=sys.stderr)
        return 2
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    try:
        actions[sys.argv[1]](Stack.from_environment())
    except LocalStackError as error:
        print(f"outrider: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\noutrider: interrupted", file=sys.stderr)
        return 130
    return 0


def _install(stack: Stack) -> None:
    for tool in tools.ALL:
        tool.install(stack.home)


def _up(stack: Stack) -> None:
    say(_welcome(_bring_up(stack)))
    say("\nRunning in the background; `make down` stops it.")


def _run(stack: Stack) -> None:
    say(_welcome(_bring_up(stack)))
    say("\nCtrl-C stops it and keeps the data.")
    try:
        while stack.running:
            time.sleep(1)
    except KeyboardInterrupt:
        say("")
        stack.down()
        return
    stack.down()
    raise LocalStackError(f"a server of the stack ended; details in {stack.home.root / 'logs'}")


def _bring_up(stack: Stack) -> dict[str, Any]:
    """Start the stack; if that fails or is interrupted, stop what was started."""
    was_running = stack.running
    try:
        return stack.up()
    except BaseException:
        if not was_running:
            stack.down()
        raise


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _welcome(local: dict[str, Any]) -> str:
    key, base = local["live_key"], local["base_url"]
    return f"""
Outrider is running.

  API        {base}
  Docs       {local["docs_url"]}
  Inbox      {local["inbox_url"]}
  Live key   {key}
  Test key   {local["test_key"]}

Try:

  curl {base}/v1/contacts -H 'Authorization: Bearer {key}' \\
       -H 'Content-Type: application/json' -d '{{"email": "ada@example.com"}}'
  curl {base}/v1/contacts -H 'Authorization: Bearer {key}'
  curl {base}/v1/events -H 'Authorization: Bearer {key}'"""


if __name__ == "__main__":
    sys.exit(main())
