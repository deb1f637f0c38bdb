"""Target of imported suppressions of an address or a domain. Existing suppressions are not
changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from outrider.access.models import Caller
from outrider.contacts.suppressions.bulk import SuppressionBulk
from outrider.contacts.suppressions.models import Kind, Suppression
from outrider.contacts.suppressions.repository import ADD_AT_ONCE
from outrider.contacts.suppressions.schemas import SuppressionCreate
from outrider.imports.columns.values import addresses_in
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow, Undo
from outrider.imports.targets import KeyOwner, Parsed, RowRefused
from outrider.kit import clock, parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.http.requests import explain
from outrider.kit.text.addresses import folded

_ROW = TypeAdapter(SuppressionCreate)


@dataclass(frozen=True, slots=True)
class SuppressionTarget:
    """Target of suppressions. `defaults` may have the `reason` for rows without one."""

    caller: Caller
    suppressions: SuppressionBulk
    import_id: str
    defaults: Mapping[str, Any]

    key: ClassVar[str] = "address or domain"

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        fields = {"reason": "imported", **self.defaults, **given.fields}
        if (value := fields.pop("value", None)) is not None:
            value = str(value).strip().removeprefix("@")
            fields.setdefault("address" if "@" in value else "domain", value)
        if addresses := addresses_in(str(fields.get("address", "")))[0]:
            fields["address"] = addresses[0]
        try:
            row = _ROW.validate_python(fields, strict=strict)
        except ValidationError as error:
            raise RowRefused(explain(error, _ROW)) from error
        values = Given(row.model_dump(exclude_none=True), kind=given.kind)
        return Parsed(row.address or row.domain or "", values)

    def key_of(self, key: str) -> str:
        return folded(key)

    def find(self, keys: Collection[str]) -> Mapping[str, KeyOwner]:
        by_id = {self.new_id(key): key for key in keys}
        found = self.suppressions.get_items(list(by_id))
        return {key: KeyOwner(id, found[id]) for id, key in by_id.items() if id in found}

    def new_id(self, key: str) -> str:
        return self.suppressions.id_of(_kind(key), key)

    def changed(self, item: Item, changes: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        raise RowRefused("An existing suppression is never changed")

    def created(self, row: PlannedRow) -> Mapping[str, Any]:
        return row.fields or {}

    def digest(self, fields: Mapping[str, Any]) -> str:  # noqa: ARG002 - it never differs
        return ""

    def apply(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        return set().union(
            *parallel.chunks(lambda chunk: self._add(chunk, marks), rows, ADD_AT_ONCE)
        )

    def undo(self, id: str, undo: Undo, mark: str) -> bool:  # noqa: ARG002 - there are no versions
        return self.suppressions.withdraw(id, mark.rpartition("#")[0] + "#")

    def _add(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        new = {row.row: self._suppression(row) for row in rows}
        refused = self.suppressions.add_marked(
            [
                (
                    suppression,
                    [self._suppressed(suppression, marks[row])],
                    marks[row],
                )
                for row, suppression in new.items()
            ]
        )
        return {row for row, suppression in new.items() if suppression.id in refused}

    def _suppression(self, row: PlannedRow) -> Suppression:
        kind = _kind(row.key or "")
        own = {"id": row.id, "kind": kind, "created_at": clock.timestamp()}
        return Suppression.model_validate({**(row.fields or {}), **own})

    def _suppressed(self, suppression: Suppression, mark: str) -> Any:
        about = {**suppression.names(), "import_id": self.import_id}
        return self.caller.event("contact.suppressed", identity=mark, **about)


def _kind(key: str) -> Kind:
    return "address" if "@" in key else "domain"
