"""The documentation in a browser: what people see and try at /docs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.chromium import browser
from tests.clients.serving import served
from tests.harness.api import Api

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}
PATIENCE_MS = 60_000
"""The renderer parses a large document, on a machine that does much else."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@dataclass
class Visit:
    """A tab on the documentation, and what it asked for and complained of."""

    page: Page
    url: str
    hosts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.faults.append(message.text) if message.type == "error" else None,
        )

    def at(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, api: Api, chromium: Browser) -> Iterator[Visit]:
    """A visit with a window of each size, which must end without a fault or a request to
    elsewhere."""
    with served(api) as url:
        page = chromium.new_page(viewport=SIZES[request.param])
        made = Visit(page, url)
        yield made
        page.close()
        assert made.faults == []
        assert made.hosts - {""} == {urlsplit(url).netloc}


class TestReference:
    def test_shows_samples_and_tries_a_call_with_a_key_that_only_this_tab_knows(
        self, visit: Visit, api: Api
    ) -> None:
        key = api.workspace().live_key
        page = visit.at("/docs#get_account")
        operation = page.locator("[id$='tag/account/get_account']")
        expect(operation).to_be_in_viewport(timeout=PATIENCE_MS)

        sample = operation.get_by_text("curl", exact=False)
        expect(sample.first).to_be_visible(timeout=PATIENCE_MS)
        for language in ("Python", "Node.js"):
            expect(page.get_by_text(language).first).to_be_attached()
        if "OUTRIDER_RECORD" in os.environ:
            size = page.viewport_size
            name = next(name for name, each in SIZES.items() if each == size)
            page.screenshot(path=PICTURES / f"documentation-{name}.png")
        operation.get_by_role("button", name="Test Request").click()
        client = page.get_by_role("dialog")
        client.get_by_placeholder("Token").fill(key)
        client.get_by_role("button", name="Send", exact=False).first.click()

        expect(client.get_by_text("200 OK")).to_be_visible(timeout=PATIENCE_MS)
        expect(client.get_by_text(api.workspace().id).first).to_be_attached(timeout=PATIENCE_MS)
        stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
        assert key not in stored


class TestErrors:
    def test_are_where_errors_lead_and_cost_no_reference(self, visit: Visit) -> None:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(urlsplit(request.url).path))

        page = visit.at("/docs#invalid_api_key")

        expect(page.locator("#invalid_api_key")).to_be_in_viewport()
        assert sorted(asked) == ["/docs", "/docs/assets/docs.css", "/docs/assets/docs.js"]


class TestSearch:
    def test_finds_an_endpoint_from_a_guide(self, visit: Visit) -> None:
        page = visit.at("/docs/webhooks")

        page.get_by_role("searchbox").press_sequentially("launch sequ")
        page.get_by_role("link", name="POST /v1/sequences/{sequence_id}/launch").click()

        operation = page.locator("[id$='tag/sequences/launch_sequence']")
        expect(operation).to_be_in_viewport(timeout=PATIENCE_MS)
