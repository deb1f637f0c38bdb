"""The functions of the API, by their names in this deployment."""

from outrider.kit.aws import functions
from outrider.kit.settings import settings
from outrider.mcp.calls import Event


def invoke(function: str, event: Event) -> Event:
    """Call a function that serves a part of the API, and return its answer. Raises the errors of
    `functions.invoke`."""
    answer: Event = functions.invoke(f"{settings().stack_name}-{function}", event)
    return answer
