"""`make chaos`: kill workers of a local stack while mails go out, then check the end state.

    python -m tests.chaos [--contacts 500] [--kills 160] [--seed N] [--patience MINUTES]

Runs a stack of its own. Two campaigns have so many contacts each. Ends with exit status 1 when
anything is wrong; the seed that is printed makes the same choices again, though the machine decides
what the workers are doing then. Whoever was in the middle of a mail when it was killed leaves a
step that comes up 20 minutes later, so a trial takes half an hour at least.
"""

import argparse
import logging
import random
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from local.receiver import WebhookReceiver, listening
from tests.chaos.end_state import wrong
from tests.chaos.killing import Killer
from tests.chaos.trial import CAMPAIGNS, STEPS, Recipients, Trial
from tests.e2e.running import LocalStack, free_port
from tests.engine.invariants import wrong_at_rest
from tests.mailservers import mail_server

_LONGEST_WAIT = 30.0
"""Seconds from one kill to the next, where mails are late. A worker that is killed while it hands
over a mail keeps the workspace's others waiting for a minute."""
_SLOW_SERVER = 0.2
"""Seconds that a mail server takes to accept a mail, so that workers die there too."""


def main(arguments: list[str]) -> int:
    asked = _parsed(arguments)
    say(f"seed {asked.seed}, {asked.contacts} contacts each, {asked.kills} kills")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack is stopped then too
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    receiver = WebhookReceiver()
    with (
        tempfile.TemporaryDirectory(prefix="outrider-chaos-") as home,
        listening(receiver) as url,
        mail_server(delays={"END": _SLOW_SERVER}) as server,
    ):
        stack = LocalStack(Path(home), free_port())
        try:
            stack.up()
            trial = Trial(stack, server, receiver, asked.contacts, random.Random(asked.seed))
            found = _tried(trial, url, asked)
        finally:
            stack.down()
    for each in found:
        print(f"wrong: {each}")
    say("all is as it must be" if not found else f"{len(found)} things are wrong")
    return 1 if found else 0


def _tried(trial: Trial, url: str, asked: argparse.Namespace) -> list[str]:
    """What is wrong at the end."""

    trial.prepare(url)
    killer = Killer(trial.stack, random.Random(asked.seed + 1))
    share = len(CAMPAIGNS) * STEPS * asked.contacts / asked.kills
    with Recipients(trial.stack, trial.server, random.Random(asked.seed + 2)) as recipients:
        trial.launch()
        for number in range(asked.kills):
            if number == asked.kills // 2:
                say(f"stopping and starting: {trial.describe()}")
                trial.stack.down()
                trial.stack.up()
            trial.wait_for_mails(int(number * share), _LONGEST_WAIT)
            killer.kill()
        say(f"killed {dict(killer.killed.most_common())}: {trial.describe()}")
        rested = trial.rest(asked.patience * 60)
    end = trial.end_state(recipients.left)
    say(f"{trial.describe()}, unsubscribed {len(end.left)}, dead letters {trial.dead_letters()}")
    unfinished = [] if rested else [f"no rest after {asked.patience} minutes"]
    return [*unfinished, *wrong(end), *wrong_at_rest(trial.books())]


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--contacts", type=int, default=500, help="of each campaign")
    parser.add_argument("--kills", type=int, default=160)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--patience", type=int, default=90, help="minutes until all is at rest")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
