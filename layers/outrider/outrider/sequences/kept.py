"""In-process LRU cache of sequence steps, which survives between invocations of a function.

Entries need no invalidation: a version of the steps is written once, under a number and a sequence
id that are never reused. It is deleted only with its sequence, when no campaign uses it. The steps
contain no personal data, so an erasure does not concern the cache.
"""

from collections import OrderedDict
from collections.abc import Sequence

from outrider.kit.aws.dynamodb import Key
from outrider.sequences.models import Step

MOST = 64
"""Maximum number of cached versions; each comes from an item of at most 400 KB."""
_kept: OrderedDict[Key, Sequence[Step]] = OrderedDict()


def get(place: Key) -> Sequence[Step] | None:
    """Return the cached steps with this key (`SequenceRepository.version_key`), or None."""
    steps = _kept.get(place)
    return None if steps is None else keep(place, steps)


def keep(place: Key, steps: Sequence[Step]) -> Sequence[Step]:
    """Cache the steps under their key, evict the least recently used entries, and return
    `steps`."""
    _kept.pop(place, None)
    _kept[place] = steps
    while len(_kept) > MOST:
        _kept.popitem(last=False)
    return steps


def forget() -> None:
    """Empty the cache, for tests that reuse ids for other steps."""
    _kept.clear()
