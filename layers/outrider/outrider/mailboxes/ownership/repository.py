"""DynamoDB repository of ownership proofs and verification codes: keys, expressions and items.

A proof is `<wsp>#owned` / `<address or domain>`, shared by live and test mode. The workspace that
owns an address, by the latest proof or by the first claim, is in `owner#<address>` / `owner`. A
code is `<wsp>#codes` / `<address>`. Codes sent on a day are counted in the partitions `<wsp>#codes`
and `owner#<address>`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Table, TransactionFailed, transact
from outrider.kit.text.addresses import domain_of, folded
from outrider.mailboxes.models import Proof
from outrider.mailboxes.ownership.errors import OwnershipLost, TooManyCodes, WrongCode
from outrider.mailboxes.ownership.models import (
    CODE_LIFE,
    CODE_TRIES,
    CODES_OF_WORKSPACE,
    CODES_TO_ADDRESS,
    Ownership,
)

_COUNTED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OwnershipRepository:
    """Ownership proofs of one workspace."""

    table: Table
    workspace: WorkspaceId

    def proof_for(self, email: str) -> Ownership | None:
        """Return the proof of the address itself or of its domain, or None."""
        subjects = [folded(email), domain_of(email)]
        found = self.table.get_all(self._pk, subjects)
        return next(
            (Ownership(each, found[each]["by"]) for each in subjects if each in found), None
        )

    def has_claim(self, email: str) -> bool:
        """Return whether the workspace still holds the address that it claimed first: no other
        workspace has proved it since."""
        item = self.table.get(_owner_pk(email), _OWNER)
        return item is not None and item["workspace"] == self.workspace.public

    def prove_action(self, ownership: Ownership) -> Action:
        item = {
            "pk": self._pk,
            "sk": ownership.subject,
            "by": ownership.by,
            "proved_at": clock.timestamp(),
        }
        return self.table.put_action(item)

    def check_standing_action(self, ownership: Ownership) -> Action:
        """Return the condition check that the proof still exists. Raises OwnershipLost in the
        transaction."""
        check = self.table.check_action(self._pk, ownership.subject, "attribute_exists(#pk)")
        return check.or_raise(OwnershipLost())

    def forget_action(self, subject: str) -> Action:
        return self.table.delete_action(self._pk, folded(subject))

    def own_action(self, email: str, by: Proof) -> Action:
        """Return the write that makes the workspace the owner of the address; a proof overrides any
        earlier claim."""
        return self.table.put_action(self._owner(email, by))

    def claim_action(self, email: str) -> Action:
        """Return the write that claims the address, on condition that no other workspace has it.
        Raises OwnershipLost in the transaction."""
        put = self.table.put_action(
            self._owner(email, "first"),
            "attribute_not_exists(#pk) OR #workspace = :mine",
            mine=self.workspace.public,
        )
        return put.or_raise(OwnershipLost())

    def _owner(self, email: str, by: Proof) -> dict[str, str]:
        return {
            "pk": _owner_pk(email),
            "sk": _OWNER,
            "workspace": self.workspace.public,
            "by": by,
        }

    @property
    def _pk(self) -> str:
        return f"{self.workspace.public}#owned"


@dataclass(frozen=True, slots=True)
class CodeRepository:
    """Pending verification codes of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, email: str, hashed: str, now: datetime) -> str:
        """Store a new code in place of the previous one, count it against the daily limits, and
        return when it expires (RFC 3339).

        Raises TooManyCodes.
        """
        expires = now + CODE_LIFE
        code = {
            "pk": self._pk,
            "sk": folded(email),
            "hashed": hashed,
            "tries": 0,
            "expires_at": clock.to_text(expires),
            "ttl": int(expires.timestamp()),
        }
        try:
            transact(
                self.table.put_action(code),
                self._count_action(_owner_pk(email), CODES_TO_ADDRESS, now),
                self._count_action(self._pk, CODES_OF_WORKSPACE, now),
            )
        except TransactionFailed as failure:
            raise TooManyCodes from failure
        return str(code["expires_at"])

    def tried(self, email: str) -> str:
        """Count one attempt and return the hash of the pending code. Raises WrongCode if there is
        none, it has expired, or its attempts are used up."""
        action = self.table.update_action(
            self._pk,
            folded(email),
            "ADD #tries :one",
            "#tries < :most AND #expires_at > :now",
            one=1,
            most=CODE_TRIES,
            now=clock.timestamp(),
        )
        try:
            return str(self.table.write(action)["hashed"])
        except ConditionFailed as failure:
            raise WrongCode from failure

    def spend_action(self, email: str, hashed: str) -> Action:
        """Return the write that deletes the code, so that it verifies only once. Raises WrongCode
        in the transaction if it was replaced or used."""
        spend = self.table.delete_action(
            self._pk, folded(email), "#hashed = :hashed", hashed=hashed
        )
        return spend.or_raise(WrongCode())

    def _count_action(self, pk: str, most: int, now: datetime) -> Action:
        return self.table.update_action(
            pk,
            f"day#{now.astimezone(UTC).date().isoformat()}",
            "SET #ttl = :ttl ADD #sent :one",
            "attribute_not_exists(#sent) OR #sent < :most",
            ttl=int((now + _COUNTED).timestamp()),
            one=1,
            most=most,
        )

    @property
    def _pk(self) -> str:
        return f"{self.workspace.public}#codes"


_OWNER = "owner"


def _owner_pk(email: str) -> str:
    return f"owner#{folded(email)}"
