"""Builders and readers of imports on the harness."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud

POLICY = {"kind": "contacts", "format": "csv", "duplicates": "skip"}


@dataclass(frozen=True, slots=True)
class Importing:
    """An import and its file; `run` calls its worker alone, as the queue would."""

    api: Api
    cloud: Cloud
    id: str
    url: str
    workspace: str = "acme"

    def upload(self, file: bytes | str) -> "Importing":
        self.cloud.upload(self.url, file.encode() if isinstance(file, str) else file)
        return self

    @property
    def event(self) -> dict[str, Any]:
        job = {"workspace": self.api.workspace(self.workspace).id, "import_id": self.id}
        return {"Records": [{"messageId": "1", "body": json.dumps(job)}]}

    def run(self) -> dict[str, Any]:
        """The import after one call of the worker."""
        answer = self.cloud.invoke("imports_run", self.event)
        assert answer == {"batchItemFailures": []}
        return self.state

    def reverted(self) -> dict[str, Any]:
        """The import after it was asked to be reverted, and its worker has been called."""
        answer = self.api.post(f"/v1/imports/{self.id}/revert")
        assert answer.status == 202, answer.text
        return self.run()

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/v1/imports/{self.id}").json
        return found

    @property
    def counts(self) -> dict[str, int]:
        """Without results that no row had."""
        return {result: count for result, count in self.state["counts"].items() if count}

    def rows(self, status: str = "", limit: int = 200) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            path = f"/v1/imports/{self.id}/rows?limit={limit}"
            path += f"&status={status}" if status else ""
            page = self.api.get(path + (f"&cursor={cursor}" if cursor else "")).json
            rows += page["data"]
            if not page["has_more"]:
                return rows
            cursor = page["next_cursor"]

    @property
    def results(self) -> list[tuple[int, str]]:
        """Line and result of each row."""
        return [(row["line"], row["result"]) for row in self.rows()]


def prepared(api: Api, cloud: Cloud, **options: Any) -> Importing:
    answer = api.post("/v1/imports", {**POLICY, **options})
    assert answer.status == 201, answer.text
    return Importing(api, cloud, answer.json["id"], answer.json["upload"]["url"])


def imported(api: Api, cloud: Cloud, file: bytes | str, **options: Any) -> Importing:
    """An import of the file that its worker has been called for once."""
    importing = prepared(api, cloud, **options).upload(file)
    importing.run()
    return importing


def lines(rows: Iterable[str | Sequence[int] | Mapping[str, Any]]) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def contacts(api: Api) -> dict[str, dict[str, Any]]:
    """Up to 200 contacts by address."""
    page = api.get("/v1/contacts?limit=200").json
    return {contact["email"]: contact for contact in page["data"]}


def items(cloud: Cloud, api: Api) -> dict[tuple[str, str], dict[str, Any]]:
    """What stands in the contacts table but for imports themselves, the words and tags a worker
    keeps later, and what every write changes."""
    passing = {"version", "updated_at", "by_updated_sk", "_events", "_mark"}
    return {
        (item["pk"], item["sk"]): {k: v for k, v in item.items() if k not in passing}
        for item in cloud.items("contacts", api.workspace().id)
        if not item["sk"].startswith(("imp_", "chunk#", "count#"))
        and not re.search("#(tok|tag)#", item["pk"])
    }
