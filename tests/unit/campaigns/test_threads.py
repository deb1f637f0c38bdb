import pytest

from outrider.campaigns.models import Thread


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [("", "5"), ("1", "15"), ("12", "125"), ("123", "135"), ("1234", "145")],
)
def test_a_thread_keeps_the_first_mail_and_the_last_two(earlier: str, kept: str) -> None:
    thread = Thread(subject="Hello", message_ids=list(earlier)).with_("5")

    assert thread == Thread(subject="Hello", message_ids=list(kept))
