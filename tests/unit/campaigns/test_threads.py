import pytest

from outrider.campaigns.models import Thread


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [("", "5"), ("1", "15"), ("12", "125"), ("123", "135"), ("1234", "145")],
)
def test_a_thread_keeps_the_first_mail_and_the_last_two(earlier: str, kept: str) -> None:
    thread = Thread(subject="Hello", message_ids=list(earlier)).with_("5")

    assert thread == Thread(subject="Hello", message_ids=list(kept))


def test_is_kept_small() -> None:
    ids = [
        f"0100019{n}af2b5a1{n}-1d2e3f4{n}-5162-7384-95a6-b7c8d9e0f10{n}-000000" for n in (1, 2, 3)
    ]
    thread = Thread(subject="Fråga", message_ids=[f"{each}@email.amazonses.com" for each in ids])

    packed = thread.packed()

    assert Thread.unpacked(packed) == thread
    assert len(packed) < 150
