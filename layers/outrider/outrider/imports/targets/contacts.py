"""Rows that become contacts, told apart by their addresses."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactUpdate, ContactWrite
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow
from outrider.imports.targets import Parsed, RowRefused
from outrider.imports.targets.entities import EntityTarget, made_at, split_tags
from outrider.kit.requests import explain

_ROW = TypeAdapter(ContactWrite)


@dataclass(frozen=True, slots=True)
class ContactTarget(EntityTarget[Contact]):
    key = "address"
    noun = "contact"
    prefix = "con"
    callers = frozenset(ContactUpdate.model_fields) - {"company_id"}
    changes = TypeAdapter(ContactUpdate)

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        fields = dict(given.fields)
        if (name := fields.pop("full_name", None)) is not None:
            fields = {**_names(str(name)), **fields}
        split_tags(fields)
        try:
            row = _ROW.validate_python(fields, strict=strict)
        except ValidationError as error:
            raise RowRefused(explain(error)) from error
        return Parsed(
            row.email, Given(row.model_dump(exclude_unset=True, exclude={"email"}), given.blank)
        )

    def new(self, row: PlannedRow, now: str) -> Contact:
        own = {"id": row.id, "email": row.key, "created_at": made_at(row), "updated_at": now}
        return Contact.model_validate({**(row.fields or {}), **own})


def _names(name: str) -> dict[str, str]:
    """`Ada King Lovelace` and `Lovelace, Ada King` are first and last names, as most write them."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.strip().rpartition(" ")
        first, last = (first, last) if first else (last, "")
    named = {"first_name": first.strip(), "last_name": last.strip()}
    return {field: value for field, value in named.items() if value}
