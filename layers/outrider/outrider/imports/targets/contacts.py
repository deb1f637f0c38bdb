"""Rows that become contacts."""

import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from outrider.access.models import Caller
from outrider.contacts.bulk import ContactBulk, NewContact
from outrider.contacts.models import Contact
from outrider.contacts.repository import ADD_AT_ONCE
from outrider.contacts.schemas import ContactUpdate, ContactWrite
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow, Undo
from outrider.imports.targets import Held, Parsed, RowRefused
from outrider.kit import clock, ids
from outrider.kit.requests import explain

_AT_ONCE = 8
_ROW = TypeAdapter(ContactWrite)
_CHANGE = TypeAdapter(ContactUpdate)


@dataclass(frozen=True, slots=True)
class ContactTarget:
    caller: Caller
    contacts: ContactBulk
    import_id: str
    name: ClassVar[str] = "address"

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        fields = dict(given.fields)
        if (name := fields.pop("full_name", None)) is not None:
            fields = {**_names(str(name)), **fields}
        if isinstance(tags := fields.get("tags"), str):
            fields["tags"] = [tag.strip() for tag in re.split(r"[,;|]", tags) if tag.strip()]
        try:
            row = _ROW.validate_python(fields, strict=strict)
        except ValidationError as error:
            raise RowRefused(explain(error)) from error
        given_fields = row.model_dump(exclude_unset=True, exclude={"email"})
        return Parsed(row.email, Given(given_fields, given.blank))

    def find(self, keys: Collection[str]) -> Mapping[str, Held]:
        found = self.contacts.find(keys)
        return {address: Held(claimed.owner, claimed.item) for address, claimed in found.items()}

    def created_id(self, key: str) -> str:  # noqa: ARG002 - other targets make it of the key
        return ids.new("con")

    def check(self, changes: Mapping[str, Any]) -> None:
        try:
            _CHANGE.validate_python(changes, strict=True)
        except ValidationError as error:
            raise RowRefused(explain(error)) from error

    def apply(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        new = [row for row in rows if row.result == "created"]
        changed = [row for row in rows if row.result == "updated"]
        chunks = [new[start : start + ADD_AT_ONCE] for start in range(0, len(new), ADD_AT_ONCE)]
        lost: set[int] = set()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in pool.map(lambda chunk: self._add(chunk, marks), chunks):
                lost |= part
            for row, done in pool.map(lambda row: (row, self._change(row, marks)), changed):
                lost |= set() if done else {row.row}
        return lost

    def undo(self, id: str, undo: Undo, mark: str) -> bool:
        event = self.caller.event
        if undo.before is None:
            gone = event("contact.deleted", identity=mark, contact_id=id, import_id=self.import_id)
            return self.contacts.withdraw(id, [gone], version=undo.version)
        back = event(
            "contact.updated",
            identity=mark,
            contact_id=id,
            changed=sorted(undo.before),
            import_id=self.import_id,
        )
        return self.contacts.change_marked(id, undo.before, [back], version=undo.version, mark=mark)

    def _add(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        now = clock.timestamp()
        new = [
            NewContact(
                Contact(
                    id=row.id,
                    email=row.key,
                    created_at=clock.to_text(clock.from_epoch_ms(ids.made_at(row.id))),
                    updated_at=now,
                    **row.fields,
                ),
                [
                    self.caller.event(
                        "contact.created",
                        identity=marks[row.row],
                        contact_id=row.id,
                        import_id=self.import_id,
                    )
                ],
                marks[row.row],
                row.former_owner,
            )
            for row in rows
            if row.id and row.key and row.fields is not None
        ]
        refused = self.contacts.add_marked(new)
        return {row.row for row in rows if row.id in refused}

    def _change(self, row: PlannedRow, marks: Mapping[int, str]) -> bool:
        assert row.id
        assert row.fields
        updated = self.caller.event(
            "contact.updated",
            identity=marks[row.row],
            contact_id=row.id,
            changed=sorted(row.fields),
            import_id=self.import_id,
        )
        return self.contacts.change_marked(
            row.id, row.fields, [updated], version=row.version, mark=marks[row.row]
        )


def _names(name: str) -> dict[str, str]:
    """`Ada King Lovelace` and `Lovelace, Ada King` are first and last names, as most write them."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.strip().rpartition(" ")
        first, last = (first, last) if first else (last, "")
    named = {"first_name": first.strip(), "last_name": last.strip()}
    return {field: value for field, value in named.items() if value}
