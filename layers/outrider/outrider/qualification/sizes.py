"""Numbers of employees, as people and websites write them: "11-50", "200+", "1.000 Mitarbeiter"."""

import re
from dataclasses import dataclass

_LONGEST = 60
"""Maximum number of characters read."""
_NUMBER = re.compile(r"(\d+(?:[.,' ]\d{3})*)\s*([km])?\b", re.IGNORECASE)
_MORE = re.compile(r"\+|>|≥|\b(?:more|over|above|plus|from|mehr|uber|über|ab)\b", re.IGNORECASE)
_LESS = re.compile(r"<|≤|\b(?:less|fewer|under|below|up to|bis|unter)\b", re.IGNORECASE)
_TIMES = {"k": 1_000, "m": 1_000_000, "": 1}


@dataclass(frozen=True, slots=True)
class Size:
    """Range of employees from `least` to `most`, both included; `most` is None if there is no upper
    limit."""

    least: int
    most: int | None

    def overlaps(self, other: "Size") -> bool:
        return (other.most is None or self.least <= other.most) and (
            self.most is None or other.least <= self.most
        )


def size_of(text: str) -> Size | None:
    """Return the range that a text describes, or None if it contains no number."""
    text = text[:_LONGEST]
    numbers = [
        int(re.sub(r"\D", "", digits)) * _TIMES[times.lower()]
        for digits, times in _NUMBER.findall(text)
    ]
    if not numbers:
        return None
    least, most = min(numbers[:2]), max(numbers[:2])
    if len(numbers) == 1 and _MORE.search(text):
        return Size(least, None)
    return Size(0 if len(numbers) == 1 and _LESS.search(text) else least, most)
