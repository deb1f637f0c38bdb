"""The commands of docs/deploy.md that deploy, as somebody enters them: guided, then by the file of
the page, into an empty account of the emulator. They take minutes:
`make test ARGS="-m slow tests/e2e/test_deploying.py"`.

What is built is for Lambda's processors, so no function is called here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator
from tests.e2e.operators import PAGES, entered
from tests.e2e.running import an_emulator
from tests.shell import Command, commands
from tools import templates

PAGE = PAGES["deploy"].read_text(encoding="utf-8")
GUIDED, BY_FILE = (each for each in commands(PAGES["deploy"]) if each.nightly)
NAME = "outrider"
_SECONDS = 900

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploying")]


class Account:
    """An account of the emulator, and somebody who deploys into it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def deploy(self, command: Command, answers: str = "", file: Path | None = None) -> str:
        """Return what a command of the page printed. It must succeed."""
        words = command.make({})
        words = [f"CONFIG={file}" if each.startswith("CONFIG=") else each for each in words]
        done = entered(words, self.emulator.url, answers=answers, seconds=_SECONDS)
        assert done.returncode == 0, (self._failures(), done.stderr[-500:])
        return done.stdout

    def _failures(self) -> list[str]:
        formation = self.emulator.client("cloudformation")
        return [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
            for stack in formation.describe_stacks()["Stacks"]
            for event in formation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
            if event["ResourceStatus"].endswith("FAILED")
        ]

    def described(self) -> dict[str, Any]:
        formation = self.emulator.client("cloudformation")
        found: dict[str, Any] = formation.describe_stacks(StackName=NAME)["Stacks"][0]
        return found

    def parameters(self) -> dict[str, str]:
        given = self.described()["Parameters"]
        return {each["ParameterKey"]: each["ParameterValue"] for each in given}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with an_emulator(tmp_path_factory.mktemp("account")) as emulator:
        yield Account(emulator)


def answers() -> str:
    """What the page says: mostly the return key."""
    parameters = templates.main()["Parameters"].values()
    name_and_region, confirm_roles_rollback = ["", ""], ["", "", ""]
    given = ["off" if each.get("NoEcho") else "" for each in parameters]
    return "\n".join([*name_and_region, *given, *confirm_roles_rollback, "n", "y", ""])


class TestDeploying:
    def test_by_questions_needs_three_answers(self, account: Account) -> None:
        printed = account.deploy(GUIDED, answers())

        assert "Deploy this changeset?" in printed
        assert account.described()["StackStatus"] == "CREATE_COMPLETE"
        defaults = {
            name: "****" if each.get("NoEcho") else str(each["Default"])
            for name, each in templates.main()["Parameters"].items()
        }
        assert account.parameters() == defaults

    def test_by_a_file_changes_what_it_says(self, account: Account, tmp_path: Path) -> None:
        """But for the domain: the emulator's identities have no records of DKIM to show."""
        found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
        assert found
        file = tmp_path / "outrider.toml"
        text = re.sub(r'region = ".*"', 'region = "us-east-1"', found[1])
        text, left_out = re.subn(r' *"SendingDomain=.*\n', "", text)
        assert left_out
        file.write_text(text, encoding="utf-8")

        account.deploy(BY_FILE, file=file)

        assert account.described()["StackStatus"] == "UPDATE_COMPLETE"
        assert account.parameters()["AlarmEmail"] == "ops@example.com"
