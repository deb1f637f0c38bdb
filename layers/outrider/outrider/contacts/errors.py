"""What can go wrong with contacts."""

from outrider.kit.errors import DuplicateResource, ResourceNotFound


class ContactNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no contact with this id in this workspace")


class ContactExists(DuplicateResource):
    def __init__(self, contact_id: str) -> None:
        super().__init__(
            f"A contact with this address exists already: {contact_id}. "
            "Send upsert: true to update it instead"
        )
        self.contact_id = contact_id


class AddressOfAnother(DuplicateResource):
    def __init__(self, contact_id: str) -> None:
        super().__init__(f"Another contact has this address: {contact_id}")
