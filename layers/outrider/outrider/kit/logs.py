"""Structured logs: one JSON line per request or record, never a secret or a body."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    # Lambda reads the level of a line only where its timestamp is as RFC 3339 has it.
    return Logger(service="outrider", log_uncaught_exceptions=False, use_rfc3339=True)
