"""The pages for operators: each alarm and each parameter that they name is there, and each command
is one that the AWS CLI and make know."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from outrider.kit.observability.metrics import Metric
from tests.curls import curls
from tests.shell import OPERATORS_PAGES, Command, commands
from tools import templates
from tools.templates import REPOSITORY

DEPLOY, ALARMS = REPOSITORY / "docs" / "deploy.md", REPOSITORY / "docs" / "alarms.md"
COMMANDS = [
    pytest.param(command, id=f"{page.stem}-{command.text[:40]}")
    for page in OPERATORS_PAGES
    for command in commands(page)
]
RUN = {"aws", "curl", "jq", "make", "admin()", "until"}
"""What tests/e2e/test_operators_pages.py runs."""
PARTS = ("- **Means**: ", "- **Look**: ", "- **Do**: ")


def alarms() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((REPOSITORY / "infra").glob("*.yaml")):
        template = templates.load(f"infra/{path.name}")
        found |= templates.resources(template, "AWS::CloudWatch::Alarm")
    return found


def url(alarm: str) -> str:
    """The parameter with the address of the API, which has these pages too."""
    return "${Url}" if alarm == "CanaryAlarm" else "${DocsUrl}"


class TestAlarms:
    def test_have_a_section_each(self) -> None:
        sections = re.findall(r"(?m)^### (\w+)$", ALARMS.read_text(encoding="utf-8"))

        assert sorted(sections) == sorted(alarms())

    def test_link_to_their_sections(self) -> None:
        links = {
            name: alarm["Properties"]["AlarmDescription"]["Fn::Sub"].rpartition(". ")[2]
            for name, alarm in alarms().items()
        }

        assert links == {name: f"{url(name)}/docs/alarms#{name.lower()}" for name in links}

    def test_are_told_by_meaning_first_look_and_mend(self) -> None:
        _, *sections = re.split(r"(?m)^### ", ALARMS.read_text(encoding="utf-8"))

        for section in sections:
            starts = tuple(re.findall(r"(?m)^- \*\*\w+\*\*: ", section))
            assert starts == PARTS, section.partition("\n")[0]


def widgets() -> list[dict[str, Any]]:
    """The widgets of the dashboard, with the names of parameters in place of their values."""
    resource = templates.load("infra/dashboard.yaml")["Resources"]["Dashboard"]
    body = resource["Properties"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(re.sub(r"\$\{([\w:]+)\}", r"\1", body))["widgets"]
    return found


def metrics() -> list[list[Any]]:
    return [metric for each in widgets() for metric in each["properties"].get("metrics", [])]


class TestDashboard:
    def test_shows_every_queue_twice(self) -> None:
        messaging = templates.load("infra/messaging.yaml")
        queues = templates.resources(messaging, "AWS::SQS::Queue")
        named = [part for metric in metrics() for part in metric if str(part) in queues]

        main = [name for name in queues if not name.endswith("DeadLetters")]
        assert sorted(named) == sorted(main * 2)

    def test_shows_metrics_that_there_are(self) -> None:
        own = {metric[1] for metric in metrics() if metric[0] == "Outrider"}

        assert own <= {*get_args(Metric), "OldestDueStep", "MeteringFailures"}
        assert len(own) >= 7

    def test_has_widgets_beside_one_another(self) -> None:
        taken = [
            (column, row)
            for each in widgets()
            for column in range(each["x"], each["x"] + each["width"])
            for row in range(each["y"], each["y"] + each["height"])
        ]

        assert len(taken) == len(set(taken))
        assert max(column for column, _ in taken) < 24


class TestGuidedDeployment:
    def test_asks_nothing_about_the_routes(self) -> None:
        """`sam deploy --guided` asks for every route of an API without `Auth` whether that is
        meant, and gives up at the first "no", its default."""
        assert templates.main()["Resources"]["Api"]["Properties"]["Auth"]

    def test_can_answer_what_is_not_shown(self) -> None:
        """It asks again and again for a hidden parameter until the answer is not empty."""
        hidden = [each for each in templates.main()["Parameters"].values() if each.get("NoEcho")]

        assert hidden
        assert all(each["Default"] for each in hidden)


class TestSending:
    def test_names_the_records_that_it_makes_where_it_has_the_zone(self) -> None:
        template = templates.load("infra/sending.yaml")
        made = template["Resources"]["Records"]["Properties"]["RecordSets"]
        outputs = [
            output["Value"]["Fn::Sub"].split(" ")[1] for output in template["Outputs"].values()
        ]

        assert [record["Type"] for record in made] == outputs[:-1]
        assert outputs[-1] == "TXT", "DMARC, which is only proposed"


class TestParameters:
    def test_of_the_file_are_those_of_the_template(self) -> None:
        block = re.search(r"```toml\n(.*?)```", DEPLOY.read_text(encoding="utf-8"), re.DOTALL)
        assert block
        file = tomllib.loads(block[1])["default"]["deploy"]["parameters"]
        given = [each.split("=", 1)[0] for each in file["parameter_overrides"]]

        named = set(re.findall(r"`[\"']?([A-Z]\w+)=", DEPLOY.read_text(encoding="utf-8")))
        assert {*given, *named} <= templates.main()["Parameters"].keys()

    def test_are_optional(self) -> None:
        without = [
            name for name, each in templates.main()["Parameters"].items() if "Default" not in each
        ]

        assert without == []

    def test_of_parts_that_are_off_leave_them_out(self) -> None:
        parts = templates.resources(templates.main(), "AWS::Serverless::Application")
        optional = {name for name, part in parts.items() if "Condition" in part}

        assert optional == {"Dashboards", "Canary", "Budget", "Domain", "Sending"}


@pytest.mark.parametrize("command", COMMANDS)
class TestCommands:
    def test_are_run_or_say_why_not(self, command: Command) -> None:
        assert command.mark or command.program in RUN

    def test_are_known_to_their_program(self, command: Command) -> None:
        if command.program == "aws":
            command.aws({})
        elif command.program == "make":
            makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
            assert f"\n{command.text.split()[1]}:" in makefile
        else:
            assert command.program in RUN


def test_commands_of_the_night_are_those_that_deploy() -> None:
    """tests/e2e/test_deploying.py runs them as docs/deploy.md has them, and none of other pages."""
    run = {command.text for command in commands(DEPLOY) if command.nightly}

    marked = [each for page in OPERATORS_PAGES for each in commands(page) if each.nightly]
    assert len(run) == 2
    assert {command.text for command in marked} == run


def test_pages_with_commands_are_followed_on_the_local_stack() -> None:
    test = (REPOSITORY / "tests" / "e2e" / "test_operators_pages.py").read_text(encoding="utf-8")
    followed = set(re.findall(r"\.follow\(\"(\w+)\"", test))

    shown = {
        page.stem for page in OPERATORS_PAGES if any(not command.mark for command in commands(page))
    }
    assert shown == followed


def test_pages_of_operators_show_every_command_in_a_block_of_its_own() -> None:
    """A block of another form would be run by no test."""
    for page in OPERATORS_PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"(?ms)^ *```(\w*)\n.*?```$", text)
        assert set(blocks) <= {"sh", "toml", "json"}, page.name


WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
class TestWorkflows:
    def steps(self, path: Path) -> list[dict[str, Any]]:
        jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
        return [step for job in jobs.values() for step in job["steps"]]

    def test_call_targets_of_make_that_there_are(self, path: Path) -> None:
        makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
        called = [step["run"].split() for step in self.steps(path) if "run" in step]

        assert called
        for program, target, *_ in called:
            assert (program, f"\n{target}:" in makefile) == ("make", True)

    def test_pin_actions_by_commit_and_name_the_version(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        uses = [step["uses"] for step in self.steps(path) if "uses" in step]

        pinned = re.findall(
            r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$", text, re.MULTILINE
        )
        assert pinned == uses

    def test_have_no_key_and_no_more_rights_than_they_need(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        rights = yaml.safe_load(text)["permissions"]
        deploys = path.stem == "deploy"

        assert "secrets." not in text
        assert "AWS_SECRET_ACCESS_KEY" not in text
        assert rights == {"contents": "read"} | ({"id-token": "write"} if deploys else {})


def test_the_list_of_what_is_deployed_has_every_package_of_the_layers() -> None:
    """As `make sbom` writes it, without network."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(
        r"(?m)^\t\$\(UV\) (export .+ \\\n.+) --output-file sbom\.json$", makefile
    )
    uv = REPOSITORY / ".venv" / "bin" / "uv"
    words = recipe.replace("\\\n", " ").split()
    written = subprocess.run(
        [uv, *words, "--offline"], cwd=REPOSITORY, capture_output=True, check=True, text=True
    )

    listed = {(each["name"], each["version"]) for each in json.loads(written.stdout)["components"]}
    layers = REPOSITORY / "layers"
    files = [layers / "dependencies" / "requirements.txt", *(layers / "agents").glob("*.txt")]
    pinned = {
        pin
        for file in files
        for pin in re.findall(r"(?m)^([\w.-]+)==([^ ;]+)", file.read_text(encoding="utf-8"))
    }
    assert pinned
    assert pinned - listed == set()


def test_the_role_of_ci_is_for_one_environment_of_one_repository() -> None:
    template = templates.load("docs/examples/github-deploy/template.yaml")
    role = template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    (condition,) = (statement["Condition"]["StringEquals"] for statement in role)

    assert condition == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": {
            "Fn::Sub": "repo:${Repository}:environment:${Environment}"
        },
    }


@pytest.mark.parametrize("name", ["upgrades", "backups", "alarms", "operations"])
def test_pages_deploy_a_stack_in_use_by_its_file(name: str) -> None:
    """Questions propose the defaults of all parameters, also of those of a restore."""
    text = (REPOSITORY / "docs" / f"{name}.md").read_text(encoding="utf-8")

    assert re.findall(r"make deploy(?! CONFIG=).*", text) == []


def test_pages_show_every_call_in_a_form_that_is_tried() -> None:
    for page in OPERATORS_PAGES:
        shown = [
            command for command in commands(page) if command.program == "curl" and not command.mark
        ]
        assert len(shown) == len(curls(page))
