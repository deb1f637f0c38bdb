"""Where a contact stands in the indexes of the contacts table.

Each index holds the contacts of one value in the order of their ids, which is that of their
creation, or all that have a value in the order of the value.
"""

from collections.abc import Mapping
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.companies.domains import is_free_mail
from outrider.contacts.models import Contact
from outrider.kit.addresses import domain_of

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


def index_keys(
    workspace: WorkspaceId, contact_id: str, fields: Mapping[str, Any]
) -> dict[str, str | None]:
    """The keys that follow from `fields` of a contact; None where it stands in no index."""
    keys: dict[str, str | None] = {}
    for field, index in (("status", "by_status"), ("folder_id", "by_folder")):
        if field in fields:
            value = fields[field]
            keys[f"{index}_pk"] = None if value is None else f"{workspace}#{value}"
    if "fit_score" in fields:
        score = fields["fit_score"]
        keys["by_fit_score_pk"] = None if score is None else workspace
        keys["by_fit_score_sk"] = None if score is None else f"{score_text(score)}#{contact_id}"
    if "updated_at" in fields:
        keys["by_updated_pk"] = workspace
        keys["by_updated_sk"] = f"{fields['updated_at']}#{contact_id}"
    return keys


def company_place(workspace: WorkspaceId, contact: Contact) -> str | None:
    """`by_company_pk` of a contact: with its company, or with those who wait for one."""
    if contact.company_id:
        return f"{workspace}#{contact.company_id}"
    domain = domain_of(contact.email)
    if contact.company_pinned or is_free_mail(domain):
        return None
    return f"{workspace}#dom#{domain}"


def score_text(score: float) -> str:
    """A score between 0 and 1 as a text that sorts like it."""
    return f"{score:.17f}"
