"""Steps that a process keeps."""

from outrider.kit.aws.dynamodb import Key, Table
from outrider.sequences import kept
from outrider.sequences.kept import MOST
from outrider.sequences.models import Step


def place(number: int) -> Key:
    return Table("campaigns"), "wsp_1#seq_1", f"version#{number:05d}"


def test_are_those_asked_for_last() -> None:
    kept.forget()
    steps: list[Step] = []
    for number in range(MOST):
        kept.keep(place(number), steps)
    assert kept.get(place(0)) is steps

    kept.keep(place(MOST), steps)

    assert kept.get(place(1)) is None
    assert all(kept.get(place(number)) is steps for number in (0, *range(2, MOST + 1)))
