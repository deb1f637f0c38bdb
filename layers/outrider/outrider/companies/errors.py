"""What can go wrong with companies."""

from outrider.kit.errors import DuplicateResource, ResourceNotFound


class CompanyNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no company with this id in this workspace")


class CompanyExists(DuplicateResource):
    def __init__(self, owner: str) -> None:
        super().__init__(
            f"A company with this domain exists already: {owner}. "
            "Send upsert: true to update it instead"
        )


class DomainOfAnother(DuplicateResource):
    def __init__(self, owner: str) -> None:
        super().__init__(f"Another company has this domain: {owner}")
