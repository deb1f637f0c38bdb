"""Addresses and domains that must not be written to, whoever the contact is.

A suppression is `<workspace>#sup` / `addr#<address>` or `dom#<domain>`. It belongs to the address,
not to a contact, so deleting a contact never lifts one.
"""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.contacts.addresses import domain_of
from outrider.kit import clock
from outrider.kit.dynamo import Action, Table


@dataclass(frozen=True, slots=True)
class SuppressionRepository:
    """Suppressions of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add_address(self, address: str, reason: str) -> None:
        """Suppress a normalised address. The first reason stays."""
        self._add(f"addr#{address}", reason)

    def add_domain(self, domain: str, reason: str) -> None:
        self._add(f"dom#{domain}", reason)

    def absent(self, address: str) -> tuple[Action, Action]:
        """That neither the address nor its domain is suppressed, for a transaction."""
        free = "attribute_not_exists(#pk)"
        return (
            self.table.check(self._pk, f"addr#{address}", free),
            self.table.check(self._pk, f"dom#{domain_of(address)}", free),
        )

    def _add(self, sk: str, reason: str) -> None:
        self.table.write(
            self.table.update(
                self._pk,
                sk,
                "SET #reason = if_not_exists(#reason, :reason),"
                " #created_at = if_not_exists(#created_at, :now)",
                reason=reason,
                now=clock.timestamp(),
            )
        )

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#sup"
