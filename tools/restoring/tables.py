"""Point-in-time copies of the tables of a stack, and the settings that AWS does not restore.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools import templates

NAME, STREAM = "TableName", "TableStreamArn"


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of tables. `data` are the outputs of the stack `Data`, and the copy of the table
    `Keys` is named `<prefix>-keys`."""

    dynamodb: Any
    data: Mapping[str, str]
    prefix: str
    sleep: Callable[[float], None] = time.sleep

    def restore(self, moment: datetime | None, names: tuple[str, ...]) -> None:
        """Copy these tables as they were at `moment`, or at the latest restorable time; a copy
        that exists already is kept."""
        for name in names:
            when: dict[str, Any] = {"UseLatestRestorableTime": True}
            if moment:
                when = {"RestoreDateTime": moment}
            try:
                self.dynamodb.restore_table_to_point_in_time(
                    SourceTableName=self.data[f"{name}{NAME}"],
                    TargetTableName=self.copy_of(name),
                    **when,
                )
            except self.dynamodb.exceptions.TableAlreadyExistsException:
                print(f"{self.copy_of(name)} is there already, and kept.")
        for name in names:
            print(f"{self.copy_of(name)} …", flush=True)
            self._await_active(self.copy_of(name))
            self._complete(name)

    def made(self) -> tuple[str, ...]:
        """Return the names of the tables that have a copy."""
        return tuple(name for name in ALL if self._has(self.copy_of(name)))

    def parameters(self) -> dict[str, str]:
        """Return the parameters of template.yaml that let a stack use the copies, and the present
        table where there is none."""
        tables, streams, made = [], [], self.made()
        for name in ALL:
            table = self.copy_of(name) if name in made else self.data[f"{name}{NAME}"]
            found = self.dynamodb.describe_table(TableName=table)["Table"]
            tables.append(table)
            streams.append(found.get("LatestStreamArn", "-"))
        return {
            "RestoredTables": ",".join(tables),
            "RestoredStreams": ",".join(streams),
            "RestoredKeyArn": self.data["KeyArn"],
        }

    def copy_of(self, name: str) -> str:
        return f"{self.prefix}-{name.lower()}"

    def _has(self, table: str) -> bool:
        try:
            self.dynamodb.describe_table(TableName=table)
        except self.dynamodb.exceptions.ResourceNotFoundException:
            return False
        return True

    def _await_active(self, table: str) -> None:
        while self.dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
            self.sleep(10)

    def _complete(self, name: str) -> None:
        """Give a copy the stream, the expiry and the backups that its template declares."""
        table, declared = self.copy_of(name), DECLARED[name]
        found = self.dynamodb.describe_table(TableName=table)["Table"]
        stream = declared.get("StreamSpecification")
        if stream and not found.get("StreamSpecification", {}).get("StreamEnabled"):
            specification = {"StreamEnabled": True, **stream}
            self.dynamodb.update_table(TableName=table, StreamSpecification=specification)
            self._await_active(table)
        expiry = declared.get("TimeToLiveSpecification")
        status = self.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if expiry and status["TimeToLiveStatus"] in ("DISABLED", "DISABLING"):
            self.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
        self.dynamodb.update_continuous_backups(
            TableName=table,
            PointInTimeRecoverySpecification=declared["PointInTimeRecoverySpecification"],
        )


def _declared() -> Iterator[tuple[str, dict[str, Any]]]:
    found = templates.resources(templates.load("infra/data.yaml"), "AWS::DynamoDB::Table")
    for logical_id, resource in found.items():
        yield logical_id.removesuffix("Table"), resource["Properties"]


DECLARED = dict(_declared())
"""Properties of each table, by its name in the outputs: `Keys`, `Contacts`, …"""
ALL = tuple(DECLARED)
"""The names in the order of the parameters."""
