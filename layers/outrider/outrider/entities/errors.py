"""What can go wrong with the unique value of an entity."""

from outrider.kit.errors import DuplicateResource


class EntityExists(DuplicateResource):
    """One was to be created with the value of `owner`."""

    def __init__(self, noun: str, value: str, owner: str) -> None:
        super().__init__(
            f"A {noun} with this {value} exists already: {owner}. "
            "Send upsert: true to update it instead"
        )
        self.owner = owner


class ValueOfAnother(DuplicateResource):
    """One was to be given the value of `owner`."""

    def __init__(self, noun: str, value: str, owner: str) -> None:
        super().__init__(f"Another {noun} has this {value}: {owner}")
