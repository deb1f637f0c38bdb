"""The fixtures of the harness, for tests of every kind: see tests/harness/__init__.py."""

from tests.harness.fixtures import api, built_cloud, clock, cloud, drain, mails

__all__ = ["api", "built_cloud", "clock", "cloud", "drain", "mails"]
