"""MiniStack, the AWS emulator: its environment, start and stop.

IAM is enforced (AUTH), so a function can do only what its role allows. Persistence is in keeper.py,
which runs in the emulator's process.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local import generations, processes
from local.errors import LocalStackError
from local.home import REPOSITORY, Home
from local.progress import Tell
from local.status import Report, Status
from local.tools import MINISTACK

REGION = "us-east-1"
_START_SECONDS = 60.0
_LOADED_BYTES_PER_SECOND = 1_000_000
"""Lower bound for a busy machine; an idle one is several times as fast."""
_STALL_SECONDS = 180.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Emulator:
    """Emulator of one home, on one port."""

    home: Home
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return processes.running(self.home.pid("emulator")) is not None

    @property
    def data_of(self) -> datetime | None:
        """Time of the saved state that the next start loads, or None."""
        last = generations.newest(self.home.state)
        return None if last is None else datetime.fromtimestamp(last.stat().st_mtime).astimezone()

    @property
    def crashed(self) -> bool:
        """Whether it ended without saving its data."""
        return not self.running and self._report.state not in ("", "stopped")

    def start(self) -> None:
        """Start it, and wait until it is ready. Raises LocalStackError."""
        remedy = "stop that program, or `make reset` to choose another port (forgets all data)"
        processes.require_free(self.port, remedy)
        self._discard_scratch()
        self.home.scratch.mkdir(parents=True)
        self.home.state.mkdir(parents=True, exist_ok=True)
        self.home.status.unlink(missing_ok=True)
        last = generations.newest(self.home.state)
        patience = _START_SECONDS
        if last is not None:
            generations.link(last / "s3", self._objects)
            patience += generations.size(last) / _LOADED_BYTES_PER_SECOND
        log = self.home.log("emulator")
        processes.start(
            [
                *(str(MINISTACK.python), "-m", "local.keeper"),
                *(str(self.home.state), str(self.home.status)),
            ],
            pid_file=self.home.pid("emulator"),
            log=log,
            env=self._environment(),
            cwd=REPOSITORY,
        )
        if not processes.wait_until(lambda: self._ready or not self.running, seconds=patience):
            raise LocalStackError(f"the emulator does not answer; details in {log}")
        if not self.running:
            raise LocalStackError(f"the emulator ended at once; details in {log}")

    def save(self, tell: Tell) -> None:
        """Save a snapshot of its data while it keeps running.

        Raises:
            LocalStackError: it could not be saved; the previous snapshot is kept.
        """
        self._request(signal.SIGUSR1, tell, lambda state: state == "saved")

    def stop(self, tell: Tell) -> None:
        """Let running functions end, save the data, and stop. It waits as long as there is
        progress.

        Raises:
            LocalStackError: the data could not be saved; the emulator still runs and has it.
        """
        loaded = self._report.state != ""
        self._request(signal.SIGTERM, tell, lambda _: not self.running)
        if loaded and self._report.state != "stopped":
            raise LocalStackError(f"the emulator ended without saving; {self._kept_data}")
        self._discard_scratch()

    def kill(self) -> None:
        """Kill it without saving."""
        processes.kill(self.home.pid("emulator"))
        self.home.status.unlink(missing_ok=True)
        self._discard_scratch()

    def _request(self, asked: signal.Signals, tell: Tell, ended: Callable[[str], bool]) -> None:
        """Send a signal, and wait as long as there is progress. `ended` is called with the state
        reported since then, empty if none was. Raises LocalStackError if it fails or makes no
        progress."""
        last = before = self._report
        since = time.monotonic()
        processes.ask(self.home.pid("emulator"), asked)

        def state() -> str:
            report = self._report
            return report.state if report != before else ""

        while not ended(state()):
            report = self._report
            if report != before and report.state == "failed":
                raise LocalStackError(
                    f"the data is {report.detail}; the emulator still runs and has it: make room "
                    "and try again, or `make reset` to forget all data"
                )
            if not self.running and not ended(state()):
                raise LocalStackError(f"the emulator ended without saving; {self._kept_data}")
            if report != last:
                last, since = report, time.monotonic()
                tell(report.detail)
            elif time.monotonic() - since > _STALL_SECONDS:
                raise LocalStackError(
                    f"the emulator makes no progress with saving; {self._kept_data}. Try again, or "
                    "`make reset` to forget all data"
                )
            time.sleep(_POLL_SECONDS)

    @property
    def _report(self) -> Report:
        return Status(self.home.status).read()

    @property
    def _ready(self) -> bool:
        return self._report.state == "running" and self.healthy

    @property
    def _kept_data(self) -> str:
        of = self.data_of
        kept = "no data was saved before" if of is None else f"the data of {of:%d %b %H:%M} is kept"
        return f"{kept}, details in {self.home.log('emulator')}"

    @property
    def _objects(self) -> Path:
        """Folder with the bodies of S3 objects of this run."""
        return self.home.scratch / "s3"

    def _discard_scratch(self) -> None:
        """Delete what the functions' processes unpacked, in the background because these are many
        files."""
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
        """Delete every resource, as after a start without saved state."""
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
        """Return a boto3 client of the emulator's root account."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            config=Config(proxies={}, retries={"total_max_attempts": 2}, read_timeout=120),
        )

    def _environment(self) -> dict[str, str]:
        """Return only the variables that it needs, because functions inherit them."""
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
            "STATE_DIR": str(generations.newest(self.home.state) or self.home.state / "none"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._objects),
            "TMPDIR": str(self.home.scratch),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
