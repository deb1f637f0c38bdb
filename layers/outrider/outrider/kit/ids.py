"""Resource ids: a prefix and 26 characters that sort by creation time.

The 26 characters are a ULID (48 bits of milliseconds, 80 random bits) in lower-case Crockford
base32. Source: https://github.com/ulid/spec
"""

import hashlib
import secrets

from outrider.kit import clock
from outrider.kit.text.quotes import shortened

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
KINDS = {
    "agr": "agent_run",
    "apr": "approval",
    "cam": "campaign",
    "cht": "chat_thread",
    "com": "company",
    "con": "contact",
    "dlv": "delivery",
    "enr": "enrollment",
    "evt": "event",
    "exp": "export",
    "imp": "import",
    "key": "key",
    "led": "lead",
    "mbx": "mailbox",
    "msg": "message",
    "pool": "pool",
    "rpl": "replay",
    "run": "run",
    "seq": "sequence",
    "stp": "step",
    "sup": "suppression",
    "thr": "thread",
    "wfl": "workflow",
    "whk": "webhook",
    "wsp": "workspace",
}
"""Resource kinds by id prefix. Path parameters for an id are named `<kind>_id`."""
_PREFIXES = {kind: prefix for prefix, kind in KINDS.items()}
_TIME = 10
"""Number of characters that encode the time."""


def new(prefix: str) -> str:
    """Return a new id, for example `con_01jf3k9q2c8m5v7x0b4n6t1rwe`."""
    return f"{prefix}_{_encode(clock.epoch_ms() << 80 | secrets.randbits(80))}"


def derived(prefix: str, *parts: str) -> str:
    """Return a deterministic id: a hash of `parts`, so the same parts always have the same id."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_encode(int.from_bytes(digest[:16], 'big'))}"


def at(prefix: str, ms: int, *parts: str) -> str:
    """Return a deterministic id as `derived` does, but one that sorts by `ms` (epoch
    milliseconds)."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_encode(ms << 80 | int.from_bytes(digest[:10], 'big'))}"


def numbered(prefix: str, ms: int, number: int, *parts: str) -> str:
    """Return a deterministic id that contains `number` (below 2^40).

    Such ids sort by `ms` (epoch milliseconds), then by number; `made_at` and `number_of` extract
    them.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_encode(ms << 80 | number << 40 | int.from_bytes(digest[:5], 'big'))}"


def number_of(text: str) -> int:
    """Return the number in an id from `numbered`."""
    return _number(text.partition("_")[2]) >> 40 & (1 << 40) - 1


def first_of(prefix: str, ms: int) -> str:
    """Return the smallest id that can be created at `ms` (epoch milliseconds)."""
    return f"{prefix}_{_encode(max(ms, 0) << 80)}"


def made_at(text: str) -> int:
    """Return the creation time in an id, in epoch milliseconds."""
    return _number(text.partition("_")[2]) >> 80


def packed(text: str) -> bytes:
    """Return the 16 bytes of an id, without its prefix. Raises ValueError if it is not a valid
    id."""
    prefix, _, tail = text.partition("_")
    if not is_id(prefix, text):
        raise ValueError("not an id")
    try:
        return _number(tail).to_bytes(16, "big")
    except OverflowError as error:
        raise ValueError("not an id") from error


def unpacked(prefix: str, data: bytes) -> str:
    """Return the id from its 16 bytes."""
    return f"{prefix}_{_encode(int.from_bytes(data, 'big'))}"


def joined(prefix: str, *parts: str) -> str:
    """Return a composite id: the prefix and the characters of each id in `parts`.

    The ids it consists of can be extracted with `members`, without a lookup.
    """
    return f"{prefix}_" + "".join(part.partition("_")[2] for part in parts)


def members(text: str, prefix: str, *prefixes: str) -> list[str] | None:
    """Return the ids that a composite id from `joined` consists of, with these `prefixes`; None if
    it is not such an id."""
    head, _, tail = text.partition("_")
    found = [
        f"{member}_{tail[place * LENGTH : (place + 1) * LENGTH]}"
        for place, member in enumerate(prefixes)
    ]
    is_complete = head == prefix and len(tail) == LENGTH * len(prefixes)
    return found if is_complete and all(map(is_id, prefixes, found)) else None


def timed(prefix: str, ms: int, *parts: str) -> str:
    """Return a composite id as `joined` does, but with a time first, so that it sorts by `ms`
    (epoch milliseconds).

    Without `parts` it is the smallest such id of that moment.
    """
    return f"{prefix}_{_encode(max(ms, 0) << 80)[:_TIME]}" + joined("", *parts)[1:]


def untimed(text: str) -> str:
    """Return the composite id (see `joined`) from one with a time (see `timed`)."""
    head, _, tail = text.partition("_")
    return f"{head}_{tail[_TIME:]}"


def is_id(prefix: str, text: str) -> bool:
    head, _, tail = text.partition("_")
    return head == prefix and len(tail) == LENGTH and not set(tail) - set(ALPHABET)


def mistaken(kind: str, text: str) -> str | None:
    """Return an error message if `text`, sent as the id of a `kind`, has the prefix of another kind
    or of none; else None.

    It does not check whether the resource exists.
    """
    prefix = text.partition("_")[0]
    if kind not in _PREFIXES or prefix == _PREFIXES[kind]:
        return None
    sent = shortened(text)
    if prefix in KINDS and "_" in text:
        return f"{sent} is {_one(KINDS[prefix])}, not {_one(kind)}"
    return f"{sent} is not the id of {_one(kind)}: those begin with {_PREFIXES[kind]}_"


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _number(tail: str) -> int:
    number = 0
    for character in tail:
        number = number * 32 + ALPHABET.index(character)
    return number


def _encode(number: int) -> str:
    characters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, 32)
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))
