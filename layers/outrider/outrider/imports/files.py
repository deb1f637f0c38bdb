"""What an import keeps in the bucket: `imports/<mode>/<workspace>/<import>/…`, for 30 days.

`upload` is the file; `plan-<chunk>-<round>` what is to become of a chunk's rows, written before it
is done and never again; `rows-<chunk>` and `reverted-<chunk>` what became of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from outrider.access.models import WorkspaceId
from outrider.imports.models import PlannedRow, SettledRow
from outrider.kit import json
from outrider.kit.objects import ObjectMissing, Objects, Part

LINK_SECONDS = 3_600
_UPLOAD = "upload"


class ChunkEnd(BaseModel):
    """Where a chunk ends in the file: bytes and lines before it, and rows."""

    offset: int
    line: int
    row: int


@dataclass(frozen=True, slots=True)
class Plan:
    rows: Sequence[PlannedRow]
    end: ChunkEnd


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of one import."""

    objects: Objects
    workspace: WorkspaceId
    import_id: str

    @classmethod
    def uploaded(cls, key: str) -> tuple[WorkspaceId, str]:
        """The workspace and the import an uploaded file belongs to."""
        _, mode, workspace, import_id, _ = key.split("/")
        return WorkspaceId.of(workspace, "test" if mode == "test" else "live"), import_id

    def link(self) -> str:
        """Where to PUT the file within LINK_SECONDS."""
        return self.objects.link_to_put(self._key(_UPLOAD), LINK_SECONDS)

    def fetch(self, start: int, length: int) -> Part:
        return self.objects.get_part(self._key(_UPLOAD), start, length)

    def plan(self, chunk: int, round_: int, plan: Plan) -> Plan:
        """Write a plan down, unless there is one already; gives the one that counts."""
        key = self._key(f"plan-{chunk:06}-{round_}")
        if self.objects.put_new(key, _lines([plan.end, *plan.rows])):
            return plan
        end, *rows = _values(self.objects.get(key))
        return Plan([PlannedRow.model_validate(row) for row in rows], ChunkEnd.model_validate(end))

    def has_plan(self, chunk: int) -> bool:
        try:
            self.objects.get_part(self._key(f"plan-{chunk:06}-0"), 0, 1)
        except ObjectMissing:
            return False
        return True

    def put_rows(self, name: str, rows: Sequence[SettledRow]) -> None:
        self.objects.put(self._key(name), _lines(rows))

    def get_rows(self, name: str) -> list[SettledRow]:
        values = _values(self.objects.get(self._key(name)))
        return [SettledRow.model_validate(value) for value in values]

    def _key(self, name: str) -> str:
        mode, workspace = self.workspace.mode, self.workspace.public
        return f"imports/{mode}/{workspace}/{self.import_id}/{name}"


def _lines(values: Sequence[BaseModel]) -> bytes:
    return "\n".join(value.model_dump_json(exclude_none=True) for value in values).encode()


def _values(lines: bytes) -> list[Any]:
    return [json.loads(line) for line in lines.split(b"\n") if line]
