"""The fixtures of the harness, for tests of every kind (see tests/harness/__init__.py), and how
Hypothesis searches: without a stopwatch, and in CI the same examples every time."""

import os

from hypothesis import settings

from tests.harness.fixtures import api, built_cloud, clock, cloud, drain, mails

__all__ = ["api", "built_cloud", "clock", "cloud", "drain", "mails"]

settings.register_profile("outrider", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("outrider")
