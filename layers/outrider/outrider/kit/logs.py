"""Structured logs: one JSON line per request or record, never a secret or a body."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    return Logger(service="outrider", log_uncaught_exceptions=False)
