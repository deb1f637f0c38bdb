"""S3 objects of imports: `imports/<mode>/<workspace>/<import>/…`, kept for 30 days.

`upload` is the file; `converted` is its conversion to UTF-8 text, if it has another form.
`plan-<chunk>-<round>` is the plan of a chunk's rows, stored before it is carried out and never
changed. `rows-<chunk>` and `reverted-<chunk>` are the results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.imports.models import PlannedRow, SettledRow
from outrider.kit import json
from outrider.kit.aws.s3 import MIN_PART, ObjectMissing, ObjectRange, Objects
from outrider.kit.models import Model

LINK_SECONDS = 3_600
_UPLOAD = "upload"
_CONVERTED = "converted"


class ChunkEnd(Model):
    """End of a chunk in the file: the numbers of bytes, lines and rows before it."""

    offset: int
    line: int
    row: int


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    rows: Sequence[PlannedRow]
    end: ChunkEnd


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """S3 objects of one import."""

    objects: Objects
    workspace: WorkspaceId
    import_id: str
    is_converted: bool = False
    """Whether `fetch` reads the converted file."""

    @classmethod
    def uploaded(cls, key: str) -> tuple[WorkspaceId, str]:
        """Return the workspace and import that an uploaded file belongs to, from its key."""
        _, mode, workspace, import_id, _ = key.split("/")
        return WorkspaceId.of(workspace, "test" if mode == "test" else "live"), import_id

    def link(self) -> str:
        """Return the presigned URL to PUT the file to, valid for LINK_SECONDS."""
        return self.objects.link_to_put(self._key(_UPLOAD), LINK_SECONDS)

    def fetch(self, start: int, length: int) -> ObjectRange:
        name = _CONVERTED if self.is_converted else _UPLOAD
        return self.objects.get_part(self._key(name), start, length)

    def convert(self, pieces: Iterable[bytes]) -> "ImportFiles":
        """Write the converted file, replacing an earlier one, and return the files that read it."""
        key, tags, part = self._key(_CONVERTED), list[str](), b""
        upload_id = self.objects.begin(key)
        for piece in pieces:
            part += piece
            if len(part) >= MIN_PART:
                tags.append(self.objects.put_part(key, upload_id, len(tags) + 1, part))
                part = b""
        tags.append(self.objects.put_part(key, upload_id, len(tags) + 1, part))
        self.objects.complete(key, upload_id, tags)
        return replace(self, is_converted=True)

    def plan(self, chunk: int, round_: int, plan: ChunkPlan) -> ChunkPlan:
        """Store a plan unless there is one already, and return the stored one."""
        key = self._key(f"plan-{chunk:06}-{round_}")
        if self.objects.put_new(key, _lines([plan.end, *plan.rows])):
            return plan
        end, *rows = _values(self.objects.get(key))
        return ChunkPlan(
            [PlannedRow.model_validate(row) for row in rows], ChunkEnd.model_validate(end)
        )

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


def _lines(values: Sequence[Model]) -> bytes:
    return "\n".join(value.model_dump_json(exclude_none=True) for value in values).encode()


def _values(lines: bytes) -> list[Any]:
    return [json.loads(line) for line in lines.split(b"\n") if line]
