"""What can go wrong with companies."""

from outrider.kit.errors import DuplicateResource, ResourceNotFound

NO_COMPANY = "There is no company with this id in this workspace"


class CompanyNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(NO_COMPANY)


class CompanyExists(DuplicateResource):
    def __init__(self, owner: str) -> None:
        super().__init__(
            f"A company with this domain exists already: {owner}. "
            "Send upsert: true to update it instead"
        )


class DomainOfAnother(DuplicateResource):
    def __init__(self, owner: str) -> None:
        super().__init__(f"Another company has this domain: {owner}")
