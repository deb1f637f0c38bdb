"""Start again what a stop of the emulator ended: the executions of state machines."""

import json

from local.processed import Deployed

_FUNCTION = "CampaignsStartFunction"
_EVERY_RUNNING_CAMPAIGN = {"overdue_before": "9999-12-31T00:00:00.000Z"}


def campaigns(deployed: Deployed) -> None:
    """Give every running campaign a new run, as the check of every five minutes would do later."""
    deployed.emulator.client("lambda").invoke(
        FunctionName=deployed.names[_FUNCTION],
        InvocationType="Event",
        Payload=json.dumps(_EVERY_RUNNING_CAMPAIGN).encode(),
    )
