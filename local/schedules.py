"""Catch up on what the clock would have started while the local stack was stopped."""

from local.emulator import Emulator


def run_once(emulator: Emulator) -> None:
    """Invoke the function behind every recurring schedule once, without waiting for it.

    A stop ends running state machine executions; the product's own hourly checks start them again,
    and nobody wants to wait an hour for that.
    """
    scheduler = emulator.client("scheduler")
    functions = emulator.client("lambda")
    for page in scheduler.get_paginator("list_schedules").paginate():
        for summary in page["Schedules"]:
            schedule = scheduler.get_schedule(Name=summary["Name"], GroupName=summary["GroupName"])
            target = schedule["Target"]
            recurring = not schedule["ScheduleExpression"].startswith("at(")
            if recurring and ":lambda:" in target["Arn"]:
                payload = target.get("Input", "{}").encode()
                functions.invoke(
                    FunctionName=target["Arn"], InvocationType="Event", Payload=payload
                )
