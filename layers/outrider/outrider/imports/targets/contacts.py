"""Target of imported contacts, whose key is the email address."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactUpdate, ContactWrite
from outrider.imports.columns.values import (
    addresses_in,
    names_in,
    other_part,
    score_in,
    timezone_in,
)
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow
from outrider.imports.targets import Parsed
from outrider.imports.targets.entities import EntityTarget, made_at, split_tags

_ROW = TypeAdapter(ContactWrite)


@dataclass(frozen=True, slots=True)
class ContactTarget(EntityTarget[Contact]):
    key = "address"
    noun = "contact"
    prefix = "con"
    callers = frozenset(ContactUpdate.model_fields) - {"company_id"}
    optional = callers - {"email", "custom", "status"}
    changes = TypeAdapter(ContactUpdate)

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        fields = dict(given.fields)
        status = fields.pop("status", None)
        if not strict:
            _convert_texts(fields)
        if (whole := fields.pop("full_name", None)) is not None:
            _split_full_name(fields, str(whole))
        split_tags(fields)
        row, note = self._read(_ROW, given, fields, strict=strict)
        named = row.model_dump(exclude_unset=True, exclude={"email"})
        if status:
            named["status"] = status
        return Parsed(row.email, replace(given, fields=named), note)

    def new(self, row: PlannedRow, now: str) -> Contact:
        own = {"id": row.id, "email": row.key, "created_at": made_at(row), "updated_at": now}
        return Contact.model_validate({**(row.fields or {}), **own})


def _convert_texts(fields: dict[str, Any]) -> None:
    """Convert text values as people write them to field values, in place."""
    addresses, name = addresses_in(str(fields.get("email", "")))
    if addresses:
        fields["email"], *others = addresses
        if others:
            fields["custom"] = {"Other emails": ", ".join(others), **fields.get("custom", {})}
    if name and not {"first_name", "last_name", "full_name"} & set(fields):
        fields["full_name"] = name
    if isinstance(zone := fields.get("timezone"), str):
        fields["timezone"] = timezone_in(zone)
    if isinstance(score := fields.get("fit_score"), str) and (share := score_in(score)) is not None:
        fields["fit_score"] = share


def _split_full_name(fields: dict[str, Any], whole: str) -> None:
    """Split a full name into the parts that are missing, in place."""
    for one, other in (("first_name", "last_name"), ("last_name", "first_name")):
        if one in fields:
            if rest := other_part(str(fields[one]), whole):
                fields.setdefault(other, rest)
            return
    fields.update(names_in(whole))
