"""Index keys of contacts.

An index partition holds either the contacts that share one value, sorted by id and so by creation
time, or all contacts that have a value, sorted by the value.
"""

from collections.abc import Mapping
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.companies.domains import is_free_mail
from outrider.kit.text.addresses import domain_of

INDEX_KEYS = (
    "by_company_pk",
    "by_status_pk",
    "by_folder_pk",
    "by_fit_score_pk",
    "by_fit_score_sk",
    "by_updated_pk",
    "by_updated_sk",
)
"""Attributes that a tombstone loses, so that no index lists the deleted contact."""

AFTER = "$"
"""Sorts after the `#` between a value and an id, so that `<value>$` is after all keys with the
value."""


def index_keys(workspace: WorkspaceId, fields: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the index keys that follow from `fields`, which include `id`; None removes the contact
    from an index. The key of `by_company` needs `email`, `company_id` and `company_pinned`
    together."""
    keys: dict[str, str | None] = {}
    for field, index in (("status", "by_status"), ("folder_id", "by_folder")):
        if field in fields:
            value = fields[field]
            keys[f"{index}_pk"] = None if value is None else f"{workspace}#{value}"
    if "fit_score" in fields:
        score = fields["fit_score"]
        keys["by_fit_score_pk"] = None if score is None else workspace
        keys["by_fit_score_sk"] = None if score is None else f"{score_text(score)}#{fields['id']}"
    if "updated_at" in fields:
        keys["by_updated_pk"] = workspace
        keys["by_updated_sk"] = f"{fields['updated_at']}#{fields['id']}"
    if "email" in fields:
        keys["by_company_pk"] = company_place(
            workspace,
            fields["email"],
            fields.get("company_id"),
            pinned=fields.get("company_pinned", False),
        )
    return keys


def company_place(
    workspace: WorkspaceId, address: str, company_id: str | None, *, pinned: bool
) -> str | None:
    """Return `by_company_pk`: the partition of the contact's company, or of unlinked contacts at
    its domain; None if the contact must stay unlinked."""
    if company_id:
        return f"{workspace}#{company_id}"
    domain = domain_of(address)
    if pinned or is_free_mail(domain):
        return None
    return f"{workspace}#dom#{domain}"


def score_text(score: float) -> str:
    """Return a score between 0 and 1 as text that sorts in the same order."""
    return f"{score:.17f}"
