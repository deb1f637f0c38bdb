"""Clients generated from the OpenAPI document: without a warning, with the defaults of each
generator, and good for a first outreach. Linters find nothing in it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from local.home import Home
from local.tools import OPENAPI_PYTHON_CLIENT
from tests.clients.serving import called_by
from tests.harness.api import Api
from tests.integration.outreach import a_mailbox
from tests.nodejs import NODE, modules
from tools.openapi import SITE

FOLDER = Path(__file__).parent
DOCUMENT = SITE / "openapi.json"
MARKS = ("warn", "unable", "unsupported", "cannot")
COMPILED = ("--strict", "--target", "es2022", "--module", "commonjs", "--outDir", "out")


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a tool and return what it printed. Raises AssertionError when it fails."""
    tools = [str(NODE.parent), str(OPENAPI_PYTHON_CLIENT.bin), os.environ["PATH"]]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join(tools), "REDOCLY_TELEMETRY": "off"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def npm(folder: Path, program: str, *arguments: str | Path) -> str:
    """Run a program of the packages in package.json."""
    return run([NODE, folder / "node_modules" / ".bin" / program, *arguments], folder)


def with_openapi_typescript(folder: Path) -> tuple[str, list[str | Path]]:
    """Generate the types, and compile a client of openapi-fetch over them."""
    said = npm(folder, "openapi-typescript", DOCUMENT, "--output", "api.ts")
    return said, compiled(folder, "openapi_fetch.ts")


def with_hey_api(folder: Path) -> tuple[str, list[str | Path]]:
    """Generate the client and compile its caller."""
    said = npm(folder, "openapi-ts", "--input", DOCUMENT, "--output", "client", "--no-log-file")
    return said, compiled(folder, "hey_api.ts")


def with_openapi_python_client(folder: Path) -> tuple[str, list[str | Path]]:
    """Generate the package beside its caller."""
    home = Home.from_environment()
    home.make()
    OPENAPI_PYTHON_CLIENT.install(home)
    generate = OPENAPI_PYTHON_CLIENT.bin / "openapi-python-client"
    said = run([generate, "generate", "--path", DOCUMENT, "--meta", "none"], folder)
    program = "openapi_python_client.py"
    shutil.copyfile(FOLDER / program, folder / "first_outreach.py")
    return said, [OPENAPI_PYTHON_CLIENT.python, "first_outreach.py"]


def compiled(folder: Path, program: str) -> list[str | Path]:
    """Compile a program as strictly as TypeScript can, and return how to run it."""
    shutil.copyfile(FOLDER / program, folder / program)
    npm(folder, "tsc", program, *COMPILED)
    return [NODE, Path("out") / program.replace(".ts", ".js")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project with the packages of package.json."""
    (tmp_path / "node_modules").symlink_to(modules(FOLDER))
    return tmp_path


@pytest.mark.parametrize(
    "generate", [with_openapi_typescript, with_hey_api, with_openapi_python_client]
)
def test_generated_client_launches_a_first_outreach(
    generate: Callable[[Path], tuple[str, list[str | Path]]], folder: Path, api: Api
) -> None:
    a_mailbox(api)

    said, command = generate(folder)
    printed = called_by(command, api, folder)

    assert [mark for mark in MARKS if mark in said.lower()] == [], said
    assert json.loads(printed) == {
        "timezone": "Europe/Berlin",
        "daily_limit": 20,
        "total": 1,
        "missing": "RESOURCE_NOT_FOUND",
    }


def test_redocly_finds_nothing(folder: Path) -> None:
    said = npm(folder, "redocly", "lint", DOCUMENT, "--config", FOLDER / "redocly.yaml")

    assert "Your API description is valid" in said
    assert "warning" not in said, said


def test_spectral_finds_nothing(folder: Path) -> None:
    ruleset = ("--ruleset", str(FOLDER / "spectral.yaml"), "--fail-severity", "hint")

    assert "No results" in npm(folder, "spectral", "lint", DOCUMENT, *ruleset)
