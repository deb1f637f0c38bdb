"""Errors of duplicate unique values."""

from outrider.kit.errors import DuplicateResource


class EntityExists(DuplicateResource):
    """A create failed because the entity `owner` has the same unique value."""

    def __init__(self, noun: str, value: str, owner: str) -> None:
        super().__init__(
            f"A {noun} with this {value} exists already: {owner}. "
            "Send upsert: true to update it instead"
        )
        self.owner = owner


class ValueOfAnother(DuplicateResource):
    """An update failed because another entity, `owner`, has the new unique value."""

    def __init__(self, noun: str, value: str, owner: str) -> None:
        super().__init__(f"Another {noun} has this {value}: {owner}")
