"""docs/chat.md: its calls answer what it shows, in the sandbox."""

from tests.harness.api import Api
from tests.integration.page_calls import differences
from tools.templates import REPOSITORY


def test_calls_answer_what_is_shown(api: Api) -> None:
    page = REPOSITORY / "docs" / "chat.md"
    assert differences(api, page, KEY=api.workspace().test_key) == []
