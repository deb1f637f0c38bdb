"""Delegation: an agent calls the API for an API key, without the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider.access.credentials import public_id_of

_OURS = "outrider"


@dataclass(frozen=True, slots=True)
class Delegation:
    """Some of the scopes of an API key, for calls of one agent run.

    Whoever may invoke a function of the API directly passes it in the event. A request that came
    through API Gateway has none: this API has no authorizer, and the context of one would be in
    `authorizer.jwt`, `.lambda` or `.iam`.
    """

    key_id: str
    workspace: str
    scopes: frozenset[str]
    actor: str
    """`agent:agr_…`"""

    @classmethod
    def of(cls, authorizer: Mapping[str, Any]) -> "Delegation | None":
        """Return the delegation in the `authorizer` of an event's request context, if any."""
        given = authorizer.get(_OURS)
        if given is None:
            return None
        return cls(given["key_id"], given["workspace"], frozenset(given["scopes"]), given["actor"])

    def as_authorizer(self) -> dict[str, Any]:
        """Return the `authorizer` of an event's request context, which `of` reads."""
        return {
            _OURS: {
                "key_id": self.key_id,
                "workspace": self.workspace,
                "scopes": sorted(self.scopes),
                "actor": self.actor,
            }
        }

    @property
    def public_id(self) -> str:
        return public_id_of(self.key_id)

    @property
    def proof(self) -> dict[str, str]:
        """Return what the record of the key must have: the key's id and workspace."""
        return {"key_id": self.key_id, "workspace": self.workspace}
