"""Deployed stack, as CloudFormation describes it: names, resources, the processed template."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.emulator import REGION, Emulator

ACCOUNT = "000000000000"
STACK = "outrider-local"


@dataclass(frozen=True)
class Deployed:
    """Stack that `sam deploy` created on the emulator."""

    emulator: Emulator

    @property
    def exists(self) -> bool:
        """Whether the last deployment succeeded."""
        return self._status() in ("CREATE_COMPLETE", "UPDATE_COMPLETE")

    def clear_failed_creation(self) -> None:
        """Delete what a failed first deployment left, which cannot be updated and has no data."""
        if self._status() in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
            self.emulator.forget()

    def _status(self) -> str:
        stacks = self.emulator.client("cloudformation").get_paginator("list_stacks").paginate()
        for page in stacks:
            for summary in page["StackSummaries"]:
                if summary["StackName"] == STACK and summary["StackStatus"] != "DELETE_COMPLETE":
                    return str(summary["StackStatus"])
        return ""

    @cached_property
    def resources(self) -> list[dict[str, str]]:
        pages = self.emulator.client("cloudformation").get_paginator("list_stack_resources")
        return [
            resource
            for page in pages.paginate(StackName=STACK)
            for resource in page["StackResourceSummaries"]
        ]

    @cached_property
    def names(self) -> dict[str, str]:
        """Physical ids by logical id."""
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in self.resources}

    def of_type(self, resource_type: str) -> list[str]:
        """Return the physical ids of all resources of a type."""
        return [
            r["PhysicalResourceId"] for r in self.resources if r["ResourceType"] == resource_type
        ]

    def function_arn(self, logical_id: str) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.names[logical_id]}"

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template after SAM's transform."""
        cloudformation = self.emulator.client("cloudformation")
        body = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")[
            "TemplateBody"
        ]
        found = json.loads(body) if isinstance(body, str) else body
        return dict(found)
