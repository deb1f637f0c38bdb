"""The key that encrypts tables, files and secrets."""

from dataclasses import dataclass

from outrider.diagnosis.aws import ask
from outrider.diagnosis.models import Seen, failing, ok
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Table


@dataclass(frozen=True, slots=True)
class EncryptionCheck:
    """Check that the KMS key is enabled, and that DynamoDB can read a table with it."""

    key_id: str
    table: Table

    def __call__(self) -> Seen:
        key = ask(clients.client("kms").describe_key, KeyId=self.key_id)["KeyMetadata"]
        state = key["KeyState"]
        if state != "Enabled":
            cancel = f"aws kms cancel-key-deletion --key-id {self.key_id}, then " * (
                state == "PendingDeletion"
            )
            return failing(
                f"The key is {state}: no table, file or secret can be read",
                f"{cancel}aws kms enable-key --key-id {self.key_id}",
            )
        self.table.get("workspaces", "#")
        return ok("The key is enabled, and DynamoDB reads with it")
