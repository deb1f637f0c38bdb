"""MiniStack, the AWS emulator: its environment, its start and its stop.

IAM is enforced (AUTH), so a function may do here only what its role allows. State is written at a
clean stop and read at the next start.
"""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local import processes
from local.errors import LocalStackError
from local.home import REPOSITORY, Home
from local.tools import MINISTACK

REGION = "us-east-1"
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Emulator:
    """The emulator of one home, on one port."""

    home: Home
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return processes.running(self.home.pid("emulator")) is not None

    def start(self) -> None:
        """Start it and wait until it answers."""
        remedy = "stop that program, or `make reset` to choose another port (forgets all data)"
        processes.require_free(self.port, remedy)
        self._discard_scratch()
        self.home.scratch.mkdir(parents=True)
        self.home.state.mkdir(parents=True, exist_ok=True)
        _rewind_streams(self.home)
        log = self.home.log("emulator")
        processes.start(
            [str(MINISTACK.python), "-m", "ministack"],
            pid_file=self.home.pid("emulator"),
            log=log,
            env=self._environment(),
            cwd=REPOSITORY,
        )
        if not processes.wait_until(
            lambda: self.healthy or not self.running, seconds=_START_SECONDS
        ):
            raise LocalStackError(f"the emulator does not answer; details in {log}")
        if not self.running:
            raise LocalStackError(f"the emulator ended at once; details in {log}")

    def stop(self) -> None:
        processes.stop(self.home.pid("emulator"), grace=_STOP_SECONDS)
        self._discard_scratch()

    def _discard_scratch(self) -> None:
        """Delete what the functions' processes unpacked; they are many files, so nobody waits."""
        discarded = self.home.root / f"discarded-{time.time_ns()}"
        if self.home.scratch.exists():
            self.home.scratch.rename(discarded)
        subprocess.run(
            ["/bin/sh", "-c", 'rm -rf "$@" &', "sh", *self.home.root.glob("discarded-*")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )

    def forget(self) -> None:
        """Drop every resource, as after a start with no saved state."""
        request = urllib.request.Request(f"{self.url}/_ministack/reset", method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310
            pass

    @property
    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator's root account."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            config=Config(proxies={}, retries={"total_max_attempts": 2}, read_timeout=120),
        )

    def _environment(self) -> dict[str, str]:
        """Only what it needs: the functions it runs inherit this environment."""
        inherited = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
        }
        return inherited | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "LAMBDA_EXECUTOR": "local",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.home.state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.home.state / "s3"),
            "TMPDIR": str(self.home.scratch),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _rewind_streams(home: Home) -> None:
    """Let every stream mapping read from the first record of the new run.

    MiniStack 1.5.33 saves how many records of a stream each mapping has read, but not the records:
    without this it would pass over as many new ones.
    """
    saved = home.state / "lambda.json"
    if not saved.exists():
        return
    state = json.loads(saved.read_text())
    positions = state["payload"].get("dynamodb_stream_positions", {}).get("data", {})
    if any(positions.values()):
        positions.update(dict.fromkeys(positions, 0))
        draft = saved.with_suffix(".draft")
        draft.write_text(json.dumps(state))
        draft.replace(saved)
