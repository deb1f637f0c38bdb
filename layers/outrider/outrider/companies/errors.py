"""Errors of companies."""

from outrider.kit.errors import ResourceNotFound

NO_COMPANY = "There is no company with this id in this workspace"


class CompanyNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(NO_COMPANY)
