"""A file through the presigned link, on the running stack."""

import time
from pathlib import Path
from typing import Any

from tests.e2e.running import LocalStack, send

LEADS = Path(__file__).parents[2] / "local" / "samples" / "leads-100.csv"
_PATIENCE_SECONDS = 120


def ended(stack: LocalStack, import_id: str, status: str) -> Any:
    """The import once it is `status`, or as it is when patience ends."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = stack.call("GET", f"/v1/imports/{import_id}").json
        if found["status"] in (status, "failed") or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


class TestImport:
    def test_comes_in_and_can_be_taken_back(self, stack: LocalStack) -> None:
        key = stack.local["test_key"]
        body = {"kind": "contacts", "format": "csv", "duplicates": "update"}
        created = stack.call("POST", "/v1/imports", body).json

        put = send("PUT", created["upload"]["url"], LEADS.read_bytes(), {})
        completed = ended(stack, created["id"], "completed")
        stack.call("POST", f"/v1/imports/{created['id']}/revert")
        reverted = ended(stack, created["id"], "reverted")

        assert put.status == 200
        counts = completed["counts"]
        assert (completed["status"], sum(counts.values()), counts["failed"]) == (
            "completed",
            100,
            0,
        )
        assert reverted["status"] == "reverted"
        assert stack.call("GET", "/v1/imports", key=key).json["data"] == []
