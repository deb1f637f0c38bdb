"""docs/workflows.md: its calls answer what it shows, and its template is the starter template."""

from outrider.workflows.starter import SUBJECT, TEXT
from tests.harness.api import Api
from tests.integration.outreach import a_mailbox
from tests.integration.page_calls import differences
from tools.templates import REPOSITORY

PAGE = REPOSITORY / "docs" / "workflows.md"


def test_calls_answer_what_is_shown(api: Api) -> None:
    a_mailbox(api)

    assert differences(api, PAGE) == []


def test_shows_the_starter_template() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition("```liquid\n")[2].partition("```")[0]

    assert "".join(shown.split()) == "".join(f"Subject: {SUBJECT}{TEXT}".split())
