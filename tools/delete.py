"""`make delete`: delete a stack, and on demand what its deletion leaves.

    python -m tools.delete --stack outrider                            # list, delete nothing
    python -m tools.delete --stack outrider --confirm outrider         # the stack; all data stays
    python -m tools.delete --stack outrider --confirm outrider --data  # the data too, for ever

After the stack is gone, `--stack` takes its ARN, by which AWS lists it for 90 days.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.deployments import CommandFailed, Deployment, run

TABLE, BUCKET, KEY = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"
_NESTED, _RULES = "AWS::CloudFormation::Stack", "AWS::SES::ReceiptRuleSet"
KEY_DAYS = 30
"""Days until KMS deletes the key; until then the deletion can be cancelled."""


class NotConfirmed(CommandFailed):
    """The confirmation is not the name of the stack."""


@dataclass(frozen=True, slots=True)
class Deletion:
    deployment: Deployment

    def kept(self) -> list[tuple[str, str]]:
        """Return kind and name of everything that the deletion of the stack leaves."""
        found = {*self._resources(self.deployment.name), *self._restored()}
        return sorted(each for each in found if each[0] in (TABLE, BUCKET, KEY))

    def delete(self, confirmed: str, *, data: bool) -> list[tuple[str, str]]:
        """Delete the stack, and with `data` what it leaves. Return what is left. To be repeated
        after an interruption. Raises NotConfirmed."""
        if confirmed != self.deployment.name:
            raise NotConfirmed(f"--confirm must be {self.deployment.name}, to be sure")
        kept = self.kept()
        print(f"Deleting {self.deployment.name}, which takes minutes …", flush=True)
        self._deactivate_rules()
        formation = self.deployment.client("cloudformation")
        formation.delete_stack(StackName=self.deployment.name)
        formation.get_waiter("stack_delete_complete").wait(StackName=self.deployment.name)
        if not data:
            return kept
        for kind, name in kept:
            self._delete(kind, name)
        return []

    def _resources(self, stack: str) -> Iterator[tuple[str, str]]:
        pages = self.deployment.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=stack):
            for each in page["StackResourceSummaries"]:
                name = each.get("PhysicalResourceId", "")
                if not name:  # its creation failed
                    continue
                if each["ResourceType"] == _NESTED:
                    yield from self._resources(name)
                else:
                    yield each["ResourceType"], name

    def _restored(self) -> Iterator[tuple[str, str]]:
        """Yield the tables that the stack uses since a restore, which are no resources of it."""
        described = self.deployment.client("cloudformation").describe_stacks(
            StackName=self.deployment.name
        )
        for each in described["Stacks"][0].get("Parameters", ()):
            if each["ParameterKey"] == "RestoredTables":
                names = each["ParameterValue"].split(",")
                yield from ((TABLE, name) for name in names if name != "-")

    def _deactivate_rules(self) -> None:
        """SES deletes no rule set that is active."""
        own = {name for kind, name in self._resources(self.deployment.name) if kind == _RULES}
        if own:
            ses = self.deployment.client("ses")
            active = ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name")
            if active in own:
                ses.set_active_receipt_rule_set()

    def _delete(self, kind: str, name: str) -> None:
        match kind:
            case "AWS::DynamoDB::Table":
                dynamodb = self.deployment.client("dynamodb")
                _unless_gone(
                    dynamodb.exceptions.ResourceNotFoundException,
                    dynamodb.delete_table,
                    TableName=name,
                )
            case "AWS::S3::Bucket":
                s3 = self.deployment.client("s3")
                _unless_gone(s3.exceptions.NoSuchBucket, self._empty, name)
            case "AWS::KMS::Key":
                kms = self.deployment.client("kms")
                _unless_gone(
                    kms.exceptions.KMSInvalidStateException,
                    kms.schedule_key_deletion,
                    KeyId=name,
                    PendingWindowInDays=KEY_DAYS,
                )

    def _empty(self, bucket: str) -> None:
        s3 = self.deployment.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            if found := [{"Key": each["Key"]} for each in page.get("Contents", ())]:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": found})
        s3.delete_bucket(Bucket=bucket)


def _unless_gone(gone: type[Exception], delete: Any, *args: Any, **kwargs: Any) -> None:
    try:
        delete(*args, **kwargs)
    except gone:
        return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.delete")
    parser.add_argument("--stack", required=True, help="name of the stack, or its ARN")
    parser.add_argument("--confirm", default="", help="the same again")
    parser.add_argument("--data", action="store_true", help="delete the data too")
    asked = parser.parse_args()
    deletion = Deletion(Deployment.named(asked.stack))
    if asked.confirm:
        left = deletion.delete(asked.confirm, data=asked.data)
        print(f"{asked.stack} is deleted{', with its data' if asked.data else ''}.")
    else:
        left = deletion.kept()
        print(f"Nothing was deleted. To delete the stack: --confirm {asked.stack}")
    for kind, name in left:
        print(f"stays: {kind} {name}")


if __name__ == "__main__":
    run(main)
