"""Where a contact stands in the indexes of the contacts table.

Each index holds the contacts of one value in the order of their ids, which is that of their
creation, or all that have a value in the order of the value.
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
"""What a contact loses that no list may show any more."""

AFTER = "$"
"""Follows the `#` between a value and an id, so that `<value>$` is behind all with the value."""


def index_keys(workspace: WorkspaceId, fields: Mapping[str, Any]) -> dict[str, str | None]:
    """The keys that follow from `fields` of a contact, one of which is `id`; None where it stands
    in no index. Those of its company follow from all fields together."""
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
    """`by_company_pk` of a contact: with its company, or with those who wait for one."""
    if company_id:
        return f"{workspace}#{company_id}"
    domain = domain_of(address)
    if pinned or is_free_mail(domain):
        return None
    return f"{workspace}#dom#{domain}"


def score_text(score: float) -> str:
    """A score between 0 and 1 as a text that sorts like it."""
    return f"{score:.17f}"
