"""Structured logs: one JSON line per request or record, without secrets and bodies.

Each line has the keys of its invocation (`invocations.py`), and the X-Ray trace id if tracing is
on.
"""

import os
from functools import cache

from aws_lambda_powertools import Logger


def logger() -> Logger:
    """Return the logger; its service name is set by template.yaml."""
    return _of(os.environ.get("POWERTOOLS_SERVICE_NAME", "outrider"))


@cache
def _of(service: str) -> Logger:
    # Lambda detects the log level of a line only if its timestamp is in RFC 3339 format.
    return Logger(service=service, log_uncaught_exceptions=False, use_rfc3339=True)
