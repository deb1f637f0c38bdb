"""Steps of sequences, kept in the process from one call of its function to the next.

A version of a sequence's steps never changes: it is written once, if absent, under a number that no
other version of the sequence gets, and ids of sequences are never used again. It is deleted with
its sequence alone, which no campaign carries out then: so nothing asks for it any more. It names no
person, so nothing of it is to be erased.
"""

from collections import OrderedDict
from collections.abc import Sequence

from outrider.kit.aws.dynamodb import Key
from outrider.sequences.models import Step

MOST = 64
"""Versions in a process: their items have 400 KB at most."""
_kept: OrderedDict[Key, Sequence[Step]] = OrderedDict()


def get(place: Key) -> Sequence[Step] | None:
    """The steps of the version at `place` (`SequenceRepository.version_key`), if they are kept."""
    steps = _kept.get(place)
    return None if steps is None else keep(place, steps)


def keep(place: Key, steps: Sequence[Step]) -> Sequence[Step]:
    """Keep the steps, and forget those that nobody has asked for the longest. Returns `steps`."""
    _kept.pop(place, None)
    _kept[place] = steps
    while len(_kept) > MOST:
        _kept.popitem(last=False)
    return steps


def forget() -> None:
    """Forget all: for tests, which begin again with other steps under the same ids."""
    _kept.clear()
