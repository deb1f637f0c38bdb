"""Restart of the state machine executions that a stop of the emulator ended."""

import json

from local.processed import Deployed

_FUNCTION = "CampaignsStartFunction"
_EVERY_RUNNING_CAMPAIGN = {"overdue_before": "9999-12-31T00:00:00.000Z"}


def campaigns(deployed: Deployed) -> None:
    """Restart the clock of every active campaign at once, instead of waiting for the five-minute
    check."""
    deployed.emulator.client("lambda").invoke(
        FunctionName=deployed.names[_FUNCTION],
        InvocationType="Event",
        Payload=json.dumps(_EVERY_RUNNING_CAMPAIGN).encode(),
    )
