"""Structured logs: one JSON line per request or record, never a secret or a body.

Each line has the keys of the call that wrote it (`invocations.py`), and with X-Ray its trace id.
"""

import os
from functools import cache

from aws_lambda_powertools import Logger


def logger() -> Logger:
    """Return the logger of the function, whose name template.yaml gives as the service."""
    return _of(os.environ.get("POWERTOOLS_SERVICE_NAME", "outrider"))


@cache
def _of(service: str) -> Logger:
    # Lambda reads the level of a line only where its timestamp is as RFC 3339 has it.
    return Logger(service=service, log_uncaught_exceptions=False, use_rfc3339=True)
