"""Calls of other functions of the API."""

from outrider.kit.aws import functions
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer
from outrider.kit.settings import settings
from outrider.surfaces.outreachpilot.chat import event_of, translated


def chat(request: Request) -> Answer:
    """Return the answer to a message. Raises ServiceUnavailable, InternalError."""
    return translated(functions.invoke(f"{settings().stack_name}-chat", event_of(request)))
