"""Lines of the log: what Lambda and CloudWatch read of them."""

import io
import json
import logging
import re

import pytest

from outrider.kit.observability.logs import logger


def test_tell_lambda_their_level_and_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    handler = next(each for each in logger().handlers if isinstance(each, logging.StreamHandler))
    monkeypatch.setattr(handler, "stream", stream)

    logger().warning("a line", cause="a test")

    line = json.loads(stream.getvalue())
    assert (line["level"], line["cause"]) == ("WARNING", "a test")
    # As RFC 3339 has it: a T, a full stop, and an offset with a colon.
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d+([+-]\d\d:\d\d|Z)", line["timestamp"])
