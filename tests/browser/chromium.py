"""The browser of the tests: Chromium as this machine has it, which loads nothing but what it is
given."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def chromium() -> str:
    """Return the path of Chromium. Fails the test if there is none: `make test` installs it where
    it can (`local/browser.sh`)."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    if _ON_MACOS.exists():
        return str(_ON_MACOS)
    pytest.fail("These tests need Chromium: install your system's package `chromium`")


@contextmanager
def browser() -> Iterator[Browser]:
    # Its own sandbox needs rights that containers do not have; it opens our own pages only.
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()
