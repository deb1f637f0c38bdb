"""Build and deployment of the product on the emulator, with the SAM commands of a real account."""

import hashlib
import shutil
import sys
from pathlib import Path

from local import commands
from local.emulator import REGION, Emulator
from local.home import REPOSITORY, Home
from local.processed import STACK
from local.tools import MINISTACK, SAM, UV

_SOURCES = ("template.yaml", "infra", "statemachines", "functions", "layers")
_MAKERS = ("product.py", "processed.py", "repairs.py")
_POLL_SECONDS = "0.5"


def fingerprint(parameters: dict[str, str]) -> str:
    """Return a hash of everything that a deployment depends on: sources, deployment code, tools,
    parameters."""
    digest = hashlib.sha256(repr((sys.version, sorted(parameters.items()))).encode())
    here = Path(__file__).parent
    makers = [here / name for name in _MAKERS] + [SAM.requirements, MINISTACK.requirements]
    for path in [*makers, *_source_files()]:
        digest.update(f"{path.relative_to(REPOSITORY)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(home: Home) -> None:
    """Run `sam build` into the home, with layers for this machine instead of Lambda's."""
    _remove_bytecode()
    log = home.log("build")
    log.unlink(missing_ok=True)
    command: list[str | Path] = [
        *(SAM.bin / "sam", "build", "--config-env", "local"),
        *("--template", REPOSITORY / "template.yaml", "--build-dir", home.build),
        *("--cached", "--cache-dir", home.build_cache),
    ]
    env = _tool_environment(home) | {
        "OUTRIDER_LAYER": "local",
        "OUTRIDER_LAYER_PYTHON": str(MINISTACK.python),
    }
    env["PATH"] = f"{UV.parent}:{env['PATH']}"
    commands.run("sam build", command, log=log, env=env)


def deploy(home: Home, emulator: Emulator, parameters: dict[str, str]) -> None:
    """Run `sam deploy` on the emulator."""
    log = home.log("deploy")
    log.unlink(missing_ok=True)
    command: list[str | Path] = [
        *(SAM.bin / "sam", "deploy", "--config-env", "local"),
        *("--template-file", home.build / "template.yaml", "--stack-name", STACK),
        *("--region", REGION, "--resolve-s3", "--no-confirm-changeset"),
        *("--no-fail-on-empty-changeset", "--no-progressbar"),
        *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())),
    ]
    account = {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home.root / "no-aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home.root / "no-aws-credentials"),
    }
    commands.run("sam deploy", command, log=log, env=_tool_environment(home) | account)


def _tool_environment(home: Home) -> dict[str, str]:
    return commands.environment(
        SAM_CLI_TELEMETRY="0",
        SAM_CLI_POLL_DELAY=_POLL_SECONDS,
        __SAM_CLI_APP_DIR=str(home.root / "sam"),
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def _source_files() -> list[Path]:
    found: list[Path] = []
    for name in _SOURCES:
        source = REPOSITORY / name
        candidates = [source] if source.is_file() else source.rglob("*")
        found.extend(p for p in candidates if p.is_file() and "__pycache__" not in p.parts)
    return sorted(found)


def _remove_bytecode() -> None:
    """Delete bytecode that tests left in the functions' folders, which SAM would package."""
    for cache in (REPOSITORY / "functions").rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
