"""docs/leads.md: its calls answer what it shows."""

from tests.harness.api import Api
from tests.integration.page_calls import differences
from tools.templates import REPOSITORY


def test_calls_answer_what_is_shown(api: Api) -> None:
    assert differences(api, REPOSITORY / "docs" / "leads.md") == []
