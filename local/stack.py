"""Start and stop of the local stack."""

import os
import shutil
import sys
import zlib
from dataclasses import dataclass
from typing import Any

from local import processes, product, repairs, resume, seed
from local.emulator import Emulator
from local.errors import LocalStackError
from local.home import REPOSITORY, Home, gateway_port, read_json, write_json
from local.processed import Deployed
from local.progress import say, stage
from local.tools import MINISTACK, SAM

_EMULATOR_PORT = 4566
_PORTS_PER_HOME = 100


@dataclass(frozen=True, slots=True)
class Stack:
    """One local stack: a home, an emulator and a gateway."""

    home: Home
    port: int
    emulator: Emulator

    @classmethod
    def from_environment(cls) -> "Stack":
        home = Home.from_environment()
        home.make()
        return cls(home, gateway_port(), Emulator(home, _emulator_port(home)))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self.emulator.running and self._gateway_running

    def up(self) -> dict[str, Any]:
        """Start what is not running, deploy what changed, and return the content of local.json."""
        if not self._gateway_running:
            processes.require_free(self.port, "set OUTRIDER_PORT to another one")
        for tool in (SAM, MINISTACK):
            tool.install(self.home)
        ownership = os.environ.get("OUTRIDER_MAILBOX_OWNERSHIP", "first")
        parameters = {
            "Stage": "local",
            "MailboxOwnership": ownership,
            "Plans": "documented",
            "VerificationSender": seed.VERIFICATION_SENDER,
        }
        if public_url := os.environ.get("OUTRIDER_PUBLIC_URL", self.base_url):
            parameters["PublicUrl"] = public_url
        further = os.environ.get("OUTRIDER_PARAMETERS", "")
        parameters |= dict(each.split("=", 1) for each in further.split())
        wanted = product.fingerprint(parameters)
        restarted = not self.emulator.running
        if restarted:
            self._start_emulator()
        deployed = Deployed(self.emulator)
        existed = deployed.exists
        changed = not existed or read_json(self.home.deployment).get("fingerprint") != wanted
        if changed:
            self._deploy(parameters, deployed)
            processes.stop(self.home.pid("gateway"))
        if existed and restarted:
            resume.campaigns(deployed)
        self._start_gateway()
        known = read_json(self.home.local_json) if existed else {}
        found = self._describe(deployed, known)
        if changed or found["live_key"] != known.get("live_key"):
            with stage("saving") as tell:
                self.emulator.save(tell)
        # Written after the save, so that it never refers to data that was lost.
        record = read_json(self.home.deployment)
        write_json(self.home.deployment, record | {"fingerprint": wanted})
        write_json(self.home.local_json, found)
        return found

    def down(self) -> None:
        """Stop the gateway, then let the emulator finish running functions and save its data."""
        processes.stop(self.home.pid("gateway"))
        if self.emulator.running:
            with stage("saving data and stopping") as tell:
                self.emulator.stop(tell)

    def reset(self) -> None:
        """Stop, and delete all data; the tools and the built layers stay."""
        processes.stop(self.home.pid("gateway"))
        self.emulator.kill()
        for path in (self.home.state, self.home.scratch):
            shutil.rmtree(path, ignore_errors=True)
        for file in (self.home.local_json, self.home.deployment):
            file.unlink(missing_ok=True)

    @property
    def _gateway_running(self) -> bool:
        return processes.running(self.home.pid("gateway")) is not None

    def _start_emulator(self) -> None:
        crashed = self.emulator.crashed
        with stage("starting the emulator"):
            self.emulator.start()
        if crashed:
            of = self.emulator.data_of
            kept = "no data was saved" if of is None else f"this is the data of {of:%d %b %H:%M}"
            say(f"  the emulator did not stop by itself last time: {kept}")

    def _deploy(self, parameters: dict[str, str], deployed: Deployed) -> None:
        with stage("building functions and layers"):
            product.build(self.home)
        with stage("deploying template.yaml"):
            deployed.clear_failed_creation()
            product.deploy(self.home, self.emulator, parameters)
            api_id = repairs.create_routes(deployed)
            repairs.translate_state_machines(deployed)
            repairs.allow_as_aws_would(deployed)
            repairs.allow_plain_http(deployed)
        record = {"api_id": api_id, "emulator_port": self.emulator.port}
        write_json(self.home.deployment, record)

    def _start_gateway(self) -> None:
        if self._gateway_running:
            return
        log = self.home.log("gateway")
        api_id = read_json(self.home.deployment)["api_id"]
        processes.start(
            [sys.executable, "-m", "local.gateway", str(self.port), self.emulator.url, api_id],
            pid_file=self.home.pid("gateway"),
            log=log,
            env=os.environ,
            cwd=REPOSITORY,
        )
        ready = processes.wait_until(
            lambda: processes.answers(self.port) or not self._gateway_running, seconds=20
        )
        if not ready or not self._gateway_running:
            raise LocalStackError(f"the gateway did not start; details in {log}")

    def _describe(self, deployed: Deployed, known: dict[str, Any]) -> dict[str, Any]:
        keys = {name: known[name] for name in seed.FIELDS if name in known}
        if len(keys) < len(seed.FIELDS):
            with stage("making the demo workspace"):
                keys = seed.demo_workspace(deployed, self.base_url)
        return {
            "base_url": self.base_url,
            "mcp_url": f"{self.base_url}/mcp",
            "docs_url": f"{self.base_url}/docs",
            **keys,
            "aws_endpoint_url": self.emulator.url,
            "inbox_url": f"{self.emulator.url}/_ministack/ses/messages",
        }


def _emulator_port(home: Home) -> int:
    """Return the port of the home's data if there is any, because queue URLs in the data contain
    it.

    Other homes than the default one start the search elsewhere, so that two stacks started at the
    same moment do not choose the same port.
    """
    known = read_json(home.deployment).get("emulator_port")
    if isinstance(known, int):
        return known
    usual = home.root == REPOSITORY / ".outrider"
    first = _EMULATOR_PORT + (0 if usual else 1 + zlib.crc32(str(home.root).encode()) % 1000)
    return processes.first_free(range(first, first + _PORTS_PER_HOME))
